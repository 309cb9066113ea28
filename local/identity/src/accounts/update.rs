//! `accounts:update`: one's own account.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Outcome, given, oob};
use crate::{
    Identity,
    body::Body,
    error::ApiError,
    input,
    moment::Moment,
    password::{self, PasswordHash},
    response::Answer,
    state::user::{PASSWORD, PHONE, User},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    oob_code: Option<String>,
    id_token: Option<String>,
    email: Option<String>,
    #[serde(flatten)]
    profile: ProfileUpdate,
}

/// What a user and a server may change alike.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProfileUpdate {
    display_name: Option<String>,
    photo_url: Option<String>,
    password: Option<String>,
    #[serde(default)]
    delete_attribute: Vec<String>,
    #[serde(default)]
    delete_provider: Vec<String>,
}

/// The same, read: all of it can be done.
pub(crate) struct ProfileChange {
    display_name: Field,
    photo_url: Field,
    password: Option<PasswordHash>,
    delete_provider: Vec<String>,
}

/// What becomes of a field of the profile.
enum Field {
    Stays,
    Becomes(Option<String>),
}

pub(crate) async fn update(
    State(identity): State<Identity>,
    Body(request): Body<Update>,
) -> Outcome {
    if let Some(code) = given(request.oob_code.as_ref()) {
        return oob::apply(&identity, code).await;
    }
    let proof = identity.prove(request.id_token.as_deref())?;
    let email = given(request.email.as_ref())
        .map(input::email)
        .transpose()?;
    let change = request.profile.read().await?;
    let now = identity.now();
    let (user, signed_out) = identity
        .store()
        .change(|state| {
            let user = state.proven(&proof)?;
            let new_email = email.filter(|email| user.email.as_ref() != Some(email));
            let signs_out = new_email.is_some() || change.password.is_some();
            if signs_out {
                proof.require_recent(now)?;
            }
            if let Some(email) = &new_email {
                state.check_email_free(proof.tenant.as_deref(), email, Some(&proof.uid))?;
            }
            let user = state.proven_mut(&proof)?;
            if change.password.is_some() && new_email.is_none() && user.email.is_none() {
                return Err(ApiError::MissingEmail);
            }
            if let Some(email) = new_email {
                user.email = Some(email);
                user.email_verified = false;
            }
            change.apply(user, now);
            if signs_out {
                user.valid_since = now.secs();
            }
            Ok((user.clone(), signs_out))
        })
        .await?;
    let answer = Answer::of(describe(&user));
    // Everyone else is signed out; whoever changed it goes on with new tokens.
    Ok(if signed_out {
        answer.with(identity.tokens(&user, &proof.session(&user, now))?)
    } else {
        answer
    })
}

/// What every kind of update answers.
pub(crate) fn describe(user: &User) -> serde_json::Value {
    json!({
        "kind": "identitytoolkit#SetAccountInfoResponse",
        "localId": user.local_id,
        "email": user.email,
        "emailVerified": user.email_verified,
        "displayName": user.display_name,
        "photoUrl": user.photo_url,
        "passwordHash": user.password_hash(),
        "providerUserInfo": user.provider_infos(),
    })
}

impl ProfileUpdate {
    pub(crate) async fn read(self) -> Result<ProfileChange, ApiError> {
        let mut change = ProfileChange {
            display_name: Field::read(self.display_name.as_deref(), input::display_name)?,
            photo_url: Field::read(self.photo_url.as_deref(), input::photo_url)?,
            password: None,
            delete_provider: self.delete_provider,
        };
        for attribute in &self.delete_attribute {
            match attribute.as_str() {
                "DISPLAY_NAME" => change.display_name = Field::Becomes(None),
                "PHOTO_URL" => change.photo_url = Field::Becomes(None),
                _ => {
                    return Err(ApiError::InvalidArgument(
                        "deleteAttribute may be DISPLAY_NAME or PHOTO_URL",
                    ));
                }
            }
        }
        if let Some(password) = self.password {
            input::new_password(&password)?;
            change.password = Some(password::hash(password).await?);
        }
        Ok(change)
    }
}

impl ProfileChange {
    pub(crate) fn sets_password(&self) -> bool {
        self.password.is_some()
    }

    pub(crate) fn apply(self, user: &mut User, now: Moment) {
        self.display_name.apply(&mut user.display_name);
        self.photo_url.apply(&mut user.photo_url);
        if let Some(password) = self.password {
            user.password = Some(password);
            user.password_updated_at = Some(now.millis());
        }
        for provider in &self.delete_provider {
            match provider.as_str() {
                PASSWORD => user.password = None,
                PHONE => user.phone_number = None,
                other => user.providers.retain(|linked| linked.provider_id != other),
            }
        }
    }
}

impl Field {
    fn read(
        text: Option<&str>,
        read: impl Fn(&str) -> Result<Option<String>, ApiError>,
    ) -> Result<Self, ApiError> {
        Ok(text
            .map(read)
            .transpose()?
            .map_or(Self::Stays, Self::Becomes))
    }

    fn apply(self, field: &mut Option<String>) {
        if let Self::Becomes(value) = self {
            *field = value;
        }
    }
}
