//! `projects/<p>[/tenants/<t>]:createSessionCookie`: an ID token made into something that a browser keeps for days.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    Identity,
    accounts::Outcome,
    admin::AdminCall,
    body::Body,
    error::ApiError,
    jwt::{self, Period},
    keys::Issuer,
    response::Answer,
};

/// How long a session cookie may live, in seconds: 5 minutes to 14 days.
pub(crate) const SHORTEST: u64 = 5 * 60;
pub(crate) const LONGEST: u64 = 14 * 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateSessionCookie {
    id_token: Option<String>,
    /// Seconds, as text or as a number: the SDKs send both. 14 days by default.
    valid_duration: Option<Value>,
}

pub(crate) async fn create(
    admin: AdminCall,
    State(identity): State<Identity>,
    Body(request): Body<CreateSessionCookie>,
) -> Outcome {
    if admin.call != "createSessionCookie" {
        return Err(ApiError::NotFound);
    }
    let (proof, claims) = identity.prove_claims(request.id_token.as_deref())?;
    let lifetime = match &request.valid_duration {
        None => LONGEST,
        Some(value) => seconds(value)
            .filter(|seconds| (SHORTEST..=LONGEST).contains(seconds))
            .ok_or(ApiError::InvalidDuration)?,
    };
    if proof.tenant != admin.pool.tenant {
        return Err(ApiError::TenantIdMismatch);
    }
    identity
        .store()
        .read(|state| state.proven(&proof).map(|_| ()))?;
    let period = Period::starting(identity.now(), lifetime);
    let cookie = identity.session_cookie(claims, period)?;
    Ok(Answer::of(json!({ "sessionCookie": cookie })))
}

impl Identity {
    /// What an ID token says, as a session cookie of this period.
    pub(crate) fn session_cookie(
        &self,
        mut claims: Map<String, Value>,
        period: Period,
    ) -> Result<String, ApiError> {
        let issuer = format!("https://session.firebase.google.com/{}", self.project());
        claims.insert("iss".to_owned(), issuer.into());
        claims.insert("iat".to_owned(), period.iat.into());
        claims.insert("exp".to_owned(), period.exp.into());
        jwt::sign(&self.keys(Issuer::SessionCookie), claims)
    }
}

fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
