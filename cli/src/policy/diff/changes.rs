//! The changes of one method, sentence by sentence.

use crate::policy::words::{any, span};

pub(super) const LOOSER: &str = "looser";
pub(super) const STRICTER: &str = "stricter";
pub(super) const OTHER: &str = "changed";

/// The changes of one method so far.
pub(super) struct Changes<'a> {
    method: &'a str,
    /// Whom the conditions are about that are compared now, with a colon, where that is not who calls.
    about: &'static str,
    lines: Vec<String>,
}

// === impl Changes ===

impl<'a> Changes<'a> {
    pub(super) fn of(method: &'a str) -> Self {
        Self {
            method,
            about: "",
            lines: Vec::new(),
        }
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Compares conditions that are about someone else than who calls.
    pub(super) fn about(&mut self, whom: &'static str, compare: impl FnOnce(&mut Self)) {
        self.about = whom;
        compare(self);
        self.about = "";
    }

    pub(super) fn say(&mut self, how: &str, what: &str) {
        self.lines
            .push(format!("{how:<8}  {}: {}{what}", self.method, self.about));
    }

    /// Says one sentence where a switch was turned on, another where it was turned off.
    pub(super) fn switch(&mut self, old: bool, new: bool, on: (&str, &str), off: (&str, &str)) {
        match (old, new) {
            (false, true) => self.say(on.0, on.1),
            (true, false) => self.say(off.0, off.1),
            _ => {}
        }
    }

    /// A list of what will do, where an empty one lets anything do.
    pub(super) fn list(&mut self, what: &str, old: &[String], new: &[String]) {
        let holds = |list: &[String], other: &[String]| {
            list.is_empty() || (!other.is_empty() && other.iter().all(|name| list.contains(name)))
        };
        let how = match (holds(new, old), holds(old, new)) {
            (true, true) => return,
            (true, false) => LOOSER,
            (false, true) => STRICTER,
            (false, false) => OTHER,
        };
        let sentence = format!("{what} that will do: {} (before: {})", any(new), any(old));
        self.say(how, &sentence);
    }

    /// A list of who may call, where an empty one lets nobody.
    pub(super) fn names(&mut self, what: &str, old: &[String], new: &[String]) {
        let holds =
            |list: &[String], other: &[String]| other.iter().all(|name| list.contains(name));
        let how = match (holds(new, old), holds(old, new)) {
            (true, true) => return,
            (true, false) => LOOSER,
            (false, true) => STRICTER,
            (false, false) => OTHER,
        };
        let said = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => any(names),
        };
        let sentence = format!(
            "{what} that may call: {} (before: {})",
            said(new),
            said(old)
        );
        self.say(how, &sentence);
    }

    /// A bound on how long ago something was, which is stricter the shorter it is. `gone` and `come` are its sentences where it is
    /// only in one of the two; in `come` and `other`, `{}` stands for the span.
    pub(super) fn bound(
        &mut self,
        (old, new): (Option<u64>, Option<u64>),
        gone: &str,
        come: &str,
        other: &str,
    ) {
        let of = |sentence: &str, seconds: u64| sentence.replace("{}", &span(seconds));
        match (old, new) {
            (Some(_), None) => self.say(LOOSER, gone),
            (None, Some(new)) => self.say(STRICTER, &of(come, new)),
            (Some(old), Some(new)) if old != new => {
                let how = if new > old { LOOSER } else { STRICTER };
                let sentence = format!("{} (before: {})", of(other, new), span(old));
                self.say(how, &sentence);
            }
            _ => {}
        }
    }
}
