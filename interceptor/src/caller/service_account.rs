//! Another service.

use std::{fmt, sync::Arc, time::SystemTime};

/// A service account: another service, by the name that this service's configuration gives it.
///
/// All of it was read from a verified ID token of Google. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceAccount(Arc<ServiceAccountClaims>);

/// What a verified token says of a service account, and how the configuration calls it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServiceAccountClaims {
    pub(crate) name: Box<str>,
    pub(crate) email: Box<str>,
    pub(crate) unique_id: Box<str>,
    pub(crate) issued_at: SystemTime,
    pub(crate) expires_at: SystemTime,
}

// === impl ServiceAccount ===

impl ServiceAccount {
    pub(crate) fn verified(claims: ServiceAccountClaims) -> Self {
        Self(Arc::new(claims))
    }

    pub(crate) fn claims(&self) -> &ServiceAccountClaims {
        &self.0
    }

    /// The name that the configuration gives it, and rules call it by.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The e-mail address of the account.
    pub fn email(&self) -> &str {
        &self.0.email
    }

    /// The unique id of the account, which is never given again; the claim `sub`.
    pub fn unique_id(&self) -> &str {
        &self.0.unique_id
    }

    /// When the token was made.
    pub fn issued_at(&self) -> SystemTime {
        self.0.issued_at
    }

    /// When the token ends to be valid, and with it every stream that it opened.
    pub fn expires_at(&self) -> SystemTime {
        self.0.expires_at
    }
}

/// Shows the configured name only, so that it may stand in a log.
impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServiceAccount").field(&self.name()).finish()
    }
}
