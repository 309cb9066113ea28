//! Someone who signed up by themselves.

use std::{fmt, sync::Arc, time::SystemTime};

use super::display_name;

/// An end user: someone who signed up by themselves, through Firebase Auth or Identity Platform.
///
/// All of it was read from a verified token. Cloning is cheap.
///
/// ```
/// use callgate::EndUser;
///
/// fn may_edit(user: &EndUser, owner: &str) -> bool {
///     user.id().uid == owner || user.has_role("editor")
/// }
///
/// let issuer = callgate_testkit::FirebaseIssuer::new("demo-greeter");
/// let ada = issuer.token("ada").name("Ada Lovelace").end_user();
/// assert!(may_edit(&ada, "ada") && !may_edit(&ada, "grace"));
/// assert_eq!(ada.display_name().as_deref(), Some("Ada Lovelace"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct EndUser(Arc<EndUserClaims>);

/// What a verified token says of an end user.
// What nearly every call looks at comes first, beside the count of the `Arc`: these are fetched from memory together.
#[derive(PartialEq, Eq)]
#[repr(C)]
pub(crate) struct EndUserClaims {
    pub(crate) sign_in_provider: Box<str>,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) uid: Box<str>,
    pub(crate) email: Option<Box<str>>,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<Box<str>>,
    pub(crate) picture: Option<Box<str>>,
    pub(crate) phone_number: Option<Box<str>>,
    pub(crate) second_factor: Option<Box<str>>,
    pub(crate) roles: Box<[Box<str>]>,
    pub(crate) signed_in_at: SystemTime,
    pub(crate) issued_at: SystemTime,
    pub(crate) expires_at: SystemTime,
    /// Whether it was a session cookie, and not an ID token.
    pub(crate) session_cookie: bool,
    /// The token's own text, to be forwarded where this service acts for the user. A secret.
    pub(crate) token: Arc<[u8]>,
}

/// Which user, within a project: uids are unique only within their tenant, so key stores by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId<'a> {
    /// The tenant of Identity Platform; `None` is the project's own pool of users.
    pub tenant: Option<&'a str>,
    /// The user, within the tenant. Never empty, at most 128 characters.
    pub uid: &'a str,
}

// === impl EndUser ===

impl EndUser {
    pub(crate) fn verified(claims: EndUserClaims) -> Self {
        Self(Arc::new(claims))
    }

    pub(crate) fn claims(&self) -> &EndUserClaims {
        &self.0
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

    /// Whether the user is known by a Firebase session cookie, and not by an ID token.
    pub fn by_session_cookie(&self) -> bool {
        self.0.session_cookie
    }

    /// The token that was verified, to be written nowhere.
    pub(crate) fn token(&self) -> &str {
        // All of it was decoded, so it is base64url and dots.
        str::from_utf8(&self.0.token).unwrap_or_default()
    }
}

/// Shows the uid only, so that it may stand in a log.
impl fmt::Debug for EndUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EndUser").field(&self.id()).finish()
    }
}
