//! `POST /token`: a service account's own assertion for a token (RFC 7523).

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LIFETIME, error::TokenError};
use crate::{
    Identity,
    body::FormBody,
    error::ApiError,
    jwt::{self, Period},
    response::Answer,
    state::ServiceAccountRecord,
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// The longest that an assertion may live, in seconds: Google's own bound.
const LONGEST_ASSERTION: u64 = 60 * 60;

/// How far the clock of whoever made the assertion may be ahead, in seconds.
const SKEW: u64 = 10;

/// Characters of an audience.
const MAX_AUDIENCE: usize = 512;

#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: Option<String>,
    aud: String,
    iat: u64,
    exp: u64,
    scope: Option<String>,
    target_audience: Option<String>,
}

/// What an access token holds, sealed.
#[derive(Serialize, Deserialize)]
struct AccessToken {
    /// The account's unique id.
    sub: String,
    exp: u64,
}

/// An ID token where the assertion names a `target_audience`, else an access token.
pub(crate) async fn token(
    State(identity): State<Identity>,
    form: Result<FormBody, ApiError>,
) -> Result<Answer, TokenError> {
    let form = form.map_err(|_| TokenError::InvalidRequest("the body is no form"))?;
    match form.get("grant_type") {
        None => return Err(TokenError::InvalidRequest("grant_type is missing")),
        Some(JWT_BEARER) => {}
        Some(_) => return Err(TokenError::UnsupportedGrantType),
    }
    let assertion = form
        .get("assertion")
        .ok_or(TokenError::InvalidRequest("assertion is missing"))?;
    let (name, account, assertion) = identity.verified_assertion(assertion)?;
    let period = Period::starting(identity.now(), LIFETIME);
    if let Some(audience) = &assertion.target_audience {
        if !is_audience(audience) {
            return Err(TokenError::InvalidRequest("target_audience is malformed"));
        }
        let token = identity.google_id_token(&name, &account, audience, period);
        let id_token = token.map_err(|_| TokenError::Broken)?;
        return Ok(Answer::of(json!({ "id_token": id_token })));
    }
    if assertion.scope.is_none_or(|scope| scope.trim().is_empty()) {
        return Err(TokenError::InvalidScope(
            "the assertion names neither a scope nor a target_audience",
        ));
    }
    let access_token = identity.0.access_tokens.seal(&AccessToken {
        sub: account.unique_id,
        exp: period.exp,
    });
    Ok(Answer::of(json!({
        "access_token": access_token, "expires_in": LIFETIME, "token_type": "Bearer",
    })))
}

impl Identity {
    /// Whether this is an access token that still counts, of an account that is still there.
    pub(crate) fn is_access_token(&self, token: &str) -> bool {
        let Some(token) = self.0.access_tokens.open::<AccessToken>(token) else {
            return false;
        };
        let is_there = |state: &crate::state::State| {
            let mut accounts = state.service_accounts.values();
            accounts.any(|account| account.unique_id == token.sub)
        };
        self.now().secs() < token.exp && self.store().read(is_there)
    }

    fn verified_assertion(
        &self,
        token: &str,
    ) -> Result<(String, ServiceAccountRecord, Assertion), TokenError> {
        // Which account's key it is only its key's name tells before the signature is verified.
        let accounts = self.store().read(|state| state.service_accounts.clone());
        let mut signer = None;
        let assertion = jwt::open_with(token, |kid| {
            signer = accounts
                .iter()
                .find(|(_, account)| account.key.kid() == kid);
            signer.map(|(_, account)| account.key.public())
        });
        let assertion: Assertion =
            assertion.ok_or(TokenError::InvalidGrant("invalid JWT signature or claims"))?;
        let (name, account) = signer.ok_or(TokenError::Broken)?;

        let email = self.service_account_email(name);
        if assertion.iss != email {
            return Err(TokenError::InvalidGrant(
                "iss is not the account whose key signed the JWT",
            ));
        }
        if assertion.sub.as_ref().is_some_and(|sub| *sub != email) {
            return Err(TokenError::UnauthorizedClient(
                "sub is another account: nobody's calls are delegated here",
            ));
        }
        if assertion.aud != self.token_uri() {
            return Err(TokenError::InvalidGrant(
                "aud is not this server's token_uri: take the key file anew",
            ));
        }
        let now = self.now().secs();
        if assertion.exp <= now
            || assertion.iat > now + SKEW
            || assertion.exp > assertion.iat.saturating_add(LONGEST_ASSERTION)
        {
            return Err(TokenError::InvalidGrant(
                "the JWT has expired, is not valid yet, or lives longer than an hour: look at iat and exp",
            ));
        }
        Ok((name.clone(), account.clone(), assertion))
    }
}

/// Whom a token is for: a URL or a name, without spaces.
pub(crate) fn is_audience(text: &str) -> bool {
    (1..=MAX_AUDIENCE).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}
