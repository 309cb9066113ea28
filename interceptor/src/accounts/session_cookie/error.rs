//! Why no session was begun.

use crate::{accounts::AccountsError, denial::Denial};

/// Why no session was begun. The text is fit for a log, and each is a [`Denial`] for the caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionCookieError {
    /// The user has to sign in again.
    #[error("the user signed in more than 5 minutes ago")]
    SignedInTooLongAgo,
    /// The user came by a session cookie, and one does not beget another: sessions would never end.
    #[error("the user did not come by an ID token")]
    NotByIdToken,
    /// The account is gone, or was signed out everywhere after the user signed in.
    #[error("the account is gone, or was signed out after this sign-in")]
    Revoked,
    /// An administrator has locked the account.
    #[error("the account is disabled")]
    UserDisabled,
    /// The accounts made no cookie.
    #[error(transparent)]
    Accounts(AccountsError),
}

// === impl SessionCookieError ===

impl SessionCookieError {
    pub(super) fn of(error: AccountsError) -> Self {
        match error {
            AccountsError::NotFound => Self::Revoked,
            // The end of the words is Identity Toolkit's own code. The ID token was verified: what expired is the sign-in.
            AccountsError::Refused(words) if words.ends_with(", TOKEN_EXPIRED") => Self::Revoked,
            AccountsError::Refused(words) if words.ends_with(", USER_DISABLED") => {
                Self::UserDisabled
            }
            other => Self::Accounts(other),
        }
    }
}

impl From<SessionCookieError> for Denial {
    fn from(error: SessionCookieError) -> Self {
        match error {
            SessionCookieError::SignedInTooLongAgo | SessionCookieError::NotByIdToken => {
                Self::RecentSignInRequired
            }
            SessionCookieError::Revoked => Self::TokenRevoked,
            SessionCookieError::UserDisabled => Self::UserDisabled,
            SessionCookieError::Accounts(error) => Self::AccountsUnavailable(error),
        }
    }
}
