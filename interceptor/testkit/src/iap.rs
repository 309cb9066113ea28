//! A stand-in for Identity-Aware Proxy.

use std::{sync::Arc, time::Duration};

use callgate::{
    Clock, IapVerifier, InternalUser,
    keys::{KeySet, KeyStore},
    verify::Check,
};
use serde_json::json;

use crate::{SigningKey, TokenBuilder, ec_jwks};

/// A stand-in for Identity-Aware Proxy, before one service. Its clones are the same issuer.
///
/// Like Google, it publishes two keys and signs with the first.
///
/// ```
/// use callgate::verify::Check;
/// use callgate_testkit::IapIssuer;
///
/// let issuer = IapIssuer::new("/projects/123456789012/locations/europe-west1/services/admin");
/// let ada = issuer.assertion("ada").hosted_domain("example.com").internal_user();
/// assert_eq!((ada.id(), ada.hosted_domain()), ("ada", Some("example.com")));
///
/// let late = issuer.assertion("ada").without("exp").sign();
/// assert!(matches!(issuer.verifier().check(&late), Check::Refused(_)));
/// ```
#[derive(Clone, Debug)]
pub struct IapIssuer {
    audience: Arc<str>,
    clock: Clock,
    published: Arc<[usize]>,
}

impl IapIssuer {
    /// The issuer's name, the claim `iss` of its assertions.
    pub const NAME: &str = "https://cloud.google.com/iap";

    /// Identity-Aware Proxy before the service of this audience: `/projects/NUMBER/locations/REGION/services/SERVICE` or
    /// `/projects/NUMBER/global/backendServices/ID`.
    pub fn new(audience: &str) -> Self {
        Self {
            audience: audience.into(),
            clock: Clock::system(),
            published: Arc::new([1, 2]),
        }
    }

    /// Takes the time from this clock, for the assertions and for the verifier.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Publishes the keys of these numbers, 1 to 3, and signs with the first.
    #[must_use]
    pub fn publishing(mut self, keys: &[usize]) -> Self {
        self.published = keys.into();
        self
    }

    /// The audience of its assertions.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The published keys, as the issuer serves them.
    pub fn jwks(&self) -> String {
        ec_jwks(&self.published)
    }

    /// The published keys.
    ///
    /// # Panics
    ///
    /// Where the issuer publishes none.
    pub fn key_set(&self) -> KeySet {
        KeySet::parse(self.jwks().as_bytes()).expect("the published keys are usable")
    }

    /// A verifier for the issuer's assertions, with its published keys and its clock, and otherwise the default settings.
    ///
    /// # Panics
    ///
    /// Where the issuer's audience is none, or it publishes no keys.
    pub fn verifier(&self) -> IapVerifier {
        IapVerifier::new(self.audience(), KeyStore::fixed(self.key_set()))
            .expect("the issuer has an audience of IAP")
            .clock(self.clock.clone())
    }

    /// An assertion for the user of this id, `ID@example.com`, valid for ten minutes from now.
    pub fn assertion(&self, id: &str) -> TokenBuilder<Self> {
        let now = self.clock.now();
        let (key, _) = self.signing_keys();
        TokenBuilder::signed_with(self.clone(), key)
            .claim("iss", Self::NAME)
            .claim("aud", self.audience())
            .claim("azp", self.audience())
            .claim("sub", id)
            .email(&format!("{id}@example.com"))
            .issued_at(now)
            .expires_at(now + Duration::from_mins(10))
    }

    /// This user, for a handler's tests. More of a user: [`TokenBuilder::internal_user`].
    pub fn internal_user(&self, id: &str) -> InternalUser {
        self.assertion(id).internal_user()
    }

    pub(crate) fn time(&self) -> &Clock {
        &self.clock
    }

    /// The first two keys that it publishes, of which it signs with the first.
    pub(crate) fn signing_keys(&self) -> (SigningKey, SigningKey) {
        let first = self.published.first().copied().unwrap_or(1);
        let second = self.published.get(1).copied().unwrap_or(2);
        (SigningKey::Ec(first), SigningKey::Ec(second))
    }
}

/// Claims of an assertion of Identity-Aware Proxy.
impl TokenBuilder<IapIssuer> {
    /// The user's e-mail address.
    pub fn email(self, email: &str) -> Self {
        self.claim("email", email)
    }

    /// The organization's domain, in the claim `hd`.
    pub fn hosted_domain(self, domain: &str) -> Self {
        self.claim("hd", domain)
    }

    /// Makes it the assertion of a user of Identity Platform behind IAP, of this uid, in this project's own pool of users.
    pub fn external(self, project_id: &str, uid: &str) -> Self {
        let prefix = format!("securetoken.google.com/{project_id}:");
        let email = format!("{uid}@example.com");
        self.claim("sub", format!("{prefix}{uid}"))
            .email(&format!("{prefix}{email}"))
            .claim("gcip", json!({ "user_id": uid, "email": email }))
    }

    /// The user whom the assertion is for, as a gated handler gets it. Really verified, with the default settings.
    ///
    /// # Panics
    ///
    /// Where the assertion is not valid.
    pub fn internal_user(&self) -> InternalUser {
        match self.issuer.verifier().check(&self.sign()) {
            Check::Verified(user) => user,
            other => panic!("not the assertion of an internal user: {other:?}"),
        }
    }
}
