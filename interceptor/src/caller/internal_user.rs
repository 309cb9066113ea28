//! Someone of the organization.

use std::{fmt, sync::Arc, time::SystemTime};

use crate::verify::SERVICE_ACCOUNT_SUFFIX;

/// An internal user: someone of the organization, through Identity-Aware Proxy.
///
/// All of it was read from a verified assertion. Whoever IAP lets through has one: rules tell external users and programs apart
/// (G8). Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct InternalUser(Arc<InternalUserClaims>);

/// What a verified assertion says of an internal user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InternalUserClaims {
    pub(crate) sub: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) hosted_domain: Option<Box<str>>,
    pub(crate) is_external: bool,
    pub(crate) issued_at: SystemTime,
    pub(crate) expires_at: SystemTime,
}

// === impl InternalUser ===

impl InternalUser {
    pub(crate) fn verified(claims: InternalUserClaims) -> Self {
        Self(Arc::new(claims))
    }

    pub(crate) fn claims(&self) -> &InternalUserClaims {
        &self.0
    }

    /// Which user this is, the claim `sub`: the key for whatever is kept of the user. Never empty.
    pub fn id(&self) -> &str {
        &self.0.sub
    }

    /// The e-mail address, as the assertion gives it. An external user's has `securetoken.google.com/PROJECT[/TENANT]:` before it,
    /// and anybody's can pass on to someone else: key by [`InternalUser::id`].
    pub fn email(&self) -> &str {
        &self.0.email
    }

    /// The Google Workspace or Cloud Identity organization that the account belongs to, by its domain; the claim `hd`. An e-mail
    /// address in that domain is no proof of it.
    pub fn hosted_domain(&self) -> Option<&str> {
        self.0.hosted_domain.as_deref()
    }

    /// Whether this is a user of Identity Platform behind IAP: someone who may have signed up by themselves.
    pub fn is_external(&self) -> bool {
        self.0.is_external
    }

    /// Whether this is a program: the e-mail address is a service account's.
    pub fn is_service_account(&self) -> bool {
        self.email()
            .to_ascii_lowercase()
            .ends_with(SERVICE_ACCOUNT_SUFFIX)
    }

    /// When the assertion was made.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at
    }

    /// When the assertion ends to be valid, and with it every stream that it opened.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }
}

/// Shows the id only, so that it may stand in a log.
impl fmt::Debug for InternalUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InternalUser").field(&self.id()).finish()
    }
}
