//! Why a call came to nothing, or perhaps to nothing, as a gRPC status and for the audit.

use std::{collections::HashMap, time::Duration};

use callgate::{ERROR_DOMAIN, accounts::AccountsError};
use callgate_database::DatabaseError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::audit::{Outcome, OutcomeKind};

/// Why a change is not made, or perhaps not. The words are for the audit and the log: they name no one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeError {
    /// There is no such user. Nothing is changed.
    #[error("there is no such user")]
    NotFound,
    /// The change is none that can be made. Nothing is changed.
    #[error("{0}")]
    Impossible(String),
    /// Whoever keeps what was to be changed does not let this service do it. Nothing is changed.
    #[error("{0} refused: {1}")]
    Refused(Keeper, String),
    /// Whoever keeps what was to be changed was not reached. Nothing is changed.
    #[error("{0} could not be reached: {1}")]
    Away(Keeper, String),
    /// It was asked for, and no answer tells whether it was done.
    #[error("{0}")]
    Unknown(String),
}

/// Who keeps what is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keeper {
    Accounts,
    Votes,
}

// === impl ChangeError ===

impl ChangeError {
    pub(crate) fn outcome(&self) -> Outcome {
        let kind = match self {
            Self::Unknown(_) => OutcomeKind::Unknown,
            _ => OutcomeKind::Failed,
        };
        Outcome::new(kind, self.to_string())
    }

    /// What the caller is told: someone of the organization, who may see the audit too.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::NotFound => Status::not_found("there is no such user"),
            Self::Impossible(words) => Status::failed_precondition(words),
            Self::Refused(..) => {
                tracing::error!(error = %self, "nothing was changed");
                Status::failed_precondition(format!("{self}; nothing was changed"))
            }
            Self::Away(keeper, _) => {
                tracing::warn!(error = %self, "nothing was changed");
                let reason = match keeper {
                    Keeper::Accounts => "ACCOUNTS_UNAVAILABLE",
                    Keeper::Votes => "VOTES_UNAVAILABLE",
                };
                away(
                    reason,
                    format!("{keeper} cannot be reached, nothing was changed: try again"),
                )
            }
            Self::Unknown(_) => {
                tracing::error!(error = %self, "it is not known whether a change was made");
                // What gRPC says of this code: the change may have been made all the same.
                Status::with_error_details(
                    Code::DeadlineExceeded,
                    "it is not known whether this was done: look before trying again",
                    ErrorDetails::with_error_info("OUTCOME_UNKNOWN", ERROR_DOMAIN, HashMap::new()),
                )
            }
        }
    }
}

// === impl Keeper ===

impl std::fmt::Display for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Accounts => "the accounts",
            Self::Votes => "the votes",
        })
    }
}

/// The request will not do: this field, for this reason.
pub(crate) fn bad_request(field: &str, words: &str) -> Status {
    let details = ErrorDetails::with_bad_request_violation(field, words);
    Status::with_error_details(Code::InvalidArgument, format!("{field}: {words}"), details)
}

/// The accounts were not read.
pub(crate) fn unlisted(error: &AccountsError) -> Status {
    match error {
        AccountsError::Unavailable(_) => {
            tracing::warn!(%error, "the accounts were not reached");
            away(
                "ACCOUNTS_UNAVAILABLE",
                "the accounts cannot be reached at the moment: try again",
            )
        }
        AccountsError::Impossible(words) => Status::invalid_argument(words),
        _ => {
            tracing::error!(%error, "the accounts were not read");
            Status::failed_precondition(error.to_string())
        }
    }
}

/// An attempt was not recorded, and therefore not made.
pub(crate) fn unrecorded(error: &DatabaseError) -> Status {
    audit(error, "the audit cannot be written, so nothing was changed")
}

/// The audit was not read.
pub(crate) fn unread(error: &DatabaseError) -> Status {
    audit(error, "the audit cannot be read")
}

fn audit(error: &DatabaseError, words: &str) -> Status {
    if error.is_outage() {
        tracing::warn!(%error, words);
        away("AUDIT_UNAVAILABLE", format!("{words}: try again"))
    } else {
        tracing::error!(%error, words);
        Status::internal(words)
    }
}

fn away(reason: &str, words: impl Into<String>) -> Status {
    let mut details = ErrorDetails::with_error_info(reason, ERROR_DOMAIN, HashMap::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    Status::with_error_details(Code::Unavailable, words, details)
}
