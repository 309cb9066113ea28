//! The tokens that a verifier has verified before, so that a caller's token is verified once, and not at each call.
//!
//! A token that is found here counts for no more than a full verification would let it: its key material has to be in the
//! present key set, and that set not past its stale bound (G15, G16); the clock may stand no earlier than when the token was
//! verified, and not past its `exp`. Whatever else is verified does not change with time, nor without the settings, whose change
//! begins an empty cache.

mod entry;
mod flights;
mod settings;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use foldhash::fast::RandomState;
use quick_cache::sync;

use self::{
    entry::{Entry, Presented, Standing, Token, Weights},
    flights::Flights,
};
use super::period::Period;
use crate::{denial::Denial, keys::KeyStore, token::MAX_TOKEN};

pub(super) use entry::Remembered;
pub use settings::TokenCache;

/// The verified tokens of one verifier. Its clones are the same cache.
pub(super) struct Cache<C>(Arc<Inner<C>>);

struct Inner<C> {
    // The key is the token, all of it: no two tokens can be taken for each other, whatever hashes they have. A digest of SHA-256
    // would do as well and be shorter, but costs 620 ns at each look-up of what a hash of the table costs 5. The seed is
    // random, and only verified tokens get in, so nobody can choose tokens of one bucket.
    entries: sync::Cache<Token, Entry<C>, Weights, RandomState>,
    flights: Flights<C>,
    period: Period,
    max_age: Duration,
}

impl<C: Remembered> Cache<C> {
    /// An empty cache, whose tokens end by this clock; none where its bounds hold nothing.
    pub(super) fn new(bounds: TokenCache, period: Period) -> Option<Self> {
        let TokenCache { max_bytes, max_age } = bounds;
        if max_bytes == 0 {
            return None;
        }
        let entries = sync::Cache::with(
            max_bytes.div_ceil(entry::TYPICAL),
            max_bytes as u64,
            Weights,
            RandomState::default(),
            sync::DefaultLifecycle::default(),
        );
        Some(Self(Arc::new(Inner {
            entries,
            flights: Flights::default(),
            period,
            max_age,
        })))
    }

    /// What is known of a token. None where it has to be verified.
    ///
    /// Looks at the age of the keys, and starts their refresh, just as a verification does.
    pub(super) fn get(&self, token: &[u8], keys: &KeyStore) -> Option<Result<C, Denial>> {
        if token.len() > MAX_TOKEN {
            return None;
        }
        let entry = self.0.entries.get(&Presented(token))?;
        let clock = &self.0.period.clock;
        let now = clock.now();
        match keys.holds(&entry.key, clock, now) {
            true => self.judge(token, entry, now),
            false => None,
        }
    }

    /// Verifies a token with a key of this fingerprint, which is in the present key set, and remembers it.
    ///
    /// Of several calls that come with one new token at the same time, one verifies it, and the others wait for that and no
    /// longer: some microseconds, in which each would do the same. Calls with other tokens do not wait.
    pub(super) fn verify_once(
        &self,
        token: &[u8],
        key: &[u8; 32],
        verify: impl FnOnce(&Arc<[u8]>) -> Result<C, Denial>,
    ) -> Result<C, Denial> {
        let flight = self.0.flights.board(token, key);
        flight.land(|| {
            // The last one may have landed after this call had looked for the token.
            let entry = self
                .0
                .entries
                .get(&Presented(token))
                .filter(|entry| entry.key == *key);
            let now = self.0.period.clock.now();
            if let Some(known) = entry.and_then(|entry| self.judge(token, entry, now)) {
                return known;
            }
            let caller = verify(flight.token())?;
            let entry = Entry::new(&caller, *key, &self.0.period, self.0.max_age);
            self.0
                .entries
                .insert(Token(Arc::clone(flight.token())), entry);
            Ok(caller)
        })
    }

    fn judge(&self, token: &[u8], entry: Entry<C>, now: SystemTime) -> Option<Result<C, Denial>> {
        match entry.standing(&self.0.period, now) {
            Standing::Counts => Some(Ok(entry.caller)),
            Standing::Stale => None,
            Standing::Over => {
                self.0.entries.remove(&Presented(token));
                Some(Err(Denial::TokenExpired))
            }
        }
    }
}

impl<C> Clone for Cache<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests;
