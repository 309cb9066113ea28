//! What a verifier has done so far, counted for whoever watches it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::denial::Denial;

/// What a verifier and its clones have done since it was made: counts that only grow, for metrics.
///
/// Each token that is looked at is one of `cached`, `verified` and `refused`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifierStats {
    /// Tokens that had been verified before, and still count.
    pub cached: u64,
    /// Tokens that were verified in full.
    pub verified: u64,
    /// Tokens that were refused, or could not be verified since there are no keys.
    pub refused: u64,
    /// How long checking signatures and claims took in all, of the tokens that were not known.
    pub time: Duration,
}

/// The counts. One relaxed increment is all that a token costs which was verified before.
#[derive(Debug, Default)]
pub(super) struct Counters {
    cached: AtomicU64,
    verified: AtomicU64,
    refused: AtomicU64,
    nanoseconds: AtomicU64,
}

// === impl Counters ===

impl Counters {
    /// Counts what became of a token that had been verified before.
    pub(super) fn known<C>(&self, outcome: &Result<C, Denial>) {
        match outcome {
            Ok(_) => add(&self.cached, 1),
            Err(_) => add(&self.refused, 1),
        }
    }

    /// Counts what became of a token that had not.
    pub(super) fn settled<C>(&self, outcome: &Result<C, Denial>) {
        match outcome {
            Ok(_) => add(&self.verified, 1),
            Err(_) => add(&self.refused, 1),
        }
    }

    /// Does it, and counts the time.
    pub(super) fn timed<T>(&self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        let nanoseconds = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
        add(&self.nanoseconds, nanoseconds);
        done
    }

    pub(super) fn read(&self) -> VerifierStats {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        VerifierStats {
            cached: read(&self.cached),
            verified: read(&self.verified),
            refused: read(&self.refused),
            time: Duration::from_nanos(read(&self.nanoseconds)),
        }
    }
}

/// Nobody reads one count to learn of another, so their order does not matter.
fn add(count: &AtomicU64, n: u64) {
    count.fetch_add(n, Ordering::Relaxed);
}
