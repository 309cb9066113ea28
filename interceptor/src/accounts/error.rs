//! Why an account was not read or not changed.

use crate::google::CredentialsError;

/// Why an account was not read or not changed. The text is fit for a log: it names no one.
///
/// Only after [`OutcomeUnknown`](Self::OutcomeUnknown) may a change have been made all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountsError {
    /// The accounts, or the credentials for them, are away, or what was read is nonsense. It may work later. Nothing was changed.
    #[error("the accounts cannot be reached: {0}")]
    Unavailable(String),
    /// The accounts were asked for a change, and no answer tells whether they made it: look before asking again.
    #[error("it is not known whether the accounts made the change: {0}")]
    OutcomeUnknown(String),
    /// The accounts do not let this program do that: its service account lacks a role, or a setting is wrong. Nothing was changed.
    #[error("the accounts refuse: {0}")]
    Refused(String),
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
    /// It cannot be done to any account, or not to this one, for this reason. Nothing was changed.
    #[error("{0}")]
    Impossible(String),
}

// === impl AccountsError ===

impl AccountsError {
    /// The same, of a call that changes nothing: whether it was answered or not is all one.
    pub(super) fn of_reading(self) -> Self {
        match self {
            Self::OutcomeUnknown(words) => Self::Unavailable(words),
            other => other,
        }
    }
}

impl From<CredentialsError> for AccountsError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::Unavailable(_) => Self::Unavailable(error.to_string()),
            CredentialsError::Refused(_) => Self::Refused(error.to_string()),
        }
    }
}
