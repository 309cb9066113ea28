//! `projects/<p>/accounts` and `:update`: making and changing anyone's account.

use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Admin;
use crate::{
    Identity,
    accounts::{
        Outcome,
        update::{self, ProfileUpdate},
    },
    body::Body,
    error::ApiError,
    expiring::random_name,
    input,
    response::Answer,
    state::user::User,
};

/// What a server may set, besides what a user may.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Change {
    local_id: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    phone_number: Option<String>,
    disable_user: Option<bool>,
    /// Of `accounts` (create), where it has another name.
    disabled: Option<bool>,
    valid_since: Option<Value>,
    custom_attributes: Option<String>,
    #[serde(flatten)]
    profile: ProfileUpdate,
}

/// `POST projects/<p>/accounts`.
pub(crate) async fn create(
    admin: Admin,
    State(identity): State<Identity>,
    Body(request): Body<Change>,
) -> Outcome {
    let uid = request
        .local_id
        .as_deref()
        .map_or_else(random_name, input::local_id)?;
    let now = identity.now();
    let user = User {
        local_id: uid.clone(),
        tenant_id: admin.tenant.clone(),
        created_at: now.millis(),
        valid_since: now.secs(),
        ..User::default()
    };
    let answer = json!({ "kind": "identitytoolkit#SignupNewUserResponse", "localId": uid, "email": request.email });
    change(&identity, &admin, request, Some(user), &uid).await?;
    Ok(Answer::of(answer))
}

/// `POST projects/<p>/accounts:update`.
pub(crate) async fn update(
    admin: Admin,
    State(identity): State<Identity>,
    Body(request): Body<Change>,
) -> Outcome {
    let uid = request.local_id.clone().ok_or(ApiError::MissingLocalId)?;
    let user = change(&identity, &admin, request, None, &uid).await?;
    Ok(Answer::of(update::describe(&user)))
}

async fn change(
    identity: &Identity,
    admin: &Admin,
    request: Change,
    new: Option<User>,
    uid: &str,
) -> Result<User, ApiError> {
    let email = request
        .email
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(input::email)
        .transpose()?;
    let phone = request
        .phone_number
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(input::phone_number)
        .transpose()?;
    let valid_since = request.valid_since.as_ref().map(seconds).transpose()?;
    let claims = request
        .custom_attributes
        .as_deref()
        .map(custom_attributes)
        .transpose()?;
    let disabled = request.disable_user.or(request.disabled);
    let change = request.profile.read().await?;
    let now = identity.now();
    let changed = identity.store().change(|state| {
        if new.is_none() {
            admin.user(state, uid)?;
        }
        let tenant = admin.tenant.as_deref();
        if let Some(email) = &email {
            state.check_email_free(tenant, email, Some(uid))?;
        }
        if let Some(number) = &phone
            && state
                .by_phone(tenant, number)
                .is_some_and(|user| user.local_id != uid)
        {
            return Err(ApiError::PhoneNumberExists);
        }
        if let Some(user) = new {
            state.insert(user)?;
        }
        let user = admin.user(state, uid)?;
        if let Some(email) = email {
            user.email_verified &= user.email.as_ref() == Some(&email);
            user.email = Some(email);
        }
        user.email_verified =
            request.email_verified.unwrap_or(user.email_verified) && user.email.is_some();
        user.phone_number = phone.or(user.phone_number.take());
        user.disabled = disabled.unwrap_or(user.disabled);
        user.custom_claims = claims.unwrap_or_else(|| std::mem::take(&mut user.custom_claims));
        if change.sets_password() {
            user.valid_since = now.secs();
        }
        user.valid_since = valid_since.unwrap_or(user.valid_since);
        change.apply(user, now);
        Ok(user.clone())
    });
    changed.await
}

/// An int64, as text or as a number: the SDKs send both.
fn seconds(value: &Value) -> Result<u64, ApiError> {
    let seconds = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    seconds.ok_or(ApiError::InvalidArgument(
        "validSince must be seconds since the epoch",
    ))
}

/// A JSON object as text; empty text means none.
fn custom_attributes(text: &str) -> Result<Map<String, Value>, ApiError> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    input::custom_claims(serde_json::from_str(text).map_err(|_| ApiError::InvalidClaims)?)
}
