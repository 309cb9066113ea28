//! `accounts:signUp`: by e-mail address and password, as a guest, or giving a guest's account a password.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Outcome, given};
use crate::{
    Identity,
    body::Body,
    error::ApiError,
    expiring::random_name,
    input, password,
    response::Answer,
    state::user::{ANONYMOUS, PASSWORD, User},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignUp {
    id_token: Option<String>,
    email: Option<String>,
    password: Option<String>,
    display_name: Option<String>,
    tenant_id: Option<String>,
}

pub(crate) async fn sign_up(
    State(identity): State<Identity>,
    Body(request): Body<SignUp>,
) -> Outcome {
    let (email, password) = match (
        given(request.email.as_ref()),
        given(request.password.as_ref()),
    ) {
        (Some(email), Some(password)) => (input::email(email)?, password),
        (None, None) if request.id_token.is_none() => return guest(&identity, &request).await,
        (None, _) => return Err(ApiError::MissingEmail),
        (Some(_), None) => return Err(ApiError::MissingPassword),
    };
    input::new_password(password)?;
    let hash = password::hash(password.to_owned()).await?;
    let now = identity.now();
    let sign_in = if request.id_token.is_some() {
        let proof = identity.prove(request.id_token.as_deref())?;
        identity
            .store()
            .change(|state| {
                let user = state.proven(&proof)?;
                let (uid, tenant, replaces) = (
                    user.local_id.clone(),
                    user.tenant_id.clone(),
                    user.password.is_some(),
                );
                if replaces {
                    proof.require_recent(now)?;
                }
                state.check_email_free(tenant.as_deref(), &email, Some(&uid))?;
                let user = state.proven_mut(&proof)?;
                // The address of a linked account may be verified already; another one is not.
                user.email_verified &= user.email.as_ref() == Some(&email);
                user.email = Some(email);
                user.password = Some(hash);
                user.password_updated_at = Some(now.millis());
                Ok(state
                    .sign_in(&uid, PASSWORD, now)?
                    .having_shown(Some(&proof)))
            })
            .await?
    } else {
        let user = User {
            email: Some(email.clone()),
            password: Some(hash),
            password_updated_at: Some(now.millis()),
            ..new_user(&identity, &request)?
        };
        identity
            .store()
            .change(|state| {
                state.check_email_free(user.tenant_id.as_deref(), &email, None)?;
                let uid = user.local_id.clone();
                state.insert(user)?;
                state.sign_in(&uid, PASSWORD, now)
            })
            .await?
    };
    let user = json!({
        "kind": "identitytoolkit#SignupNewUserResponse",
        "localId": sign_in.user.local_id,
        "email": sign_in.user.email,
        "displayName": sign_in.user.display_name,
    });
    Ok(Answer::of(user).with(identity.tokens(&sign_in.user, &sign_in.session)?))
}

async fn guest(identity: &Identity, request: &SignUp) -> Outcome {
    let (user, now) = (new_user(identity, request)?, identity.now());
    let sign_in = identity.store().change(|state| {
        let uid = user.local_id.clone();
        state.insert(user)?;
        state.sign_in(&uid, ANONYMOUS, now)
    });
    let sign_in = sign_in.await?;
    let user = json!({ "kind": "identitytoolkit#SignupNewUserResponse", "localId": sign_in.user.local_id });
    Ok(Answer::of(user).with(identity.tokens(&sign_in.user, &sign_in.session)?))
}

fn new_user(identity: &Identity, request: &SignUp) -> Result<User, ApiError> {
    Ok(User {
        local_id: random_name()?,
        tenant_id: input::tenant(request.tenant_id.as_deref())?,
        display_name: request
            .display_name
            .as_deref()
            .map_or(Ok(None), input::display_name)?,
        created_at: identity.now().millis(),
        valid_since: identity.now().secs(),
        ..User::default()
    })
}
