//! How a new token is asked for.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use reqwest::{Client, StatusCode, header::CONTENT_TYPE};
use serde::Deserialize;
use url::form_urlencoded;

use super::{
    AccessToken, CredentialsError, Metadata, MetadataError, service_account::ServiceAccount,
};
use crate::{
    http_client::{describe, read_body},
    json::parse_object,
};

/// What the tokens are good for: the accounts of Identity Platform, whichever of the two its administrators granted.
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/identitytoolkit",
    "https://www.googleapis.com/auth/cloud-platform",
];

const MAX_ANSWER: usize = 64 * 1024;

/// Longer lives are not believed: Google's access tokens live for an hour, and for 12 hours where an administrator allows it.
const MAX_LIFETIME: u64 = 12 * 60 * 60;

/// Whoever gives the tokens.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Metadata(Metadata),
    ServiceAccount(Arc<ServiceAccount>, Client),
}

/// A token, and the end of its life.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    pub(super) token: AccessToken,
    pub(super) expires_at: SystemTime,
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct TokenResponse {
    access_token: String,
    expires_in: u64,
    token_type: String,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

// === impl Source ===

impl Source {
    /// Asks for a new token, `now`, and waits at most `timeout`.
    pub(super) async fn fetch(
        &self,
        now: SystemTime,
        timeout: Duration,
    ) -> Result<Fetched, CredentialsError> {
        let answer = match self {
            Self::Metadata(metadata) => {
                let path = "instance/service-accounts/default/token";
                let query = [("scopes", &*SCOPES.join(","))];
                metadata.ask(path, &query, timeout).await?
            }
            Self::ServiceAccount(account, http) => exchange(account, http, now, timeout).await?,
        };
        read_token(&answer, now).map_err(CredentialsError::Unavailable)
    }
}

/// Exchanges the account's own assertion for a token: RFC 7523, section 2.1.
async fn exchange(
    account: &ServiceAccount,
    http: &Client,
    now: SystemTime,
    timeout: Duration,
) -> Result<Vec<u8>, CredentialsError> {
    let assertion = account
        .assertion(&SCOPES.join(" "), now)
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
            Err(CredentialsError::Refused(refusal(&body)))
        }
        _ => Err(unavailable(format!("HTTP status {}", status.as_u16()))),
    }
}

/// The error code of a refusal, such as `invalid_grant`. Its description may quote the account's address: it is left out.
fn refusal(body: &[u8]) -> String {
    match parse_object::<ErrorResponse>(body) {
        Ok(ErrorResponse { error })
            if (1..=64).contains(&error.len())
                && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') =>
        {
            error
        }
        _ => "without a reason".to_owned(),
    }
}

fn read_token(answer: &[u8], now: SystemTime) -> Result<Fetched, String> {
    let answer: TokenResponse = parse_object(answer)?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err("the token is no bearer token".to_owned());
    }
    let token = AccessToken::parse(&answer.access_token)
        .ok_or_else(|| "the token cannot stand in a header".to_owned())?;
    let lifetime = Duration::from_secs(answer.expires_in.min(MAX_LIFETIME));
    Ok(Fetched {
        token,
        expires_at: now + lifetime,
    })
}

impl From<MetadataError> for CredentialsError {
    fn from(error: MetadataError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
