//! A stand-in for the issuer of Firebase session cookies.

use std::{sync::Arc, time::Duration};

use callgate::{
    Clock, EndUser, FirebaseVerifier, SessionCookieVerifier,
    keys::{KeySet, KeyStore},
    verify::Check,
};

use crate::{FirebaseIssuer, SigningKey, TokenBuilder, jwks};

/// A stand-in for the issuer of Firebase session cookies, of one project. Its clones are the same issuer.
///
/// Like Google, it publishes two keys, others than a [`FirebaseIssuer`], and signs with the first.
///
/// ```
/// use callgate::verify::Check;
/// use callgate_testkit::SessionCookieIssuer;
///
/// let issuer = SessionCookieIssuer::new("demo-greeter");
/// let ada = issuer.cookie("ada").roles(&["editor"]).end_user();
/// assert!(ada.by_session_cookie());
///
/// let late = issuer.cookie("ada").without("exp").sign();
/// assert!(matches!(issuer.verifier().check(&late), Check::Refused(_)));
/// ```
#[derive(Clone, Debug)]
pub struct SessionCookieIssuer {
    /// The issuer of the ID tokens that the cookies are made of.
    id_tokens: FirebaseIssuer,
    published: Arc<[usize]>,
}

impl SessionCookieIssuer {
    /// The issuer of this project's session cookies.
    pub fn new(project_id: &str) -> Self {
        Self {
            id_tokens: FirebaseIssuer::new(project_id),
            published: Arc::new([5, 6]),
        }
    }

    /// Takes the time from this clock, for the cookies and for the verifier.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.id_tokens = self.id_tokens.clock(clock);
        self
    }

    /// Publishes the keys of these numbers, 1 to 8, and signs with the first.
    #[must_use]
    pub fn publishing(mut self, keys: &[usize]) -> Self {
        self.published = keys.into();
        self
    }

    /// The project whose cookies it makes.
    pub fn project_id(&self) -> &str {
        self.id_tokens.project_id()
    }

    /// The issuer's name, the claim `iss` of its cookies.
    pub fn name(&self) -> String {
        format!("https://session.firebase.google.com/{}", self.project_id())
    }

    /// The published keys, as the issuer serves them.
    pub fn jwks(&self) -> String {
        jwks(&self.published)
    }

    /// The published keys.
    ///
    /// # Panics
    ///
    /// Where the issuer publishes none.
    pub fn key_set(&self) -> KeySet {
        KeySet::parse(self.jwks().as_bytes()).expect("the published keys are usable")
    }

    /// A verifier for the issuer's cookies, with its published keys and its clock, and otherwise the default settings.
    ///
    /// # Panics
    ///
    /// Where the issuer's project id is none, or it publishes no keys.
    pub fn verifier(&self) -> SessionCookieVerifier {
        self.verifier_like(&self.id_tokens.verifier())
    }

    /// A verifier for the issuer's cookies, with its published keys and the settings of this verifier of ID tokens.
    ///
    /// # Panics
    ///
    /// Where the issuer publishes no keys.
    pub fn verifier_like(&self, id_tokens: &FirebaseVerifier) -> SessionCookieVerifier {
        SessionCookieVerifier::like(id_tokens, KeyStore::fixed(self.key_set()))
    }

    /// A cookie for this user, valid for five days from now. The user signed in now, with a password.
    pub fn cookie(&self, uid: &str) -> TokenBuilder<Self> {
        let (key, _) = self.signing_keys();
        TokenBuilder::signed_with(self.clone(), key).of_user(
            self.name(),
            self.project_id(),
            uid,
            self.time().now(),
            Duration::from_hours(5 * 24),
        )
    }

    /// This user, for a handler's tests. More of a user: [`TokenBuilder::end_user`].
    pub fn end_user(&self, uid: &str) -> EndUser {
        self.cookie(uid).end_user()
    }

    pub(crate) fn time(&self) -> &Clock {
        self.id_tokens.time()
    }

    /// The first two keys that it publishes, of which it signs with the first.
    pub(crate) fn signing_keys(&self) -> (SigningKey, SigningKey) {
        let first = self.published.first().copied().unwrap_or(5);
        let second = self.published.get(1).copied().unwrap_or(6);
        (SigningKey::Rsa(first), SigningKey::Rsa(second))
    }
}

/// What a Firebase session cookie proves.
impl TokenBuilder<SessionCookieIssuer> {
    /// The user whom the cookie is for, as a gated handler gets it. Really verified, with the default settings, and with the
    /// cookie's tenant accepted.
    ///
    /// # Panics
    ///
    /// Where the cookie is not valid.
    pub fn end_user(&self) -> EndUser {
        let id_tokens = self.issuer.id_tokens.verifier();
        let id_tokens = id_tokens
            .tenants(self.tenant.as_deref())
            .expect("the cookie's tenant has the form of one");
        match self.issuer.verifier_like(&id_tokens).check(&self.sign()) {
            Check::Verified(user) => user,
            other => panic!("not the session cookie of an end user: {other:?}"),
        }
    }
}
