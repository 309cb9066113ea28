//! The account that a minted ID token or session cookie is of.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    Identity,
    error::ApiError,
    expiring::random_name,
    input,
    jwt::Period,
    state::{
        SignIn, State,
        user::{self, ANONYMOUS, CUSTOM, PASSWORD, PHONE},
    },
    token::{SecondFactorUsed, Session},
};

/// Where the gate reads roles, unless it is told otherwise.
const ROLES: &str = "roles";

/// As many roles as one account is given.
const MAX_ROLES: usize = 32;

/// Which account: by its uid or address an existing one, else a new one; with neither a guest. What is said of it becomes so, as if
/// an administrator had changed it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct User {
    uid: Option<String>,
    email: Option<String>,
    email_verified: Option<bool>,
    roles: Option<Vec<String>>,
    tenant: Option<String>,
    /// Seconds.
    pub(super) lifetime: Option<u64>,
    #[serde(default)]
    pub(super) expired: bool,
}

impl Identity {
    /// Signs the account in at the beginning of the period.
    pub(super) async fn mint_sign_in(
        &self,
        wish: User,
        period: Period,
    ) -> Result<SignIn, ApiError> {
        let now = self.now();
        let tenant = input::tenant(wish.tenant.as_deref())?;
        let email = wish.email.as_deref().map(input::email).transpose()?;
        let uid = wish.uid.as_deref().map(input::local_id).transpose()?;
        let roles = wish.roles.map(roles).transpose()?;
        let new = user::User {
            local_id: uid.clone().map_or_else(random_name, Ok)?,
            tenant_id: tenant.clone(),
            email: email.clone(),
            custom_auth: uid.is_some() && email.is_none(),
            created_at: now.millis(),
            valid_since: now.secs(),
            ..user::User::default()
        };
        let signed_in = self.store().change(|state| {
            let known = known(state, uid.as_deref(), email.as_deref(), tenant.as_deref())?;
            let mut account = match known {
                Some(account) => account.clone(),
                None => new,
            };
            if account.disabled {
                return Err(ApiError::UserDisabled);
            }
            if let Some(roles) = roles {
                let mut claims = account.custom_claims;
                claims.insert(ROLES.to_owned(), roles);
                account.custom_claims = input::custom_claims(claims)?;
            }
            if wish.email_verified == Some(true) && account.email.is_none() {
                return Err(ApiError::InvalidArgument(
                    "emailVerified wants an account with an e-mail address",
                ));
            }
            account.email_verified = wish.email_verified.unwrap_or(account.email_verified);
            let session = Session {
                auth_time: period.iat,
                second_factor: second_factor(&account),
                ..Session::new(&account, provider(&account), now)
            };
            let user = account.clone();
            if let Some(kept) = state.user_mut(&user.local_id) {
                *kept = account;
            } else {
                state.insert(account)?;
            }
            Ok(SignIn { user, session })
        });
        signed_in.await
    }
}

/// The account that is meant, if it is there and nothing else is said of it.
fn known<'s>(
    state: &'s State,
    uid: Option<&str>,
    email: Option<&str>,
    tenant: Option<&str>,
) -> Result<Option<&'s user::User>, ApiError> {
    let Some(uid) = uid else {
        return Ok(email.and_then(|email| state.by_email(tenant, email)));
    };
    let known = state.user(uid);
    if known.is_some_and(|user| user.tenant_id.as_deref() != tenant) {
        return Err(ApiError::TenantIdMismatch);
    }
    match (known, email) {
        (Some(user), Some(email)) if user.email.as_deref() != Some(email) => Err(
            ApiError::InvalidArgument("the account of this uid has another e-mail address"),
        ),
        (None, Some(email)) => state.check_email_free(tenant, email, None).map(|()| None),
        _ => Ok(known),
    }
}

/// A claim of roles: few, short, printable.
fn roles(roles: Vec<String>) -> Result<Value, ApiError> {
    let is_role =
        |role: &String| (1..=64).contains(&role.len()) && !role.chars().any(char::is_control);
    if roles.len() <= MAX_ROLES && roles.iter().all(is_role) {
        Ok(roles.into())
    } else {
        Err(ApiError::InvalidArgument(
            "roles are at most 32, of 1 to 64 bytes each, without control characters",
        ))
    }
}

/// How such an account would have signed in.
fn provider(user: &user::User) -> &str {
    if user.password.is_some() {
        PASSWORD
    } else if let Some(linked) = user.providers.first() {
        &linked.provider_id
    } else if user.phone_number.is_some() {
        PHONE
    } else if user.email.is_some() {
        PASSWORD
    } else if user.custom_auth {
        CUSTOM
    } else {
        ANONYMOUS
    }
}

fn second_factor(user: &user::User) -> Option<SecondFactorUsed> {
    let factor = user.second_factors.first()?;
    Some(SecondFactorUsed {
        kind: factor.name().to_owned(),
        id: factor.id.clone(),
    })
}
