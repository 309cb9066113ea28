//! A change of an account.

use std::fmt;

use serde::Serialize;

use crate::caller::UserId;

/// What to change of an account. What is not named stays as it is.
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct AccountUpdate {
    display_name: Change,
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
        }
    }
}

/// Does not show what the account is changed to.
impl fmt::Debug for AccountUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountUpdate(..)")
    }
}
