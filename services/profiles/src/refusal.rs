//! Why a call came to nothing, as a gRPC status.

use std::{collections::HashMap, time::Duration};

use callgate::{
    Denial, ERROR_DOMAIN, UserId,
    accounts::{AccountsError, SessionCookieError},
};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The caller's account was deleted; the token outlives it for up to an hour.
pub(crate) fn no_account() -> Status {
    Status::not_found("this account is no longer there: sign in again")
}

/// The display name will not do, for this reason.
pub(crate) fn bad_name(words: &str) -> Status {
    let details = ErrorDetails::with_bad_request_violation("display_name", words);
    Status::with_error_details(Code::InvalidArgument, words, details)
}

/// The lifetime of a session will not do, for this reason.
pub(crate) fn bad_lifetime(words: &str) -> Status {
    let details = ErrorDetails::with_bad_request_violation("lifetime", words);
    Status::with_error_details(Code::InvalidArgument, words, details)
}

/// No session is begun: the user may have to sign in again.
pub(crate) fn no_session(user: UserId<'_>, error: SessionCookieError) -> Status {
    match error {
        SessionCookieError::Accounts(error) => accounts_failed(user, &error),
        error => {
            tracing::info!(uid = user.uid, tenant = user.tenant, %error, "no session is begun");
            Denial::from(error).status()
        }
    }
}

/// The accounts did not do as they were asked. The cause goes to the log, not to the caller.
pub(crate) fn accounts_failed(user: UserId<'_>, error: &AccountsError) -> Status {
    match error {
        AccountsError::NotFound => no_account(),
        AccountsError::Unavailable(_) | AccountsError::OutcomeUnknown(_) => {
            tracing::warn!(uid = user.uid, tenant = user.tenant, %error, "the account was not reached");
            let mut details =
                ErrorDetails::with_error_info("ACCOUNTS_UNAVAILABLE", ERROR_DOMAIN, HashMap::new());
            details.set_retry_info(Some(Duration::from_secs(1)));
            let words = "your account cannot be reached at the moment: try again";
            Status::with_error_details(Code::Unavailable, words, details)
        }
        // Trying again would not help: whoever runs the service has to act.
        _ => {
            tracing::error!(uid = user.uid, tenant = user.tenant, %error, "the accounts refuse this service");
            Status::internal("the accounts refuse this service: its log says why")
        }
    }
}
