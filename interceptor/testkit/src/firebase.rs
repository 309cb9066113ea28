//! A stand-in for the issuer of Firebase ID tokens.

use std::{sync::Arc, time::Duration};

use callgate::{
    Clock, EndUser, FirebaseVerifier, Gate, GateLayer, Method, Policy,
    keys::{KeySet, KeyStore},
    verify::Check,
};

use crate::{SigningKey, TokenBuilder, jwks};

/// A stand-in for the issuer of Firebase ID tokens, of one project. Its clones are the same issuer.
///
/// Like Google, it publishes two keys and signs with the first.
///
/// ```
/// use callgate_testkit::FirebaseIssuer;
///
/// let issuer = FirebaseIssuer::new("demo-greeter");
/// let ada = issuer.token("ada").email("ada@example.com").email_verified(true).roles(&["editor"]);
/// assert!(ada.end_user().has_role("editor"));
/// let call = ada.request("a message");
/// assert!(call.metadata().contains_key("authorization"));
/// ```
#[derive(Clone, Debug)]
pub struct FirebaseIssuer {
    project_id: Arc<str>,
    clock: Clock,
    published: Arc<[usize]>,
}

impl FirebaseIssuer {
    /// The issuer of this project's tokens.
    pub fn new(project_id: &str) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::system(),
            published: Arc::new([1, 2]),
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

    /// The project whose tokens it makes.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The issuer's name, the claim `iss` of its tokens.
    pub fn name(&self) -> String {
        format!("https://securetoken.google.com/{}", self.project_id)
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

    /// A verifier for the issuer's tokens, with its published keys and its clock, and otherwise the default settings.
    ///
    /// # Panics
    ///
    /// Where the issuer's project id is none, or it publishes no keys.
    pub fn verifier(&self) -> FirebaseVerifier {
        FirebaseVerifier::new(self.project_id(), KeyStore::fixed(self.key_set()))
            .expect("the issuer has the id of a project")
            .clock(self.clock.clone())
    }

    /// A gate that lets the users of this issuer call these methods, by their rules, on the issuer's clock. For more callers, or other
    /// settings, build one around [`verifier`](Self::verifier).
    ///
    /// # Panics
    ///
    /// Where a rule needs more than such a gate has, and where the issuer has no [`verifier`](Self::verifier).
    pub fn gate(&self, methods: impl IntoIterator<Item = &'static Method>) -> GateLayer {
        let gate = Gate::builder(Policy::default().and(methods))
            .end_users(self.verifier())
            .clock(self.clock.clone())
            .build();
        gate.unwrap_or_else(|error| panic!("{error}"))
    }

    /// A token for this user, valid for an hour from now. The user signed in now, with a password.
    pub fn token(&self, uid: &str) -> TokenBuilder {
        let (key, _) = self.signing_keys();
        TokenBuilder::signed_with(self.clone(), key).of_user(
            self.name(),
            self.project_id(),
            uid,
            self.clock.now(),
            Duration::from_hours(1),
        )
    }

    /// This user, for a handler's tests. More of a user: [`TokenBuilder::end_user`].
    pub fn end_user(&self, uid: &str) -> EndUser {
        self.token(uid).end_user()
    }

    pub(crate) fn time(&self) -> &Clock {
        &self.clock
    }

    /// The first two keys that it publishes, of which it signs with the first.
    pub(crate) fn signing_keys(&self) -> (SigningKey, SigningKey) {
        let first = self.published.first().copied().unwrap_or(1);
        let second = self.published.get(1).copied().unwrap_or(2);
        (SigningKey::Rsa(first), SigningKey::Rsa(second))
    }
}

/// What a Firebase ID token proves.
impl TokenBuilder<FirebaseIssuer> {
    /// The user whom the token is for, as a gated handler gets it. Really verified, with the default settings, and with the
    /// token's tenant accepted.
    ///
    /// # Panics
    ///
    /// Where the token is not valid.
    pub fn end_user(&self) -> EndUser {
        let verifier = self
            .issuer
            .verifier()
            .tenants(self.tenant.as_deref())
            .expect("the token's tenant has the form of one");
        match verifier.check(&self.sign()) {
            Check::Verified(user) => user,
            other => panic!("not the token of an end user: {other:?}"),
        }
    }
}
