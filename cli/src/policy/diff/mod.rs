//! What changed between two policies, in words for a review.

mod callers;
mod changes;
mod end_user;

use super::table::{Row, Table};
use changes::{Changes, LOOSER, OTHER, STRICTER};

/// A line for each change, in the order of the methods' names; none where nothing changed.
pub(super) fn between(old: &Table, new: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    for (method, row) in &new.methods {
        let mut changes = Changes::of(method);
        match old.methods.get(method) {
            None => changes.say("added", &row.words()),
            Some(before) => changes.of_row(before, row),
        }
        lines.append(&mut changes.into_lines());
    }
    for method in old.methods.keys() {
        if !new.methods.contains_key(method) {
            lines.push(format!("removed   {method}: nobody can call it any more"));
        }
    }
    lines
}

impl Changes<'_> {
    fn of_row(&mut self, before: &Row, after: &Row) {
        // Taken apart by name, so that nothing can be forgotten here.
        let Row {
            streams,
            public,
            end_user,
            internal_user,
            service_account,
            app_check,
        } = after;
        match (before.public, public) {
            (false, true) => self.say(LOOSER, "is public now: everyone may call, without a token"),
            (true, false) => {
                self.say(STRICTER, "is no longer public");
                self.say(STRICTER, &format!("only {} now", after.who()));
            }
            (true, true) => {}
            (false, false) => {
                self.end_user(before.end_user.as_ref(), end_user.as_ref());
                self.internal_user(before.internal_user.as_ref(), internal_user.as_ref());
                self.service_account(before.service_account.as_ref(), service_account.as_ref());
            }
        }
        self.app(before.app_check.as_ref(), app_check.as_ref());
        if before.streams != *streams {
            let what = format!("streams: {streams} (before: {})", before.streams);
            self.say(OTHER, &what);
        }
    }
}

#[cfg(test)]
mod tests;
