//! How many tokens were judged how.

use std::fmt;

use crate::{Kind, Side};

/// The tokens of one kind, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    kind: Kind,
    accepted: usize,
    refused: usize,
    by_callgate_alone: usize,
    by_firebase_admin_alone: usize,
}

impl Tally {
    /// None so far.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            accepted: 0,
            refused: 0,
            by_callgate_alone: 0,
            by_firebase_admin_alone: 0,
        }
    }

    /// Counts a token that both accept, or both refuse, or that one of them accepts alone.
    pub fn count(&mut self, accepted: bool, alone: Option<Side>) {
        *match (alone, accepted) {
            (Some(Side::Callgate), _) => &mut self.by_callgate_alone,
            (Some(Side::FirebaseAdmin), _) => &mut self.by_firebase_admin_alone,
            (None, true) => &mut self.accepted,
            (None, false) => &mut self.refused,
        } += 1;
    }

    /// The row that `DIFFERENCES.md` has of them.
    pub fn row(&self) -> String {
        format!(
            "| {}s | {} | {} | {} | {} | {} |",
            self.kind,
            self.judged(),
            self.accepted,
            self.refused,
            self.by_callgate_alone,
            self.by_firebase_admin_alone,
        )
    }

    fn judged(&self) -> usize {
        self.accepted + self.refused + self.by_callgate_alone + self.by_firebase_admin_alone
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}s: {} accepted by both, {} refused by both, {} accepted by callgate alone, {} by firebase-admin alone",
            self.judged(),
            self.kind,
            self.accepted,
            self.refused,
            self.by_callgate_alone,
            self.by_firebase_admin_alone,
        )
    }
}
