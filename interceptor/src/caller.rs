//! Who makes a call. Only verification makes a caller, so code that holds one need not check again.

use std::{fmt, sync::Arc, time::SystemTime};

use crate::verify::SERVICE_ACCOUNT_SUFFIX;

/// An end user: someone who signed up by themselves, through Firebase Auth or Identity Platform.
///
/// All of it was read from a verified token. Cloning is cheap.
#[derive(Clone, PartialEq, Eq)]
pub struct EndUser(Arc<EndUserClaims>);

/// What a verified token says of an end user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EndUserClaims {
    pub(crate) uid: Box<str>,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) email: Option<Box<str>>,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<Box<str>>,
    pub(crate) picture: Option<Box<str>>,
    pub(crate) phone_number: Option<Box<str>>,
    pub(crate) sign_in_provider: Box<str>,
    pub(crate) second_factor: Option<Box<str>>,
    pub(crate) roles: Box<[Box<str>]>,
    pub(crate) signed_in_at: SystemTime,
    pub(crate) issued_at: SystemTime,
    pub(crate) expires_at: SystemTime,
}

/// Which user, within a project: uids are unique only within their tenant, so key stores by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId<'a> {
    /// The tenant of Identity Platform; `None` is the project's own pool of users.
    pub tenant: Option<&'a str>,
    /// The user, within the tenant. Never empty, at most 128 characters.
    pub uid: &'a str,
}

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

// === impl EndUser ===

impl EndUser {
    pub(crate) fn verified(claims: EndUserClaims) -> Self {
        Self(Arc::new(claims))
    }

    /// Which user this is: the key for whatever is kept of the user.
    pub fn id(&self) -> UserId<'_> {
        UserId {
            tenant: self.0.tenant.as_deref(),
            uid: &self.0.uid,
        }
    }

    /// The e-mail address, verified or not: see [`EndUser::email_verified`].
    pub fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Whether the user has proven to own the e-mail address.
    pub fn email_verified(&self) -> bool {
        self.0.email_verified
    }

    /// The name that the user chose, fit to be shown to others; never an e-mail address.
    pub fn display_name(&self) -> Option<String> {
        self.0.name.as_deref().and_then(display_name)
    }

    /// The address of the user's picture, as the token gives it.
    pub fn picture(&self) -> Option<&str> {
        self.0.picture.as_deref()
    }

    /// The verified phone number, in E.164 form.
    pub fn phone_number(&self) -> Option<&str> {
        self.0.phone_number.as_deref()
    }

    /// How the user signed in: `password`, `phone`, `google.com`, `anonymous`, ..
    pub fn sign_in_provider(&self) -> &str {
        &self.0.sign_in_provider
    }

    /// Whether this is a Firebase anonymous account.
    pub fn is_anonymous(&self) -> bool {
        self.sign_in_provider() == "anonymous"
    }

    /// The second factor that the user signed in with: `phone` or `totp`.
    pub fn second_factor(&self) -> Option<&str> {
        self.0.second_factor.as_deref()
    }

    /// The roles in the token's custom claims.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.roles.iter().map(AsRef::as_ref)
    }

    /// Whether the token gives the user this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().any(|r| r == role)
    }

    /// When the user signed in. A refreshed token keeps it.
    pub fn signed_in_at(&self) -> SystemTime {
        self.0.signed_in_at
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

/// Shows the uid only, so that it may stand in a log.
impl fmt::Debug for EndUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndUser").field(&self.id()).finish()
    }
}

// === impl InternalUser ===

impl InternalUser {
    pub(crate) fn verified(claims: InternalUserClaims) -> Self {
        Self(Arc::new(claims))
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

// === impl ServiceAccount ===

impl ServiceAccount {
    pub(crate) fn verified(claims: ServiceAccountClaims) -> Self {
        Self(Arc::new(claims))
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

/// A name that is fit to be shown to others: no control or bidirectional-formatting characters, no white space around it, at
/// most 64 characters. `None` where nothing is left, and for what looks like an e-mail address.
pub fn display_name(name: &str) -> Option<String> {
    let shown: String = name
        .chars()
        .filter(|c| !c.is_control() && !is_bidi_format(*c))
        .collect();
    let shown: String = shown.trim().chars().take(64).collect();
    let shown = shown.trim_end();
    (!shown.is_empty() && !shown.contains('@')).then(|| shown.to_owned())
}

/// Unicode's `Bidi_Control` property, and the separators that break lines.
fn is_bidi_format(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::display_name;

    #[test]
    fn a_display_name_is_inert_and_short() {
        assert_eq!(
            display_name(" Ada\u{202E} \u{0}Lovelace\n").as_deref(),
            Some("Ada Lovelace")
        );
        assert_eq!(
            display_name(&"ä".repeat(70)).map(|n| n.chars().count()),
            Some(64)
        );
        assert_eq!(display_name("\u{2066}\t \u{2069}"), None);
    }

    #[test]
    fn an_address_is_not_a_display_name() {
        assert_eq!(display_name("ada@example.com"), None);
    }
}
