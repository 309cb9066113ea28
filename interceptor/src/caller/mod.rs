//! Who makes a call. Only verification makes a caller, so code that holds one need not check again.

mod display_name;
mod end_user;
mod internal_user;
mod service_account;

use std::time::SystemTime;

pub use display_name::display_name;
pub(crate) use end_user::EndUserClaims;
pub use end_user::{EndUser, UserId};
pub use internal_user::InternalUser;
pub(crate) use internal_user::InternalUserClaims;
pub use service_account::ServiceAccount;
pub(crate) use service_account::ServiceAccountClaims;

/// Whoever makes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// Nobody knows: the method is public, or its caller may be absent and is.
    Unknown,
    /// Someone who signed up by themselves.
    EndUser(EndUser),
    /// Someone of the organization.
    InternalUser(InternalUser),
    /// Another service, for itself.
    ServiceAccount(ServiceAccount),
    /// Another service, for an end user.
    OnBehalfOf(OnBehalfOf),
}

/// A service that calls for an end user, each proven by a token of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnBehalfOf {
    /// Who calls.
    pub service: ServiceAccount,
    /// For whom.
    pub user: EndUser,
}

// === impl Caller ===

impl Caller {
    /// The kind of caller, in the words of the rules: `end_user`, `internal_user`, `service_account`, `on_behalf_of`, or `unknown`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::EndUser(_) => "end_user",
            Self::InternalUser(_) => "internal_user",
            Self::ServiceAccount(_) => "service_account",
            Self::OnBehalfOf(_) => "on_behalf_of",
        }
    }

    /// The end user who calls, or for whom a service does.
    pub const fn end_user(&self) -> Option<&EndUser> {
        match self {
            Self::EndUser(user) | Self::OnBehalfOf(OnBehalfOf { user, .. }) => Some(user),
            Self::Unknown | Self::InternalUser(_) | Self::ServiceAccount(_) => None,
        }
    }

    /// When the first of the caller's tokens ends to be valid. `None` where there is no token.
    pub fn expires_at(&self) -> Option<SystemTime> {
        match self {
            Self::Unknown => None,
            Self::EndUser(user) => Some(user.expires_at()),
            Self::InternalUser(user) => Some(user.expires_at()),
            Self::ServiceAccount(service) => Some(service.expires_at()),
            Self::OnBehalfOf(both) => Some(both.service.expires_at().min(both.user.expires_at())),
        }
    }
}
