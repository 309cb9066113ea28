//! App Check: which app it is, and `projects/<p>:verifyAppCheckToken`, by which a token counts once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use aws_lc_rs::digest;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Identity,
    access::AdminAccess,
    accounts::Outcome,
    body::Body,
    error::ApiError,
    expiring::random_name,
    jwt::{self, Period},
    keys::Issuer,
    response::Answer,
};

/// As many consumed tokens as are remembered. Beyond that no token is said to be unconsumed.
const MAX_CONSUMED: usize = 10_000;

/// The tokens that were consumed and have not expired: the hash of each, and when it expires, in seconds. A restart forgets them.
#[derive(Default)]
pub(crate) struct Consumed(Mutex<HashMap<Vec<u8>, u64>>);

#[derive(Deserialize)]
pub(crate) struct VerifyAppCheckToken {
    /// firebase-admin writes it in this way, Google's reference in the other.
    #[serde(alias = "appCheckToken")]
    app_check_token: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Vec<String>,
    exp: u64,
}

/// `POST projects/<id or number>:verifyAppCheckToken`: says of each token after the first time that it was consumed.
pub(crate) async fn verify(
    _: AdminAccess,
    State(identity): State<Identity>,
    Path(call): Path<String>,
    Body(request): Body<VerifyAppCheckToken>,
) -> Outcome {
    let (project, call) = call.split_once(':').ok_or(ApiError::NotFound)?;
    if call != "verifyAppCheckToken" {
        return Err(ApiError::NotFound);
    }
    let number = identity.settings().project_number.to_string();
    if project != identity.project() && project != number {
        return Err(ApiError::InvalidProjectId);
    }
    let token = request
        .app_check_token
        .ok_or(ApiError::InvalidArgument("app_check_token is missing"))?;
    let invalid = ApiError::InvalidArgument("the App Check token is not valid");
    let now = identity.now();
    let claims: Claims =
        jwt::open(&identity.keys(Issuer::AppCheck), &token, now).ok_or(invalid.clone())?;
    let [issuer, audience] = [identity.app_check_issuer(), format!("projects/{number}")];
    if claims.iss != issuer || !claims.aud.contains(&audience) || claims.exp <= now.secs() {
        return Err(invalid);
    }
    let already = identity
        .0
        .consumed
        .consume(&token, claims.exp, now.secs())?;
    Ok(Answer::of(
        json!({ "alreadyConsumed": already.then_some(true) }),
    ))
}

impl Identity {
    /// A token of the app of this id, as App Check signs it.
    pub(crate) fn app_check_token(&self, app: &str, period: Period) -> Result<String, ApiError> {
        let number = self.settings().project_number;
        let claims = json!({
            "iss": self.app_check_issuer(),
            "aud": [format!("projects/{number}"), format!("projects/{}", self.project())],
            "sub": app,
            "provider": "debug",
            // Else two of one second would be the same, and consumed together.
            "jti": random_name()?,
            "iat": period.iat,
            "exp": period.exp,
        });
        jwt::sign(&self.keys(Issuer::AppCheck), claims)
    }

    fn app_check_issuer(&self) -> String {
        let number = self.settings().project_number;
        format!("https://firebaseappcheck.googleapis.com/{number}")
    }
}

impl Consumed {
    /// Whether the token was consumed before; it is from now on. `exp` and `now` are seconds.
    fn consume(&self, token: &str, exp: u64, now: u64) -> Result<bool, ApiError> {
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        let mut consumed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if consumed.contains_key(hash.as_ref()) {
            return Ok(true);
        }
        if consumed.len() >= MAX_CONSUMED {
            consumed.retain(|_, exp| now < *exp);
        }
        if consumed.len() >= MAX_CONSUMED {
            return Err(ApiError::QuotaExceeded(
                "as many consumed tokens as are remembered have not expired yet",
            ));
        }
        consumed.insert(hash.as_ref().to_vec(), exp);
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_remembered_and_none_is_forgotten_before_it_expires() {
        let consumed = Consumed::default();
        for n in 0..MAX_CONSUMED {
            assert_eq!(consumed.consume(&n.to_string(), 60, 0), Ok(false));
        }
        assert!(consumed.consume("one more", 60, 59).is_err());
        assert_eq!(consumed.consume("0", 60, 59), Ok(true));
        assert_eq!(consumed.consume("one more", 120, 60), Ok(false));
        assert_eq!(consumed.0.lock().unwrap().len(), 1);
    }
}
