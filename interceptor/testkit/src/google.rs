//! A stand-in for the issuer of Google's ID tokens for service accounts.

use std::{sync::Arc, time::Duration};

use callgate::{
    Clock, ServiceAccount, ServiceAccountVerifier,
    keys::{KeySet, KeyStore},
    verify::Check,
};

use crate::{SigningKey, TokenBuilder, jwks};

/// A stand-in for the issuer of Google's ID tokens, for calls to one service. Its clones are the same issuer.
///
/// It publishes two keys, others than a [`FirebaseIssuer`](crate::FirebaseIssuer), and signs with the first.
///
/// ```
/// use callgate::verify::Check;
/// use callgate_testkit::GoogleIssuer;
///
/// const ADMIN: &str = "admin@demo-greeter.iam.gserviceaccount.com";
///
/// let issuer = GoogleIssuer::new("https://greeter.example.com");
/// let verifier = issuer.verifier([("admin", ADMIN)]);
/// assert!(matches!(verifier.check(&issuer.token(ADMIN).sign()), Check::Verified(_)));
///
/// let other = issuer.token("other@demo-greeter.iam.gserviceaccount.com");
/// assert!(matches!(verifier.check(&other.sign()), Check::Refused(_)));
/// ```
#[derive(Clone, Debug)]
pub struct GoogleIssuer {
    audience: Arc<str>,
    clock: Clock,
    published: Arc<[usize]>,
}

impl GoogleIssuer {
    /// The issuer's name, the claim `iss` of its tokens.
    pub const NAME: &str = "https://accounts.google.com";

    /// The `sub` of its tokens, unless another is set.
    pub const UNIQUE_ID: &str = "104217395860172394857";

    /// The issuer of tokens for the service of this audience.
    pub fn new(audience: &str) -> Self {
        Self {
            audience: audience.into(),
            clock: Clock::system(),
            published: Arc::new([3, 4]),
        }
    }

    /// Takes the time from this clock, for the tokens and for the verifier.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Publishes the keys of these numbers, 1 to 8, and signs with the first.
    #[must_use]
    pub fn publishing(mut self, keys: &[usize]) -> Self {
        self.published = keys.into();
        self
    }

    /// The audience of its tokens.
    pub fn audience(&self) -> &str {
        &self.audience
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

    /// A verifier for the issuer's tokens of these accounts, each a name and an e-mail address, with the published keys and the
    /// issuer's clock, and otherwise the default settings.
    ///
    /// # Panics
    ///
    /// Where the audience is none, the accounts are none of services, or the issuer publishes no keys.
    pub fn verifier<'a>(
        &self,
        accounts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> ServiceAccountVerifier {
        ServiceAccountVerifier::new([self.audience()], KeyStore::fixed(self.key_set()))
            .and_then(|verifier| verifier.accounts(accounts))
            .expect("an audience of a service, and accounts of services")
            .clock(self.clock.clone())
    }

    /// A token for the service account of this e-mail address, valid for an hour from now.
    pub fn token(&self, email: &str) -> TokenBuilder<Self> {
        let now = self.clock.now();
        let (key, _) = self.signing_keys();
        TokenBuilder::signed_with(self.clone(), key)
            .claim("iss", Self::NAME)
            .claim("aud", self.audience())
            .claim("azp", Self::UNIQUE_ID)
            .unique_id(Self::UNIQUE_ID)
            .email(email)
            .claim("email_verified", true)
            .issued_at(now)
            .expires_at(now + Duration::from_hours(1))
    }

    /// The service of this name, for a handler's tests.
    ///
    /// # Panics
    ///
    /// Where it is no name for one: lower-case letters, digits and hyphens will do.
    pub fn service_account(&self, name: &str) -> ServiceAccount {
        let email = format!("{name}@demo-callgate.iam.gserviceaccount.com");
        let verifier = self.verifier([(name, email.as_str())]);
        match verifier.check(&self.token(&email).sign()) {
            Check::Verified(service) => service,
            other => panic!("not the token of a service account: {other:?}"),
        }
    }

    pub(crate) fn time(&self) -> &Clock {
        &self.clock
    }

    /// The first two keys that it publishes, of which it signs with the first.
    pub(crate) fn signing_keys(&self) -> (SigningKey, SigningKey) {
        let first = self.published.first().copied().unwrap_or(3);
        let second = self.published.get(1).copied().unwrap_or(4);
        (SigningKey::Rsa(first), SigningKey::Rsa(second))
    }
}

/// Claims of Google's ID tokens.
impl TokenBuilder<GoogleIssuer> {
    /// The account's e-mail address.
    pub fn email(self, email: &str) -> Self {
        self.claim("email", email)
    }

    /// The account's unique id.
    pub fn unique_id(self, id: &str) -> Self {
        self.claim("sub", id)
    }
}
