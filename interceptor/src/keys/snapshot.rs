//! What a store holds at one moment, and how old it is.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use super::set::KeySet;

/// So far back a wall clock steps when it is corrected. Further, and it no longer tells how old anything is.
const CLOCK_STEP: Duration = Duration::from_mins(1);

/// A set of keys and its age. Never changed, only replaced.
pub(super) struct Snapshot {
    pub(super) keys: KeySet,
    term: Option<Term>,
    /// The greatest age that a pass has seen, in seconds.
    ///
    /// The age is never taken for less than this, lest keys live for ever by a clock that is set back. Written once a second.
    seen: AtomicU64,
}

/// For how long fetched keys will do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    /// When they were asked for.
    pub(super) asked_at: SystemTime,
    /// For how long they are fresh.
    pub(super) lifetime: Duration,
    /// For how long they may be used, fresh or not.
    pub(super) usable_for: Duration,
}

/// What may be done with the keys of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Use them.
    Fresh,
    /// Use them, and fetch new ones.
    Due,
    /// They are older than promised, or nobody knows how old: new ones first.
    Expired,
}

impl Snapshot {
    /// Keys that never expire.
    pub(super) fn fixed(keys: KeySet) -> Self {
        Self {
            keys,
            term: None,
            seen: AtomicU64::new(0),
        }
    }

    /// Keys that were fetched.
    pub(super) fn fetched(keys: KeySet, term: Term) -> Self {
        Self {
            keys,
            term: Some(term),
            seen: AtomicU64::new(0),
        }
    }

    pub(super) fn standing(&self, now: SystemTime) -> Standing {
        let Some(term) = &self.term else {
            return Standing::Fresh;
        };
        let ahead = (term.lifetime / 10).min(Duration::from_mins(10));
        match self.age_since(term, now) {
            Some(age) if age < term.lifetime.saturating_sub(ahead) => Standing::Fresh,
            Some(age) if age < term.usable_for => Standing::Due,
            _ => Standing::Expired,
        }
    }

    /// Whether a key that is not here is in vain sought at the issuer: always of fixed keys, else for the `cooldown` after
    /// they were asked for.
    pub(super) fn is_conclusive(&self, now: SystemTime, cooldown: Duration) -> bool {
        self.term
            .as_ref()
            .is_none_or(|term| self.age_since(term, now).is_some_and(|age| age < cooldown))
    }

    /// How long ago these keys were asked for; `None` of fixed keys, and where the clock was set back.
    pub(super) fn age(&self, now: SystemTime) -> Option<Duration> {
        self.age_since(self.term.as_ref()?, now)
    }

    fn age_since(&self, term: &Term, now: SystemTime) -> Option<Duration> {
        let age = elapsed(now, term.asked_at)?;
        let seen = Duration::from_secs(self.seen.load(Ordering::Relaxed));
        if age + CLOCK_STEP < seen {
            return None;
        }
        if age.as_secs() > seen.as_secs() {
            self.seen.fetch_max(age.as_secs(), Ordering::Relaxed);
        }
        Some(age.max(seen))
    }
}

/// The time from `then` to `now`; `None` where the clock was set back so far that it tells nothing.
pub(super) fn elapsed(now: SystemTime, then: SystemTime) -> Option<Duration> {
    match now.duration_since(then) {
        Ok(elapsed) => Some(elapsed),
        Err(back) if back.duration() <= CLOCK_STEP => Some(Duration::ZERO),
        Err(_) => None,
    }
}
