//! What calls to Google's APIs prove themselves with.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    AccessToken, CredentialsError, Metadata, SettingsError, TIMEOUT,
    cache::Cache,
    fetch::{Source, Wanted},
    token::Secret,
};
use crate::clock::Clock;

/// What calls to Google's APIs prove themselves with: OAuth 2.0 access tokens. Cloning is cheap; clones share their token.
///
/// The tokens' scopes are `identitytoolkit` and `cloud-platform`.
#[derive(Clone, Debug)]
pub struct Credentials(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Fixed(AccessToken),
    Fetched(Arc<Cache>),
}

// === impl Credentials ===

impl Credentials {
    /// The account that this Cloud Run service or virtual machine runs as.
    pub fn metadata_server(metadata: &Metadata) -> Self {
        Self::fetched(Source::Metadata(metadata.clone()))
    }

    /// A service account, by the JSON file of one of its keys.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or is no service account's key, or where its `token_uri` is neither https nor on this machine.
    pub fn service_account_file(path: impl AsRef<Path>) -> Result<Self, SettingsError> {
        Source::service_account_file(path.as_ref()).map(Self::fetched)
    }

    /// A token that never changes: the secret of a local stand-in for Google's APIs. Google's own tokens live for an hour only.
    ///
    /// # Errors
    ///
    /// Where it cannot stand in a header: it is empty, longer than 8 KiB, or not all visible ASCII.
    pub fn fixed(token: &str) -> Result<Self, SettingsError> {
        Secret::parse(token)
            .map(|secret| Self(Kind::Fixed(AccessToken::new(secret))))
            .ok_or_else(|| {
                SettingsError::new(
                    "the access token must be visible ASCII, without spaces, and at most 8 KiB long",
                )
            })
    }

    fn fetched(source: Source) -> Self {
        let cache = Cache::new(source, Wanted::AccessToken, Clock::system(), TIMEOUT);
        Self(Kind::Fetched(Arc::new(cache)))
    }

    /// The same credentials by another clock, with no token yet.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        self.with(Some(clock), None)
    }

    /// The same credentials with another bound on each request for a token (3 seconds), with no token yet.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(None, Some(timeout))
    }

    fn with(self, clock: Option<Clock>, timeout: Option<Duration>) -> Self {
        match self.0 {
            Kind::Fixed(_) => self,
            Kind::Fetched(cache) => Self(Kind::Fetched(Arc::new(cache.with(clock, timeout)))),
        }
    }

    /// A token that is good for some seconds at least.
    ///
    /// Mostly the one at hand. Otherwise it is asked for, by one call at a time; after a failure not before a second has passed.
    ///
    /// # Errors
    ///
    /// Where none can be had in time, or none is given for these credentials.
    pub async fn access_token(&self) -> Result<AccessToken, CredentialsError> {
        match &self.0 {
            Kind::Fixed(token) => Ok(token.clone()),
            Kind::Fetched(cache) => cache.token().await.map(AccessToken::new),
        }
    }

    /// Says that this token was refused before its time. The next [`access_token`](Self::access_token) asks for another, unless
    /// that was done a moment ago.
    pub fn reject(&self, token: &AccessToken) {
        if let Kind::Fetched(cache) = &self.0 {
            cache.reject(token.as_secret());
        }
    }
}
