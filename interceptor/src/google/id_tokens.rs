//! What calls to other services prove themselves with.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    CredentialsError, IdToken, Metadata, SettingsError, TIMEOUT,
    cache::Cache,
    fetch::{Mint, Source, Wanted},
    token::Secret,
};
use crate::clock::Clock;

/// As many audiences as tokens are kept for. They are the services that this one calls: configuration, not what calls bring.
const MAX_AUDIENCES: usize = 100;

/// The longest audience, in bytes. It is mostly a URL.
const MAX_AUDIENCE: usize = 1024;

/// What calls to other services prove themselves with: ID tokens of this service's own account, signed by Google, each for one
/// audience. Cloning is cheap; clones share their tokens.
///
/// ```no_run
/// use callgate::google::{IdTokens, Metadata};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let tokens = IdTokens::metadata_server(&Metadata::new());
/// let for_votes = tokens.for_audience("https://votes-x1y2z3.a.run.app")?;
/// let token = for_votes.token().await?; // goes after `Bearer `
/// # Ok(())
/// # }
/// ```
///
/// A tonic client attaches them by itself: see [`outgoing`](crate::outgoing).
#[derive(Clone, Debug)]
pub struct IdTokens(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Fixed(IdToken),
    Fetched(Arc<Fetching>),
}

#[derive(Debug)]
struct Fetching {
    source: Source,
    clock: Clock,
    timeout: Duration,
    /// Locked for a moment, when a client is configured.
    caches: Mutex<BTreeMap<Arc<str>, Arc<Cache>>>,
}

/// The ID tokens for one audience. Cloning is cheap; clones share their token.
#[derive(Clone, Debug)]
pub struct AudienceTokens(OfAudience);

#[derive(Clone, Debug)]
enum OfAudience {
    Fixed(IdToken),
    Fetched(Arc<Cache>),
}

// === impl IdTokens ===

impl IdTokens {
    /// Tokens of the account that this Cloud Run service or virtual machine runs as.
    pub fn metadata_server(metadata: &Metadata) -> Self {
        Self::fetched(Source::Metadata(metadata.clone()), Clock::system(), TIMEOUT)
    }

    /// Tokens of a service account, by the JSON file of one of its keys.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is no service account's key, or where its `token_uri` is neither https nor on this machine.
    pub fn service_account_file(path: impl AsRef<Path>) -> Result<Self, SettingsError> {
        let source = Source::service_account_file(path.as_ref())?;
        Ok(Self::fetched(source, Clock::system(), TIMEOUT))
    }

    /// Tokens that this program makes itself, with a function from the audience to a token: those of a stand-in for Google, in
    /// tests and where the whole system runs on one machine. They are kept until they expire, as others are.
    pub fn minted(mint: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        let source = Source::Mint(Mint(Arc::new(mint)));
        Self::fetched(source, Clock::system(), TIMEOUT)
    }

    /// One token for every audience, which never changes: for tests.
    ///
    /// # Errors
    ///
    /// Where it cannot stand in a header: it is empty, longer than 8 KiB, or not all visible ASCII.
    pub fn fixed(token: &str) -> Result<Self, SettingsError> {
        Secret::parse(token)
            .map(|secret| Self(Kind::Fixed(IdToken::new(secret))))
            .ok_or_else(|| {
                SettingsError::new(
                    "the ID token must be visible ASCII, without spaces, and at most 8 KiB long",
                )
            })
    }

    fn fetched(source: Source, clock: Clock, timeout: Duration) -> Self {
        Self(Kind::Fetched(Arc::new(Fetching {
            source,
            clock,
            timeout,
            caches: Mutex::default(),
        })))
    }

    /// The same account's tokens by another clock, with none at hand yet.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        match &self.0 {
            Kind::Fixed(_) => self,
            Kind::Fetched(it) => Self::fetched(it.source.clone(), clock, it.timeout),
        }
    }

    /// The same account's tokens with another bound on each request for one (3 seconds), with none at hand yet.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        match &self.0 {
            Kind::Fixed(_) => self,
            Kind::Fetched(it) => Self::fetched(it.source.clone(), it.clock.clone(), timeout),
        }
    }

    /// The tokens for one audience: the URL of the service to be called, or the custom audience that it is configured with.
    ///
    /// # Errors
    ///
    /// Where it cannot be an audience (it is empty, longer than 1 KiB or not all visible ASCII), or is one too many after a
    /// hundred.
    pub fn for_audience(&self, audience: &str) -> Result<AudienceTokens, SettingsError> {
        let fits = (1..=MAX_AUDIENCE).contains(&audience.len())
            && audience.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(SettingsError::new(
                "an audience must be visible ASCII, without spaces, and at most 1 KiB long",
            ));
        }
        let fetching = match &self.0 {
            Kind::Fixed(token) => return Ok(AudienceTokens(OfAudience::Fixed(token.clone()))),
            Kind::Fetched(fetching) => fetching,
        };
        // Nothing that can panic leaves the map half changed.
        let mut caches = fetching
            .caches
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(cache) = caches.get(audience) {
            return Ok(AudienceTokens(OfAudience::Fetched(Arc::clone(cache))));
        }
        if caches.len() == MAX_AUDIENCES {
            return Err(SettingsError::new(
                "tokens are kept for a hundred audiences and no more",
            ));
        }
        let audience: Arc<str> = audience.into();
        let cache = Arc::new(Cache::new(
            fetching.source.clone(),
            Wanted::IdToken {
                audience: Arc::clone(&audience),
            },
            fetching.clock.clone(),
            fetching.timeout,
        ));
        caches.insert(audience, Arc::clone(&cache));
        Ok(AudienceTokens(OfAudience::Fetched(cache)))
    }
}

// === impl AudienceTokens ===

impl AudienceTokens {
    /// A token that is good for some seconds at least.
    ///
    /// Mostly the one at hand. Otherwise it is asked for, by one call at a time; after a failure not before a second has passed.
    ///
    /// # Errors
    ///
    /// Where none can be had in time, or none is given for this account.
    pub async fn token(&self) -> Result<IdToken, CredentialsError> {
        match &self.0 {
            OfAudience::Fixed(token) => Ok(token.clone()),
            OfAudience::Fetched(cache) => cache.token().await.map(IdToken::new),
        }
    }

    /// Says that this token was refused before its time. The next [`token`](Self::token) asks for another, unless that was done
    /// a moment ago.
    pub fn reject(&self, token: &IdToken) {
        if let OfAudience::Fetched(cache) = &self.0 {
            cache.reject(token.as_secret());
        }
    }

    /// The clock that the tokens expire by.
    pub(crate) fn clock(&self) -> Clock {
        match &self.0 {
            OfAudience::Fixed(_) => Clock::system(),
            OfAudience::Fetched(cache) => cache.clock().clone(),
        }
    }
}
