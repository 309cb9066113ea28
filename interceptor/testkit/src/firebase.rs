//! A stand-in for the issuer of Firebase ID tokens.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use callgate::{
    Clock, EndUser, FirebaseVerifier,
    keys::{KeySet, KeyStore},
    verify::Check,
};
use serde_json::{Value, json};

use crate::{SigningKey, TokenBuilder, jwks, token::seconds};

/// A stand-in for the issuer of Firebase ID tokens, of one project. Its clones are the same issuer.
///
/// Like Google, it publishes two keys and signs with the first.
#[derive(Clone, Debug)]
pub struct FirebaseIssuer {
    project_id: Arc<str>,
    clock: Clock,
    published: Arc<[usize]>,
    /// Of the user of the token that holds this issuer.
    tenant: Option<Arc<str>>,
}

impl FirebaseIssuer {
    /// The issuer of this project's tokens.
    pub fn new(project_id: &str) -> Self {
        Self {
            project_id: project_id.into(),
            clock: Clock::system(),
            published: Arc::new([1, 2]),
            tenant: None,
        }
    }

    /// Takes the time from this clock, for the tokens and for the verifier.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Publishes the keys of these numbers, 1 to 4, and signs with the first.
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

    /// A token for this user, valid for an hour from now. The user signed in now, with a password.
    pub fn token(&self, uid: &str) -> TokenBuilder {
        TokenBuilder::new(self, uid)
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

/// Claims of a Firebase ID token.
impl TokenBuilder<FirebaseIssuer> {
    fn new(issuer: &FirebaseIssuer, uid: &str) -> Self {
        let now = issuer.clock.now();
        let (key, _) = issuer.signing_keys();
        let mut token = Self::signed_with(issuer.clone(), key);
        token.firebase.set("identities", json!({}));
        token
            .claim("iss", issuer.name())
            .claim("aud", issuer.project_id())
            .auth_time(now)
            .claim("user_id", uid)
            .claim("sub", uid)
            .issued_at(now)
            .expires_at(now + Duration::from_hours(1))
            .provider("password")
    }

    /// The user's e-mail address.
    pub fn email(self, email: &str) -> Self {
        self.claim("email", email)
            .firebase("identities", json!({ "email": [email] }))
    }

    /// Whether the user has proven to own the e-mail address.
    pub fn email_verified(self, verified: bool) -> Self {
        self.claim("email_verified", verified)
    }

    /// The name that the user chose.
    pub fn name(self, name: &str) -> Self {
        self.claim("name", name)
    }

    /// The address of the user's picture.
    pub fn picture(self, url: &str) -> Self {
        self.claim("picture", url)
    }

    /// The user's phone number, in E.164 form.
    pub fn phone_number(self, number: &str) -> Self {
        self.claim("phone_number", number)
            .firebase("identities", json!({ "phone": [number] }))
    }

    /// How the user signed in: `password`, `phone`, `google.com`, `anonymous`, ..
    pub fn provider(self, provider: &str) -> Self {
        self.firebase("sign_in_provider", provider)
    }

    /// The second factor that the user signed in with: `phone` or `totp`.
    pub fn second_factor(self, factor: &str) -> Self {
        self.firebase("sign_in_second_factor", factor)
    }

    /// The tenant that the user is of.
    pub fn tenant(mut self, tenant: &str) -> Self {
        self.issuer.tenant = Some(tenant.into());
        self.firebase("tenant", tenant)
    }

    /// The user's roles, in the custom claim `roles`.
    pub fn roles(self, roles: &[&str]) -> Self {
        self.claim("roles", roles)
    }

    /// When the user signed in.
    pub fn auth_time(self, at: SystemTime) -> Self {
        self.claim("auth_time", seconds(at))
    }

    /// Sets a member of the claim `firebase` to anything.
    pub fn firebase(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.firebase.set(name, value);
        self.with_firebase()
    }

    /// Leaves out a member of the claim `firebase`.
    pub fn without_firebase(mut self, name: &str) -> Self {
        self.firebase.remove(name);
        self.with_firebase()
    }

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
            .tenants(self.issuer.tenant.as_deref())
            .expect("the token's tenant has the form of one");
        match verifier.check(&self.sign()) {
            Check::Verified(user) => user,
            other => panic!("not the token of an end user: {other:?}"),
        }
    }

    fn with_firebase(mut self) -> Self {
        let firebase = self.firebase.to_json();
        self.claims.set_text("firebase", firebase);
        self
    }
}
