//! A stand-in for the issuer of Firebase ID tokens.

use std::sync::Arc;

use callgate::{
    Clock, EndUser, FirebaseVerifier,
    keys::{KeySet, KeyStore},
};

use crate::{TokenBuilder, jwks};

/// A stand-in for the issuer of Firebase ID tokens, of one project. Its clones are the same issuer.
///
/// Like Google, it publishes two keys and signs with the first.
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

    pub(crate) fn now(&self) -> std::time::SystemTime {
        self.clock.now()
    }

    pub(crate) fn first_key(&self) -> usize {
        self.published.first().copied().unwrap_or(1)
    }
}
