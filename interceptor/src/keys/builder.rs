//! The settings of a store.

use std::{sync::Mutex, time::Duration};

use tokio::sync::Semaphore;
use url::Url;

use super::{
    fetch::Fetch,
    flights::{Flights, Spacing},
    inner::Origin,
    set::KeyLimits,
    store::KeyStore,
};
use crate::{
    Clock,
    http_client::{check_url, http_client},
};

/// A fetch that has not ended so long after its time-out is taken for dead.
const TAKEOVER_MARGIN: Duration = Duration::from_secs(5);

/// The settings of a [`KeyStore`] that fetches its keys.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is built"]
pub struct KeyStoreBuilder {
    url: Url,
    clock: Clock,
    stale_bound: Duration,
    max_age_total: Option<Duration>,
    cooldown: Duration,
    backoff: Duration,
    max_backoff: Duration,
    fetch_timeout: Duration,
    max_wait: Duration,
    max_waiters: usize,
    limits: KeyLimits,
}

/// Why a store cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyStoreError {
    /// Keys must not come from this address.
    #[error("keys cannot be fetched from there: {0}")]
    Url(&'static str),
    /// A setting makes no sense.
    #[error("{0} must be {1}")]
    Setting(&'static str, &'static str),
}

impl KeyStoreBuilder {
    pub(super) fn new(url: Url) -> Self {
        Self {
            url,
            clock: Clock::system(),
            stale_bound: Duration::from_hours(1),
            max_age_total: None,
            cooldown: Duration::from_secs(10),
            backoff: Duration::from_secs(1),
            max_backoff: Duration::from_mins(1),
            fetch_timeout: Duration::from_secs(5),
            max_wait: Duration::from_secs(2),
            max_waiters: 64,
            limits: KeyLimits::default(),
        }
    }

    /// The clock by which keys age. The machine's by default.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// For how long keys are used beyond their `max-age` while new ones cannot be had: 1 hour by default.
    pub fn stale_bound(mut self, bound: Duration) -> Self {
        self.stale_bound = bound;
        self
    }

    /// How old keys may become in all, whatever `max-age` and the stale bound say, at least 1 minute. Without limit by default.
    ///
    /// App Check's keys "must not be cached for more than six hours".
    pub fn max_age_total(mut self, total: Duration) -> Self {
        self.max_age_total = Some(total);
        self
    }

    /// How often unknown key names may make the store ask the issuer: every 10 seconds by default, every second at most.
    pub fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// How long the store rests after a failed fetch. Doubles with each failure, from 1 second to 1 minute by default.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = first;
        self.max_backoff = longest;
        self
    }

    /// How long a fetch may take, from the look-up of the address to the last byte: 5 seconds by default.
    pub fn fetch_timeout(mut self, timeout: Duration) -> Self {
        self.fetch_timeout = timeout;
        self
    }

    /// How long a call waits for a fetch: 2 seconds by default.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// How many calls wait at the same time: 64 by default. One more is refused at once.
    pub fn max_waiters(mut self, waiters: usize) -> Self {
        self.max_waiters = waiters;
        self
    }

    /// How large a key set may be.
    pub fn limits(mut self, limits: KeyLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Builds the store. Nothing is fetched until the first call, or until [`KeyStore::ready`].
    pub fn build(self) -> Result<KeyStore, KeyStoreError> {
        check_url(&self.url).map_err(KeyStoreError::Url)?;
        self.check()?;
        let takeover = self.fetch_timeout + TAKEOVER_MARGIN;
        Ok(KeyStore::new(
            self.clock,
            Origin {
                flights: Mutex::new(Flights::new(Spacing {
                    cooldown: self.cooldown,
                    backoff: self.backoff,
                    max_backoff: self.max_backoff,
                    takeover,
                })),
                seats: Semaphore::new(self.max_waiters),
                max_wait: self.max_wait,
                cooldown: self.cooldown,
                takeover,
                fetch: Fetch {
                    client: http_client(self.fetch_timeout),
                    url: self.url,
                    timeout: self.fetch_timeout,
                    stale_bound: self.stale_bound,
                    max_age_total: self.max_age_total,
                    limits: self.limits,
                },
            },
        ))
    }

    fn check(&self) -> Result<(), KeyStoreError> {
        let minute = Duration::from_mins(1);
        let conditions = [
            (
                self.cooldown >= Duration::from_secs(1),
                "the cooldown",
                "at least 1 second",
            ),
            (
                self.max_age_total.is_none_or(|total| total >= minute),
                "the keys' greatest age in all",
                "at least 1 minute",
            ),
            (
                (Duration::from_millis(1)..=minute).contains(&self.fetch_timeout),
                "the time-out of a fetch",
                "between 1 millisecond and 1 minute",
            ),
            (
                self.backoff >= Duration::from_millis(1) && self.backoff <= self.max_backoff,
                "the rest after a failed fetch",
                "at least 1 millisecond and no longer than its longest",
            ),
            (
                (1..=Semaphore::MAX_PERMITS).contains(&self.max_waiters),
                "the number of waiting calls",
                "at least 1",
            ),
        ];
        match conditions.into_iter().find(|(holds, ..)| !holds) {
            Some((_, what, must)) => Err(KeyStoreError::Setting(what, must)),
            None => Ok(()),
        }
    }
}
