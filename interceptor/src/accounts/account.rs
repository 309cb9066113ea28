//! What the account record of a user says.

use std::{fmt, time::SystemTime};

use super::roles;
use crate::caller::UserId;

/// The account record of a user. `Debug` shows which user only, so that it may stand in a log.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The user, within the tenant.
    pub uid: String,
    /// The tenant of Identity Platform; `None` is the project's own pool of users.
    pub tenant: Option<String>,
    /// The e-mail address, verified or not.
    pub email: Option<String>,
    /// Whether the user has proven to own the e-mail address.
    pub email_verified: bool,
    /// The name as the user gave it: see [`display_name`](crate::display_name) before showing it to others.
    pub display_name: Option<String>,
    /// The address of the user's picture.
    pub photo_url: Option<String>,
    /// The verified phone number, in E.164 form.
    pub phone_number: Option<String>,
    /// Whether an administrator has locked the account. Its tokens verify until they expire.
    pub disabled: bool,
    /// Tokens of sign-ins before this are revoked.
    pub valid_since: Option<SystemTime>,
    /// When the account was made.
    pub created_at: Option<SystemTime>,
    /// The last sign-in; a refreshed token is none.
    pub last_sign_in_at: Option<SystemTime>,
    /// The ways to sign in that belong to the account. An anonymous account has none.
    pub providers: Vec<Provider>,
    /// The second factors that are enrolled.
    pub second_factors: Vec<SecondFactor>,
    /// The custom claims, a JSON object as text, as an administrator wrote it.
    pub custom_attributes: Option<String>,
}

/// One way to sign in to an account.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// `password`, `phone`, `google.com`, `github.com`, ..
    pub id: String,
    /// The user's own id there.
    pub uid: Option<String>,
    /// The user's name there.
    pub display_name: Option<String>,
    /// The user's e-mail address there.
    pub email: Option<String>,
    /// The user's phone number there.
    pub phone_number: Option<String>,
    /// The address of the user's picture there.
    pub photo_url: Option<String>,
}

/// A second factor of an account.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecondFactor {
    /// Which of the account's second factors this is.
    pub id: String,
    /// The name that the user gave it.
    pub display_name: Option<String>,
    /// What kind it is of.
    pub kind: SecondFactorKind,
    /// When the user enrolled it.
    pub enrolled_at: Option<SystemTime>,
}

/// What a second factor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecondFactorKind {
    /// A code sent to a phone.
    Phone,
    /// A time-based code of an authenticator app (RFC 6238).
    Totp,
    /// One that this version does not know.
    Other,
}

// === impl Account ===

impl Account {
    /// Which user this is the account of.
    pub fn id(&self) -> UserId<'_> {
        UserId {
            tenant: self.tenant.as_deref(),
            uid: &self.uid,
        }
    }

    /// The roles in the custom claim `claim`: an array of strings; anything else is no roles (G14). A token may show others
    /// until it is refreshed.
    pub fn roles(&self, claim: &str) -> Vec<String> {
        roles::read(self.custom_attributes.as_deref(), claim)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Account").field(&self.id()).finish()
    }
}

// === impl Provider ===

/// Shows which provider it is, not who the user is there.
impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.id).finish()
    }
}

// === impl SecondFactor ===

impl fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecondFactor").field(&self.kind).finish()
    }
}
