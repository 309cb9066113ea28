//! What whoever gives the tokens answers: a token, or the reason why there is none.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::token::Secret;
use crate::{json::parse_object, token::Parts};

/// Longer lives are not believed: Google's access tokens live for an hour, and for 12 hours where an administrator allows it.
const MAX_ACCESS_LIFETIME: u64 = 12 * 60 * 60;

/// Google's ID tokens live for an hour.
const MAX_ID_LIFETIME: u64 = 60 * 60;

/// A token, and the end of its life.
#[derive(Clone, Debug)]
pub(super) struct Fetched {
    pub(super) token: Secret,
    pub(super) expires_at: SystemTime,
}

/// RFC 6749, section 5.1.
#[derive(Deserialize)]
struct AccessTokenResponse {
    access_token: String,
    expires_in: u64,
    token_type: String,
}

/// What Google's token endpoint answers to an assertion with a `target_audience`.
#[derive(Deserialize)]
struct IdTokenResponse {
    id_token: String,
}

/// What of an ID token is looked at. Its signature is not: whoever gave it is trusted, and the callee verifies it.
#[derive(Deserialize)]
struct IdTokenClaims {
    aud: String,
    exp: u64,
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
}

/// Reads the answer to a request for an access token that was made `now`.
///
/// # Errors
///
/// Says in words what is wrong with the answer, without repeating it.
pub(super) fn read_access_token(answer: &[u8], now: SystemTime) -> Result<Fetched, String> {
    let answer: AccessTokenResponse = parse_object(answer)?;
    if !answer.token_type.eq_ignore_ascii_case("bearer") {
        return Err("the token is no bearer token".to_owned());
    }
    let lifetime = answer.expires_in.min(MAX_ACCESS_LIFETIME);
    fetched(&answer.access_token, now, lifetime)
}

/// Reads an ID token out of the answer of a token endpoint.
///
/// # Errors
///
/// As [`read_id_token`].
pub(super) fn read_id_token_response(
    answer: &[u8],
    audience: &str,
    now: SystemTime,
) -> Result<Fetched, String> {
    let answer: IdTokenResponse = parse_object(answer)?;
    read_id_token(answer.id_token.as_bytes(), audience, now)
}

/// Reads an ID token for this audience.
///
/// # Errors
///
/// Says in words what is wrong with it, without repeating it.
pub(super) fn read_id_token(
    token: &[u8],
    audience: &str,
    now: SystemTime,
) -> Result<Fetched, String> {
    let token = str::from_utf8(token).map_err(|_| "the token is not text")?;
    let token = token.trim_ascii();
    let parts = Parts::split(token).map_err(|_| "the token is no JSON web token")?;
    let claims: IdTokenClaims = parse_object(&parts.payload)?;
    if claims.aud != audience {
        return Err("the token is for another audience".to_owned());
    }
    let now_seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let lifetime = claims.exp.saturating_sub(now_seconds).min(MAX_ID_LIFETIME);
    fetched(token, now, lifetime)
}

/// The error code of a refusal, such as `invalid_grant`. Its description may quote the account's address: it is left out.
pub(super) fn read_refusal(body: &[u8]) -> String {
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

fn fetched(token: &str, now: SystemTime, lifetime: u64) -> Result<Fetched, String> {
    let token = Secret::parse(token).ok_or("the token cannot stand in a header")?;
    Ok(Fetched {
        token,
        expires_at: now + Duration::from_secs(lifetime),
    })
}
