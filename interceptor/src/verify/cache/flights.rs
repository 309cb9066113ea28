//! The verifications under way, so that calls that come with one token at the same time verify it once.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::denial::Denial;

/// The verifications under way: as many as there are threads at most, so it is fastest to look at each.
pub(super) struct Flights<C>(Mutex<Vec<Arc<Flight<C>>>>);

/// One verification, of this token with a key of this fingerprint. It ends for all who wait for it alike, refused or not: it is
/// the same token, at the same time, and by the same key.
struct Flight<C> {
    token: Arc<[u8]>,
    key: [u8; 32],
    outcome: OnceLock<Result<C, Denial>>,
}

/// A call's part in a verification.
pub(super) struct Boarded<'f, C> {
    flights: &'f Flights<C>,
    flight: Arc<Flight<C>>,
    /// Whether it began the flight, and ends it.
    began: bool,
}

// === impl Flights ===

impl<C: Clone> Flights<C> {
    /// Joins the verification of this token with this key, or begins one.
    pub(super) fn board(&self, token: &[u8], key: &[u8; 32]) -> Boarded<'_, C> {
        let mut flights = self.lock();
        let mut under_way = flights.iter();
        if let Some(flight) = under_way.find(|f| *f.token == *token && f.key == *key) {
            return Boarded {
                flights: self,
                flight: Arc::clone(flight),
                began: false,
            };
        }
        let flight = Arc::new(Flight {
            token: token.into(),
            key: *key,
            outcome: OnceLock::new(),
        });
        flights.push(Arc::clone(&flight));
        Boarded {
            flights: self,
            flight,
            began: true,
        }
    }
}

impl<C> Flights<C> {
    /// Held for a few instructions only, never while a token is verified.
    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Flight<C>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many calls take part in the verifications under way.
    #[cfg(test)]
    pub(super) fn passengers(&self) -> usize {
        self.lock().iter().map(|f| Arc::strong_count(f) - 1).sum()
    }
}

impl<C> Default for Flights<C> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

// === impl Boarded ===

impl<C: Clone> Boarded<'_, C> {
    /// The token, to be kept.
    pub(super) fn token(&self) -> &Arc<[u8]> {
        &self.flight.token
    }

    /// How the verification ends: by this call's `verify`, unless another's is faster.
    pub(super) fn land(&self, verify: impl FnOnce() -> Result<C, Denial>) -> Result<C, Denial> {
        self.flight.outcome.get_or_init(verify).clone()
    }
}

/// Also when `verify` panics: whoever waits for it then does it again.
impl<C> Drop for Boarded<'_, C> {
    fn drop(&mut self) {
        if self.began {
            let mut flights = self.flights.lock();
            flights.retain(|flight| !Arc::ptr_eq(flight, &self.flight));
        }
    }
}
