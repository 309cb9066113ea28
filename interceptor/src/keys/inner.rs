//! What a store holds, and when it asks for more.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, watch},
};

use super::{
    fetch::Fetch,
    fetching::Fetching,
    flights::{Boarding, Flights, Landing, Need, Outcome, Ticket},
    set::KeySet,
    snapshot::{Snapshot, Standing},
    store::Find,
};
use crate::Clock;

/// What a store holds.
pub(super) struct Inner {
    pub(super) clock: Clock,
    pub(super) snapshot: ArcSwapOption<Snapshot>,
    pub(super) origin: Option<Origin>,
}

/// Where new keys come from, unless the keys are fixed.
pub(super) struct Origin {
    pub(super) fetch: Fetch,
    pub(super) flights: Mutex<Flights>,
    pub(super) seats: Semaphore,
    pub(super) max_wait: Duration,
    pub(super) cooldown: Duration,
    pub(super) takeover: Duration,
}

/// What the present snapshot says.
pub(super) enum Look {
    Fresh(Find),
    /// This, but it is time for new keys.
    Due(Find),
    Need(Need),
}

/// A fetch to wait for, or how the last one ended, too short a time ago for another.
pub(super) enum Boarded {
    Flight(Landing),
    Rest(Outcome),
}

// === impl Inner ===

impl Inner {
    /// Keys that never change.
    pub(super) fn fixed(keys: KeySet) -> Self {
        Self {
            clock: Clock::system(),
            snapshot: ArcSwapOption::from_pointee(Snapshot::fixed(keys)),
            origin: None,
        }
    }

    /// No keys yet.
    pub(super) fn empty(clock: Clock, origin: Origin) -> Self {
        Self {
            clock,
            snapshot: ArcSwapOption::empty(),
            origin: Some(origin),
        }
    }

    /// What there is of a key, and whether it is time to ask the issuer.
    pub(super) fn look(&self, kid: &str, now: SystemTime) -> Look {
        let snapshot = self.snapshot.load();
        let Some(snapshot) = snapshot.as_ref() else {
            return Look::Need(Need::Keys);
        };
        let standing = snapshot.standing(now);
        if standing == Standing::Expired {
            return Look::Need(Need::Keys);
        }
        let find = match (snapshot.keys.get(kid), &self.origin) {
            (Some(key), _) => Find::Key(Arc::clone(key)),
            (None, Some(origin)) if !snapshot.is_conclusive(now, origin.cooldown) => {
                return Look::Need(Need::Kid);
            }
            (None, _) => Find::Unknown,
        };
        match standing {
            Standing::Due => Look::Due(find),
            _ => Look::Fresh(find),
        }
    }

    /// What `seek` finds among the present keys. Nothing where they are past the stale bound; where they are due for new ones,
    /// fetching begins in the background.
    pub(super) fn seek<T>(
        self: &Arc<Self>,
        now: SystemTime,
        seek: impl FnOnce(&KeySet) -> Option<T>,
    ) -> Option<T> {
        let snapshot = self.snapshot.load();
        let snapshot = snapshot.as_ref()?;
        match snapshot.standing(now) {
            Standing::Fresh => {}
            Standing::Due => self.refresh(now),
            Standing::Expired => return None,
        }
        seek(&snapshot.keys)
    }

    /// Begins a fetch in the background, unless there is one already or it is too early.
    pub(super) fn refresh(self: &Arc<Self>, now: SystemTime) {
        let Some(origin) = &self.origin else { return };
        // If the lock is taken, another call is doing this very thing. Readers wait for nobody.
        let Some(mut flights) = origin.try_flights() else {
            return;
        };
        let due = self
            .snapshot
            .load()
            .as_ref()
            .is_none_or(|snapshot| snapshot.standing(now) != Standing::Fresh);
        if !due {
            return;
        }
        if let Boarding::Begin(ticket, outcome, _) = flights.board(Need::Keys, now) {
            drop(flights);
            self.begin(ticket, outcome);
        }
    }

    /// Joins or begins a fetch, if there is still a need: another may have landed since the caller looked.
    pub(super) fn board(
        self: &Arc<Self>,
        origin: &Origin,
        need: impl FnOnce(SystemTime) -> Option<Need>,
    ) -> Option<Boarded> {
        let mut flights = origin.flights();
        let now = self.clock.now();
        match flights.board(need(now)?, now) {
            Boarding::Join(landing) => Some(Boarded::Flight(landing)),
            Boarding::Rest(outcome) => Some(Boarded::Rest(outcome)),
            Boarding::Begin(ticket, outcome, landing) => {
                drop(flights);
                self.begin(ticket, outcome);
                Some(Boarded::Flight(landing))
            }
        }
    }

    /// Fetches in a task of its own: a caller that goes away takes nobody's keys along.
    ///
    /// The flights must not be locked, since a task that cannot run is dropped at once, and lands.
    fn begin(self: &Arc<Self>, ticket: Ticket, outcome: watch::Sender<Option<Outcome>>) {
        let fetching = Fetching::new(Arc::clone(self), ticket, outcome);
        // Outside of a runtime it is dropped here, and says so.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(fetching.run());
        }
    }
}

// === impl Look ===

impl Look {
    pub(super) fn need(&self) -> Option<Need> {
        match self {
            Self::Need(need) => Some(*need),
            Self::Fresh(_) | Self::Due(_) => None,
        }
    }
}

// === impl Origin ===

impl Origin {
    /// Held for a few instructions only, never across an await.
    pub(super) fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_flights(&self) -> Option<MutexGuard<'_, Flights>> {
        match self.flights.try_lock() {
            Ok(flights) => Some(flights),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}
