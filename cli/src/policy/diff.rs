//! What changed between two policies, in words for a review.

use super::{
    table::{EndUser, Row, Table},
    words::{any, span},
};

const LOOSER: &str = "looser";
const STRICTER: &str = "stricter";
const OTHER: &str = "changed";

/// The changes of one method so far.
struct Changes<'a> {
    method: &'a str,
    lines: Vec<String>,
}

/// A line for each change, in the order of the methods' names; none where nothing changed.
pub(super) fn between(old: &Table, new: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    for (method, row) in &new.methods {
        let mut changes = Changes {
            method,
            lines: Vec::new(),
        };
        match old.methods.get(method) {
            None => changes.say("added", &row.words()),
            Some(before) => changes.of_row(before, row),
        }
        lines.append(&mut changes.lines);
    }
    for method in old.methods.keys() {
        if !new.methods.contains_key(method) {
            lines.push(format!("removed   {method}: nobody can call it any more"));
        }
    }
    lines
}

// === impl Changes ===

impl Changes<'_> {
    fn say(&mut self, how: &str, what: &str) {
        self.lines
            .push(format!("{how:<8}  {}: {what}", self.method));
    }

    /// Says one sentence where a switch was turned on, another where it was turned off.
    fn switch(&mut self, old: bool, new: bool, on: (&str, &str), off: (&str, &str)) {
        match (old, new) {
            (false, true) => self.say(on.0, on.1),
            (true, false) => self.say(off.0, off.1),
            _ => {}
        }
    }

    fn of_row(&mut self, old: &Row, new: &Row) {
        self.switch(
            old.public,
            new.public,
            (LOOSER, "is public now: everyone may call, without a token"),
            (STRICTER, "is no longer public"),
        );
        match (&old.end_user, &new.end_user) {
            (Some(old), Some(new)) => self.of_end_user(old, new),
            (None, Some(_)) if old.public => {
                self.say(STRICTER, &format!("only {} now", new.words()));
            }
            (None, Some(_)) => self.say(LOOSER, &format!("{} may call now", new.words())),
            (Some(_), None) if !new.public => self.say(STRICTER, "end users may no longer call"),
            _ => {}
        }
        if old.streams != new.streams {
            let what = format!("streams: {} (before: {})", new.streams, old.streams);
            self.say(OTHER, &what);
        }
    }

    fn of_end_user(&mut self, old: &EndUser, new: &EndUser) {
        self.switch(
            old.may_be_absent,
            new.may_be_absent,
            (LOOSER, "may be called without a token"),
            (STRICTER, "can no longer be called without a token"),
        );
        self.switch(
            old.anonymous,
            new.anonymous,
            (LOOSER, "guests (anonymous accounts) may call"),
            (STRICTER, "guests (anonymous accounts) may no longer call"),
        );
        self.switch(
            old.email_verified,
            new.email_verified,
            (STRICTER, "e-mail needs to be verified"),
            (LOOSER, "e-mail no longer needs to be verified"),
        );
        self.switch(
            old.second_factor,
            new.second_factor,
            (STRICTER, "a second factor is needed"),
            (LOOSER, "a second factor is no longer needed"),
        );
        self.list("roles", &old.roles, &new.roles);
        self.list(
            "ways to sign in",
            &old.sign_in_providers,
            &new.sign_in_providers,
        );
        self.list("tenants", &old.tenants, &new.tenants);
        self.recency(old.signed_in_within_seconds, new.signed_in_within_seconds);
        self.revocation(
            old.revocation_checked_within_seconds,
            new.revocation_checked_within_seconds,
        );
    }

    /// A list of what will do, where an empty one lets anything do.
    fn list(&mut self, what: &str, old: &[String], new: &[String]) {
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

    fn recency(&mut self, old: Option<u64>, new: Option<u64>) {
        match (old, new) {
            (Some(_), None) => self.say(LOOSER, "a recent sign-in is no longer needed"),
            (None, Some(new)) => {
                let sentence = format!("a sign-in at most {} ago is needed", span(new));
                self.say(STRICTER, &sentence);
            }
            (Some(old), Some(new)) if old != new => {
                let how = if new > old { LOOSER } else { STRICTER };
                let (new, old) = (span(new), span(old));
                self.say(
                    how,
                    &format!("the sign-in may be {new} ago (before: {old})"),
                );
            }
            _ => {}
        }
    }

    fn revocation(&mut self, old: Option<u64>, new: Option<u64>) {
        match (old, new) {
            (Some(_), None) => self.say(LOOSER, "the account is no longer asked about"),
            (None, Some(new)) => {
                let sentence = format!("the account is asked about, at most {} before", span(new));
                self.say(STRICTER, &sentence);
            }
            (Some(old), Some(new)) if old != new => {
                let how = if new > old { LOOSER } else { STRICTER };
                let (new, old) = (span(new), span(old));
                let sentence =
                    format!("what is known of the account may be {new} old (before: {old})");
                self.say(how, &sentence);
            }
            _ => {}
        }
    }
}
