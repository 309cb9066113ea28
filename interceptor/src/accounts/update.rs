//! A change of an account.

use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use crate::caller::UserId;

/// What to change of an account. What is not named stays as it is.
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct AccountUpdate {
    display_name: Change,
    disabled: Option<bool>,
    valid_since: Option<SystemTime>,
    custom_attributes: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Keep,
    Remove,
    Set(String),
}

/// `SetAccountInfoRequest` of Identity Toolkit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateRequest<'a> {
    local_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    /// An empty text would be taken as "no change".
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    delete_attribute: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_user: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_attributes: Option<&'a str>,
    /// Seconds; protobuf's JSON writes an int64 as a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_since: Option<String>,
}

// === impl AccountUpdate ===

impl AccountUpdate {
    /// Changes nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the display name; `None` removes it, and so does an empty one.
    ///
    /// It is kept as it is given: say what a name may look like before.
    pub fn display_name(mut self, name: Option<&str>) -> Self {
        self.display_name = match name {
            None | Some("") => Change::Remove,
            Some(name) => Change::Set(name.to_owned()),
        };
        self
    }

    /// Locks the account, or unlocks it. A locked one can neither sign in nor refresh a token. An ID token that is there already is
    /// found out where a rule asks for it, by `revocation_checked_within`; elsewhere it counts until it expires.
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = Some(disabled);
        self
    }

    /// Revokes every token of sign-ins before this, which is to the second. ID tokens are found out only where a rule asks for
    /// it, by `revocation_checked_within`; elsewhere they count until they expire, and cannot be refreshed.
    pub fn valid_since(mut self, since: SystemTime) -> Self {
        self.valid_since = Some(since);
        self
    }

    /// Replaces the custom claims, a JSON object as text.
    pub(super) fn custom_attributes(mut self, attributes: String) -> Self {
        self.custom_attributes = Some(attributes);
        self
    }

    pub(super) fn request<'a>(&'a self, user: UserId<'a>) -> UpdateRequest<'a> {
        let (display_name, delete_attribute): (_, &[_]) = match &self.display_name {
            Change::Keep => (None, &[]),
            Change::Remove => (None, &["DISPLAY_NAME"]),
            Change::Set(name) => (Some(name.as_str()), &[]),
        };
        UpdateRequest {
            local_id: user.uid,
            display_name,
            delete_attribute,
            disable_user: self.disabled,
            custom_attributes: self.custom_attributes.as_deref(),
            valid_since: self.valid_since.map(|since| {
                let since = since.duration_since(UNIX_EPOCH).unwrap_or_default();
                since.as_secs().to_string()
            }),
        }
    }
}

/// Does not show what the account is changed to.
impl fmt::Debug for AccountUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountUpdate(..)")
    }
}
