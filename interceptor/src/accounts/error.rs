//! Why an account was not read or not changed.

use crate::google::CredentialsError;

/// Why an account was not read or not changed. The text is fit for a log: it names no one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountsError {
    /// The accounts, or the credentials for them, are away or answer nonsense. It may work later. A change may have been made all
    /// the same.
    #[error("the accounts cannot be reached: {0}")]
    Unavailable(String),
    /// The accounts do not let this program do that: its service account lacks a role, or a setting is wrong.
    #[error("the accounts refuse: {0}")]
    Refused(String),
    /// There is no such account.
    #[error("there is no such account")]
    NotFound,
}

impl From<CredentialsError> for AccountsError {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::Unavailable(_) => Self::Unavailable(error.to_string()),
            CredentialsError::Refused(_) => Self::Refused(error.to_string()),
        }
    }
}
