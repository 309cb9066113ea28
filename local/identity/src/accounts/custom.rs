//! `accounts:signInWithCustomToken`: someone whom a server of the project vouches for.
//!
//! As in Firebase's emulator the signature is not looked at, since nobody on this machine has the project's service account: a JWT
//! of any signature or none, or its claims as plain JSON. But the claims must be those of a custom token.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Outcome, given};
use crate::{
    Identity,
    body::Body,
    error::ApiError,
    input,
    moment::Moment,
    response::Answer,
    state::user::{CUSTOM, User},
    unsigned,
};

/// The audience of custom tokens.
const AUDIENCE: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

/// Custom tokens live an hour at most, in seconds.
const LONGEST_LIFETIME: u64 = 60 * 60;

/// How far the clock of the server that made it may be ahead, in seconds.
const SKEW: u64 = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInWithCustomToken {
    token: Option<String>,
    tenant_id: Option<String>,
}

#[derive(Deserialize)]
struct CustomToken {
    aud: String,
    iss: String,
    sub: String,
    iat: u64,
    exp: u64,
    uid: String,
    tenant_id: Option<String>,
    claims: Option<Map<String, Value>>,
}

pub(crate) async fn with_custom_token(
    State(identity): State<Identity>,
    Body(request): Body<SignInWithCustomToken>,
) -> Outcome {
    let token = given(request.token.as_ref()).ok_or(ApiError::MissingCustomToken)?;
    let token = CustomToken::parse(token, identity.now())?;
    let tenant = input::tenant(request.tenant_id.as_deref())?;
    if tenant != input::tenant(token.tenant_id.as_deref())? {
        return Err(ApiError::TenantIdMismatch);
    }
    let uid = input::local_id(&token.uid)
        .map_err(|_| ApiError::InvalidCustomToken("uid must have 1 to 128 characters"))?;
    let claims = input::custom_claims(token.claims.unwrap_or_default())?;
    let now = identity.now();
    let (is_new, sign_in) = identity
        .store()
        .change(|state| {
            let known = state.user(&uid).map(|user| user.tenant_id.clone());
            let is_new = known.is_none();
            if known.is_some_and(|known| known != tenant) {
                return Err(ApiError::CredentialMismatch);
            }
            if is_new {
                state.insert(User {
                    local_id: uid.clone(),
                    tenant_id: tenant,
                    custom_auth: true,
                    created_at: now.millis(),
                    valid_since: now.secs(),
                    ..User::default()
                })?;
            }
            let mut sign_in = state.sign_in(&uid, CUSTOM, now)?;
            sign_in.session.claims = claims;
            Ok((is_new, sign_in))
        })
        .await?;
    let user = json!({ "kind": "identitytoolkit#VerifyCustomTokenResponse", "isNewUser": is_new });
    // A server that vouches for someone needs no second factor of theirs.
    Ok(Answer::of(user).with(identity.tokens(&sign_in.user, &sign_in.session)?))
}

impl CustomToken {
    fn parse(token: &str, now: Moment) -> Result<Self, ApiError> {
        let claims = unsigned::claims(token)
            .ok_or(ApiError::InvalidCustomToken("it is neither a JWT nor JSON"))?;
        let token: Self = serde_json::from_value(Value::Object(claims)).map_err(|_| {
            ApiError::InvalidCustomToken(
                "aud, iss, sub, iat, exp and uid are needed, claims is an object",
            )
        })?;
        if token.aud != AUDIENCE {
            return Err(ApiError::InvalidCustomToken(
                "aud is not Identity Toolkit: is it an ID token?",
            ));
        }
        if token.iss.is_empty() || token.iss != token.sub {
            return Err(ApiError::InvalidCustomToken(
                "iss and sub must both be the service account",
            ));
        }
        if token.exp <= now.secs()
            || token.iat > now.secs() + SKEW
            || token.exp > token.iat.saturating_add(LONGEST_LIFETIME)
        {
            return Err(ApiError::InvalidCustomToken(
                "it has expired, is not valid yet, or lives longer than an hour",
            ));
        }
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use callgate::Clock;

    use super::*;

    #[test]
    fn only_the_claims_of_a_custom_token_will_do() {
        let now = Moment::of(&Clock::manual(
            UNIX_EPOCH + Duration::from_secs(1_700_000_000),
        ));
        let good = json!({
            "aud": AUDIENCE, "iss": "sa@x", "sub": "sa@x", "iat": 1_700_000_000, "exp": 1_700_003_600, "uid": "ada", "claims": {},
        });
        assert!(CustomToken::parse(&good.to_string(), now).is_ok());
        for (name, value) in [
            ("aud", json!("demo-callgate")),
            ("iss", json!("other@x")),
            ("iat", json!(1_700_000_011)),
            ("exp", json!(1_700_000_000)),
            ("exp", json!(1_700_003_601)),
            ("exp", json!("1700003600")),
            ("uid", json!(7)),
            ("claims", json!([])),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert!(CustomToken::parse(&bad.to_string(), now).is_err(), "{name}");
        }
        for name in ["aud", "iss", "sub", "iat", "exp", "uid"] {
            let mut bad = good.clone();
            bad.as_object_mut().unwrap().remove(name);
            assert!(CustomToken::parse(&bad.to_string(), now).is_err(), "{name}");
        }
    }
}
