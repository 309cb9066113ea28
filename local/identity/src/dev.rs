//! For whoever develops the page: the codes that would be sent, and a new signing key.

use axum::extract::{Path, Query, State, rejection::QueryRejection};
use serde::Deserialize;
use serde_json::json;

use crate::{
    Identity,
    access::{Secret, SecretOrPage},
    accounts::Outcome,
    error::ApiError,
    keys::{self, Issuer},
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

#[derive(Deserialize)]
pub(crate) struct Rotate {
    /// Whose keys: Firebase's, those of ID tokens, unless it says otherwise.
    kind: Option<Issuer>,
}

/// `POST /emulator/v1/projects/<p>/keys:rotate[?kind=<kind>]`: another key signs from now on.
pub(crate) async fn rotate_keys(
    _: Secret,
    State(identity): State<Identity>,
    Path(project): Path<String>,
    query: Result<Query<Rotate>, QueryRejection>,
) -> Outcome {
    check(&identity, &project)?;
    let Query(Rotate { kind }) = query.map_err(|_| {
        ApiError::InvalidArgument("kind is firebase, session-cookie, iap, google or app-check")
    })?;
    let issuer = kind.unwrap_or(Issuer::Firebase);
    let _one = identity.0.making_keys.lock().await;
    let lifetime = issuer.longest_lifetime(identity.settings().token_lifetime.as_secs());
    let new = keys::generate(issuer.algorithm(), lifetime).await?;
    let now = identity.now();
    let rotated = identity.store().change(|state| {
        state.keys.rotate(issuer, new, now)?;
        Ok(state.keys.of(issuer).clone())
    });
    identity.0.keys.replace(issuer, &rotated.await?)?;
    Ok(Answer::of(json!({ "kid": identity.keys(issuer).kid() })))
}

fn check(identity: &Identity, project: &str) -> Result<(), ApiError> {
    if project == identity.project() {
        Ok(())
    } else {
        Err(ApiError::InvalidProjectId)
    }
}
