//! `accounts:signInWithPassword`.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Outcome, given};
use crate::{
    Identity, body::Body, error::ApiError, input, password, response::Answer, state::user::PASSWORD,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignInWithPassword {
    email: Option<String>,
    password: Option<String>,
    tenant_id: Option<String>,
}

/// An unknown address and a wrong password are not told apart, nor do they take a different time.
pub(crate) async fn with_password(
    State(identity): State<Identity>,
    Body(request): Body<SignInWithPassword>,
) -> Outcome {
    let email = input::email(given(request.email.as_ref()).ok_or(ApiError::MissingEmail)?)?;
    let password = given(request.password.as_ref()).ok_or(ApiError::MissingPassword)?;
    let tenant = input::tenant(request.tenant_id.as_deref())?;

    let known = identity.store().read(|state| {
        state
            .by_email(tenant.as_deref(), &email)
            .and_then(|user| user.password.clone())
    });
    if !password::matches(known.clone(), password.to_owned()).await {
        return Err(ApiError::InvalidLoginCredentials);
    }
    let now = identity.now();
    let sign_in = identity.store().change(|state| {
        // It may have been changed since.
        let user = state
            .by_email(tenant.as_deref(), &email)
            .filter(|user| user.password == known);
        let uid = user
            .ok_or(ApiError::InvalidLoginCredentials)?
            .local_id
            .clone();
        state.sign_in(&uid, PASSWORD, now)
    });
    let sign_in = sign_in.await?;
    let user = json!({
        "kind": "identitytoolkit#VerifyPasswordResponse",
        "registered": true,
        "localId": sign_in.user.local_id,
        "email": sign_in.user.email,
        "displayName": sign_in.user.display_name,
        "profilePicture": sign_in.user.photo_url,
    });
    Ok(Answer::of(user).with(identity.first_factor(sign_in)?))
}
