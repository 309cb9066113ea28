//! For whoever develops the page: the codes that would be sent, the public keys, and a new signing key.

use axum::{
    Json,
    extract::{Path, State},
    response::IntoResponse,
};
use http::header;
use serde_json::{Value, json};

use crate::{
    Identity,
    access::{Secret, SecretOrPage},
    accounts::Outcome,
    error::{ApiError, OpenError},
    keys::{self, KeyRecord},
    response::Answer,
};

/// `GET /emulator/v1/projects/<p>/verificationCodes`, oldest first.
pub(crate) async fn verification_codes(
    _: SecretOrPage,
    State(identity): State<Identity>,
    Path(project): Path<String>,
) -> Outcome {
    check(&identity, &project)?;
    let waiting = identity.pending().sms();
    let codes = waiting.iter(identity.now()).map(|(session, sms)| {
        json!({ "phoneNumber": sms.phone_number, "sessionInfo": session, "code": sms.code })
    });
    Ok(Answer::of(
        json!({ "verificationCodes": codes.collect::<Vec<_>>() }),
    ))
}

/// `GET /emulator/v1/projects/<p>/oobCodes`, oldest first.
pub(crate) async fn oob_codes(
    _: SecretOrPage,
    State(identity): State<Identity>,
    Path(project): Path<String>,
) -> Outcome {
    check(&identity, &project)?;
    let waiting = identity.pending().oob();
    let codes = waiting.iter(identity.now()).map(|(code, oob)| {
        json!({ "email": oob.email, "requestType": oob.action.request_type(), "oobCode": code, "oobLink": oob.link })
    });
    Ok(Answer::of(json!({ "oobCodes": codes.collect::<Vec<_>>() })))
}

/// `POST /emulator/v1/projects/<p>/keys:rotate`: another key signs from now on.
pub(crate) async fn rotate_keys(
    _: Secret,
    State(identity): State<Identity>,
    Path(project): Path<String>,
) -> Outcome {
    check(&identity, &project)?;
    let _one = identity.0.rotating.lock().await;
    let lifetime = identity.settings().token_lifetime.as_secs();
    let generated = tokio::task::spawn_blocking(move || KeyRecord::generate(lifetime)).await;
    let new = generated
        .map_err(|_| OpenError::Crypto)
        .flatten()
        .map_err(|_| ApiError::Storage)?;
    let now = identity.now();
    let rotated = identity.store().change(|state| {
        keys::rotate(&mut state.keys, new, now)?;
        Ok(state.keys.clone())
    });
    identity.0.keys.replace(&rotated.await?)?;
    Ok(Answer::of(
        json!({ "kid": identity.0.keys.current().kid() }),
    ))
}

/// The public keys as a JWK set.
pub(crate) async fn jwks(State(identity): State<Identity>) -> impl IntoResponse {
    cached(&identity, identity.0.keys.current().jwks(identity.now()))
}

/// The same as certificates by `kid`.
pub(crate) async fn certificates(State(identity): State<Identity>) -> impl IntoResponse {
    cached(
        &identity,
        identity.0.keys.current().certificates(identity.now()),
    )
}

fn cached(identity: &Identity, keys: Value) -> impl IntoResponse + use<> {
    let max_age = identity.settings().keys_max_age.as_secs();
    let control = format!("public, max-age={max_age}, must-revalidate, no-transform");
    ([(header::CACHE_CONTROL, control)], Json(keys))
}

fn check(identity: &Identity, project: &str) -> Result<(), ApiError> {
    if project == identity.project() {
        Ok(())
    } else {
        Err(ApiError::InvalidProjectId)
    }
}
