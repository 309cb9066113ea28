//! Candidates, votes and the tally, as this crate keeps them.

use std::time::SystemTime;

/// Whom one can vote for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Candidate {
    /// Cats.
    Cats,
    /// Dogs.
    Dogs,
}

/// A vote as it was cast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// For whom.
    pub candidate: Candidate,
    /// When, by the database's clock; whole microseconds.
    pub cast_at: SystemTime,
    /// The voter's name at that time, fit to be shown to others; empty for a voter without one.
    pub display_name: String,
}

/// How the vote stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Votes for the cats.
    pub cats: i64,
    /// Votes for the dogs.
    pub dogs: i64,
    /// The last five votes, the latest first.
    pub recent: Vec<Vote>,
}
