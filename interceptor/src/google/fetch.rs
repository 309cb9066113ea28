//! How a new token is asked for.

use std::{
    fmt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use url::form_urlencoded;

use super::{
    CredentialsError, Metadata, MetadataError, SettingsError,
    answer::{Fetched, read_access_token, read_id_token, read_id_token_response, read_refusal},
    service_account::ServiceAccount,
};
use crate::http_client::{describe, http_client, read_body};

/// What access tokens are good for: the accounts of Identity Platform, whichever of the two its administrators granted.
pub(super) const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/identitytoolkit",
    "https://www.googleapis.com/auth/cloud-platform",
];

const MAX_ANSWER: usize = 64 * 1024;

/// Whoever gives the tokens.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Metadata(Metadata),
    ServiceAccount(Arc<ServiceAccount>, Client),
    Mint(Mint),
}

/// Which token is asked for.
#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// One of the [`SCOPES`].
    AccessToken,
    IdToken {
        audience: Arc<str>,
    },
}

/// A function from an audience to an ID token.
#[derive(Clone)]
pub(super) struct Mint(pub(super) Arc<dyn Fn(&str) -> String + Send + Sync>);

// === impl Source ===

impl Source {
    /// A service account, by the JSON file of one of its keys.
    pub(super) fn service_account_file(path: &Path) -> Result<Self, SettingsError> {
        let account = ServiceAccount::read(path)?;
        let http = http_client(Duration::from_secs(2));
        Ok(Self::ServiceAccount(Arc::new(account), http))
    }

    /// Asks for a new token, `now`, and waits at most `timeout`.
    pub(super) async fn fetch(
        &self,
        wanted: &Wanted,
        now: SystemTime,
        timeout: Duration,
    ) -> Result<Fetched, CredentialsError> {
        let read = match (self, wanted) {
            (Self::Metadata(metadata), Wanted::AccessToken) => {
                let path = "instance/service-accounts/default/token";
                let query = [("scopes", &*SCOPES.join(","))];
                let answer = metadata.ask(path, &query, timeout).await?;
                read_access_token(&answer, now)
            }
            (Self::Metadata(metadata), Wanted::IdToken { audience }) => {
                let path = "instance/service-accounts/default/identity";
                // Without `full` the token would lack the account's e-mail address.
                let query = [("audience", &**audience), ("format", "full")];
                let answer = metadata.ask(path, &query, timeout).await?;
                read_id_token(&answer, audience, now)
            }
            (Self::ServiceAccount(account, http), Wanted::AccessToken) => {
                let answer = exchange(account, http, wanted, now, timeout).await?;
                read_access_token(&answer, now)
            }
            (Self::ServiceAccount(account, http), Wanted::IdToken { audience }) => {
                let answer = exchange(account, http, wanted, now, timeout).await?;
                read_id_token_response(&answer, audience, now)
            }
            (Self::Mint(Mint(mint)), Wanted::IdToken { audience }) => {
                read_id_token(mint(audience).as_bytes(), audience, now)
            }
            (Self::Mint(_), Wanted::AccessToken) => {
                return Err(CredentialsError::Refused(
                    "only ID tokens are made here".to_owned(),
                ));
            }
        };
        read.map_err(CredentialsError::Unavailable)
    }
}

// === impl Wanted ===

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccessToken => f.write_str("the access token for Google's APIs"),
            Self::IdToken { audience } => write!(f, "the ID token for {audience}"),
        }
    }
}

// === impl Mint ===

impl fmt::Debug for Mint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mint(..)")
    }
}

/// Exchanges the account's own assertion for a token: RFC 7523, section 2.1.
async fn exchange(
    account: &ServiceAccount,
    http: &Client,
    wanted: &Wanted,
    now: SystemTime,
    timeout: Duration,
) -> Result<Vec<u8>, CredentialsError> {
    let assertion = account
        .assertion(wanted, now)
        .ok_or_else(|| CredentialsError::Refused("the key cannot sign".to_owned()))?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .append_pair("assertion", &assertion)
        .finish();
    let unavailable =
        |words: String| CredentialsError::Unavailable(format!("the token endpoint: {words}"));
    let response = http
        .post(account.token_url().clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form)
        .timeout(timeout)
        .send()
        .await
        .map_err(|error| unavailable(describe(&error)))?;
    let status = response.status();
    let body = read_body(response, MAX_ANSWER).await.map_err(unavailable)?;
    match status {
        StatusCode::OK => Ok(body),
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            Err(CredentialsError::Refused(read_refusal(&body)))
        }
        _ => Err(unavailable(format!("HTTP status {}", status.as_u16()))),
    }
}

impl From<MetadataError> for CredentialsError {
    fn from(error: MetadataError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
