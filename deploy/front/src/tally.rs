//! What came of the calls.

use std::{
    cell::{Cell, RefCell},
    fmt::Write as _,
    time::Duration,
};

use serde_json::{Value, json};

/// What came of the calls, as clients and as the front end saw it.
#[derive(Default)]
pub(crate) struct Tally {
    /// Calls that a client had an answer to, with the status OK.
    pub(crate) answered: Cell<u64>,
    /// Votes acknowledged, as numbers of their users.
    pub(crate) voted: RefCell<Vec<usize>>,
    /// Why calls failed, as their clients saw it.
    pub(crate) failed: RefCell<Vec<String>>,
    /// Calls that an instance had not accepted, and that another one was given.
    pub(crate) moved: Cell<u64>,
    /// Streams that ended with a status, since their instance did.
    pub(crate) streams_ended: Cell<u64>,
    /// Messages of streams.
    pub(crate) watched: Cell<u64>,
}

/// So many failures are told in words.
const TOLD: usize = 10;

impl Tally {
    pub(crate) fn fail(&self, what: String) {
        self.failed.borrow_mut().push(what);
    }

    /// The numbers, one a line.
    pub(crate) fn acknowledged(&self) -> String {
        let mut lines = String::new();
        for number in self.voted.borrow().iter() {
            // Writing to a string does not fail.
            let _ = writeln!(lines, "{number}");
        }
        lines
    }

    pub(crate) fn report(&self, took: Duration) -> Value {
        let failed = self.failed.borrow();
        json!({
            "calls": self.answered.get(),
            "seconds": took.as_secs_f64(),
            "votes": self.voted.borrow().len(),
            "failed": failed.len(),
            "failures": failed.iter().take(TOLD).collect::<Vec<_>>(),
            "moved": self.moved.get(),
            "streams_ended": self.streams_ended.get(),
            "watched": self.watched.get(),
        })
    }
}

/// Counts one more.
pub(crate) fn count(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}
