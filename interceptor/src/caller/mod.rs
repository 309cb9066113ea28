//! Who makes a call. Only verification makes a caller, so code that holds one need not check again.

mod display_name;
mod end_user;
mod internal_user;
mod of;
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
///
/// ```
/// use callgate::Caller;
///
/// /// For a log line: nothing of it is a secret, a name or an address.
/// fn told(caller: &Caller) -> String {
///     match caller {
///         Caller::EndUser(user) => format!("user {}", user.id().uid),
///         Caller::ServiceAccount(service) => format!("service {}", service.name()),
///         Caller::OnBehalfOf(both) => format!("{} for {}", both.service.name(), both.user.id().uid),
///         other => other.kind().to_owned(),
///     }
/// }
///
/// let user = callgate_testkit::FirebaseIssuer::new("demo-greeter").end_user("ada");
/// assert_eq!(told(&Caller::EndUser(user)), "user ada");
/// assert_eq!(told(&Caller::Unknown), "unknown");
/// ```
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

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn user(expires_at: SystemTime) -> EndUser {
        EndUser::verified(EndUserClaims {
            uid: "ada".into(),
            tenant: None,
            email: Some("ada@example.com".into()),
            email_verified: false,
            name: None,
            picture: None,
            phone_number: None,
            sign_in_provider: "password".into(),
            second_factor: None,
            roles: Box::new([]),
            signed_in_at: UNIX_EPOCH,
            issued_at: UNIX_EPOCH,
            expires_at,
            session_cookie: false,
            token: [].into(),
        })
    }

    fn internal(expires_at: SystemTime) -> InternalUser {
        InternalUser::verified(InternalUserClaims {
            sub: "accounts.google.com:1".into(),
            email: "eve@example.com".into(),
            hosted_domain: None,
            is_external: false,
            issued_at: UNIX_EPOCH,
            expires_at,
        })
    }

    fn service(expires_at: SystemTime) -> ServiceAccount {
        ServiceAccount::verified(ServiceAccountClaims {
            name: "admin".into(),
            email: "admin@my-project.iam.gserviceaccount.com".into(),
            unique_id: "1".into(),
            issued_at: UNIX_EPOCH,
            expires_at,
        })
    }

    #[test]
    fn every_known_caller_has_an_end_that_of_the_first_of_the_tokens() {
        let both = |service_ends, user_ends| {
            Caller::OnBehalfOf(OnBehalfOf {
                service: service(at(service_ends)),
                user: user(at(user_ends)),
            })
        };
        for (caller, end) in [
            (Caller::Unknown, None),
            (Caller::EndUser(user(at(7))), Some(7)),
            (Caller::InternalUser(internal(at(7))), Some(7)),
            (Caller::ServiceAccount(service(at(7))), Some(7)),
            (both(7, 8), Some(7)),
            (both(9, 8), Some(8)),
        ] {
            assert_eq!(caller.expires_at(), end.map(at), "{caller:?}");
        }
    }

    #[test]
    fn no_caller_shows_an_address() {
        let both = OnBehalfOf {
            service: service(at(7)),
            user: user(at(7)),
        };
        for caller in [
            Caller::EndUser(user(at(7))),
            Caller::InternalUser(internal(at(7))),
            Caller::OnBehalfOf(both),
        ] {
            let shown = format!("{caller:?}");
            assert!(!shown.contains('@'), "{shown}");
        }
    }
}
