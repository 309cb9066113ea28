//! Tells the other instances of changes: not each of them, but so that each is told of.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use callgate_database::Backoff;
use tokio::time::sleep;

use crate::store::VoteStore;

/// Between two announcements. PostgreSQL commits those of all instances one after the other, under one lock.
const PACE: Duration = Duration::from_millis(50);

/// Announces changes, one announcement at a time.
#[derive(Clone)]
pub(super) struct Announcer {
    store: Arc<dyn VoteStore>,
    flight: Arc<Mutex<Flight>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flight {
    Landed,
    Flying,
    /// Votes changed since it took off: it may have been too early for them.
    FlyingAndWanted,
}

impl Announcer {
    pub(super) fn new(store: Arc<dyn VoteStore>) -> Self {
        Self {
            store,
            flight: Arc::new(Mutex::new(Flight::Landed)),
        }
    }

    /// Announces it in the background. Call it after the commit.
    pub(super) fn changed(&self) {
        let took_off = self.turn(|flight| match flight {
            Flight::Landed => Flight::Flying,
            Flight::Flying | Flight::FlyingAndWanted => Flight::FlyingAndWanted,
        });
        if took_off == Flight::Flying {
            tokio::spawn(self.clone().fly());
        }
    }

    async fn fly(self) {
        let mut backoff = Backoff::new();
        loop {
            match self.store.announce().await {
                Ok(()) => {
                    backoff.reset();
                    sleep(PACE).await;
                    let next = self.turn(|flight| match flight {
                        Flight::FlyingAndWanted => Flight::Flying,
                        Flight::Flying | Flight::Landed => Flight::Landed,
                    });
                    if next == Flight::Landed {
                        return;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a change of the votes could not be announced; trying on");
                    backoff.wait().await;
                }
            }
        }
    }

    fn turn(&self, next: impl FnOnce(Flight) -> Flight) -> Flight {
        let mut flight = self.flight.lock().unwrap_or_else(PoisonError::into_inner);
        *flight = next(*flight);
        *flight
    }
}

#[cfg(test)]
impl Announcer {
    /// Whether nothing is left to announce.
    pub(super) fn has_landed(&self) -> bool {
        self.turn(|flight| flight) == Flight::Landed
    }
}
