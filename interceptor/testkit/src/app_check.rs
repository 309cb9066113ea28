//! A stand-in for the issuer of App Check tokens.

use std::{sync::Arc, time::Duration};

use callgate::{
    App, AppCheckVerifier, Clock,
    keys::{KeySet, KeyStore},
    verify::Check,
};

use crate::{SigningKey, TokenBuilder, jwks};

/// A stand-in for Firebase App Check, of one project. Its clones are the same issuer.
///
/// It publishes two keys, others than any issuer of this kit, and signs with the first.
///
/// ```
/// use callgate::verify::Check;
/// use callgate_testkit::AppCheckIssuer;
///
/// let issuer = AppCheckIssuer::new("demo-greeter", 123_456_789_012);
/// assert_eq!(issuer.app("1:123456789012:web:0a1b").id(), "1:123456789012:web:0a1b");
///
/// let other = issuer.token("1:123456789012:web:0a1b").claim("aud", "projects/demo-greeter");
/// assert!(matches!(issuer.verifier().check(&other.sign()), Check::Refused(_)));
/// ```
#[derive(Clone, Debug)]
pub struct AppCheckIssuer {
    project_id: Arc<str>,
    project_number: u64,
    clock: Clock,
    published: Arc<[usize]>,
}

impl AppCheckIssuer {
    /// The issuer of the App Check tokens of this project.
    pub fn new(project_id: &str, project_number: u64) -> Self {
        Self {
            project_id: project_id.into(),
            project_number,
            clock: Clock::system(),
            published: Arc::new([7, 8]),
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

    /// The project whose apps it vouches for.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The issuer's name, the claim `iss` of its tokens.
    pub fn name(&self) -> String {
        format!(
            "https://firebaseappcheck.googleapis.com/{}",
            self.project_number
        )
    }

    /// The audiences of its tokens: the project, by its number and by its id.
    pub fn audiences(&self) -> [String; 2] {
        [
            format!("projects/{}", self.project_number),
            format!("projects/{}", self.project_id),
        ]
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
    /// Where the issuer's project id or number is none, or it publishes no keys.
    pub fn verifier(&self) -> AppCheckVerifier {
        AppCheckVerifier::new(
            self.project_id(),
            self.project_number,
            KeyStore::fixed(self.key_set()),
        )
        .expect("the issuer has the id and the number of a project")
        .clock(self.clock.clone())
    }

    /// A token for the app of this id, valid for an hour from now.
    pub fn token(&self, app_id: &str) -> TokenBuilder<Self> {
        let now = self.clock.now();
        let (key, _) = self.signing_keys();
        TokenBuilder::signed_with(self.clone(), key)
            .claim("iss", self.name())
            .claim("aud", self.audiences().to_vec())
            .claim("sub", app_id)
            .issued_at(now)
            .expires_at(now + Duration::from_hours(1))
    }

    /// This app, as a gate has it.
    pub fn app(&self, app_id: &str) -> App {
        self.token(app_id).app()
    }

    pub(crate) fn time(&self) -> &Clock {
        &self.clock
    }

    /// The first two keys that it publishes, of which it signs with the first.
    pub(crate) fn signing_keys(&self) -> (SigningKey, SigningKey) {
        let first = self.published.first().copied().unwrap_or(7);
        let second = self.published.get(1).copied().unwrap_or(8);
        (SigningKey::Rsa(first), SigningKey::Rsa(second))
    }
}

/// What an App Check token proves.
impl TokenBuilder<AppCheckIssuer> {
    /// The app that the token is for. Really verified, with the default settings.
    ///
    /// # Panics
    ///
    /// Where the token is not valid.
    pub fn app(&self) -> App {
        match self.issuer.verifier().check(&self.sign()) {
            Check::Verified(app) => app,
            other => panic!("not the token of an app: {other:?}"),
        }
    }
}
