//! Asking an issuer for its keys.

use std::time::{Duration, SystemTime};

use http::{StatusCode, header::ACCEPT};
use reqwest::Client;
use tokio::time::timeout;
use url::Url;

use super::{
    cache_control::{self, MIN_LIFETIME},
    set::{KeyLimits, KeySet, KeySetError},
    snapshot::{Snapshot, Term},
};
use crate::http_client::{describe, read_body};

/// Where an issuer's keys are, and what is taken from there.
#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) client: Client,
    pub(super) url: Url,
    /// For everything, from the look-up of the host's address to the last byte.
    pub(super) timeout: Duration,
    pub(super) stale_bound: Duration,
    pub(super) max_age_total: Option<Duration>,
    pub(super) limits: KeyLimits,
}

/// Why there are no new keys.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no whole answer within {0:?}")]
    Slow(Duration),
    #[error("{0}")]
    Transport(String),
    /// It broke off, or there is too much of it.
    #[error("{0}")]
    Body(String),
    /// A redirect is one: it is not followed (G21).
    #[error("the answer is HTTP {}", .0.as_u16())]
    Status(StatusCode),
    #[error("the answer is no good: {0}")]
    Keys(#[from] KeySetError),
    #[error("the fetch was cut off")]
    CutOff,
}

impl FetchError {
    /// In a few words, for the log line of a call that is refused.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Slow(_) => "the issuer is too slow",
            Self::Transport(_) => "the issuer cannot be reached",
            Self::Body(_) => "the issuer's answer is broken off or too large",
            Self::Status(_) => "the issuer refuses to answer",
            Self::Keys(_) => "what the issuer sent is no key set",
            Self::CutOff => "the fetch was cut off",
        }
    }
}

impl Fetch {
    /// The host, for the log: the rest of the URL is nobody's business.
    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// Asks once. The keys' age counts from `asked_at`, the safest moment to count from.
    pub(super) async fn once(&self, asked_at: SystemTime) -> Result<Snapshot, FetchError> {
        timeout(self.timeout, self.ask(asked_at))
            .await
            .unwrap_or(Err(FetchError::Slow(self.timeout)))
    }

    async fn ask(&self, asked_at: SystemTime) -> Result<Snapshot, FetchError> {
        let response = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json")
            .send()
            .await
            .map_err(|error| FetchError::Transport(describe(&error)))?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let lifetime = cache_control::lifetime(response.headers());
        let age = cache_control::age(response.headers());
        let body = read_body(response, self.limits.max_bytes)
            .await
            .map_err(FetchError::Body)?;
        let (keys, skipped) = KeySet::read(&body, &self.limits)?;
        for key in skipped {
            tracing::warn!(
                host = self.host(),
                kid = key.kid,
                "key left out: {}",
                key.why
            );
        }
        Ok(Snapshot::fetched(keys, self.term(asked_at, lifetime, age)))
    }

    fn term(&self, asked_at: SystemTime, lifetime: Duration, age: Duration) -> Term {
        let usable_for = lifetime.saturating_add(self.stale_bound);
        let Some(total) = self.max_age_total else {
            return Term {
                asked_at,
                lifetime,
                usable_for,
            };
        };
        // Early enough before the end for the stale bound to bridge an outage.
        let total = total.saturating_sub(age).max(MIN_LIFETIME);
        let latest = total.saturating_sub(self.stale_bound).max(total / 2);
        Term {
            asked_at,
            lifetime: lifetime.min(latest),
            usable_for: usable_for.min(total),
        }
    }
}
