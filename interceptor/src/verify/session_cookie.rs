//! The session cookies of end users, made by Firebase Auth and Identity Platform.

mod explain;

use std::{fmt, time::Duration};

use super::{
    Check, FirebaseVerifier, TokenCache, VerifierStats,
    end_users::{EndUsers, Kind},
    signed_by::SignedBy,
};
use crate::{caller::EndUser, denial::Denial, keys::KeyStore, token::Algorithm};

/// Where Google publishes the keys of Firebase session cookies, as a JWK set. They are others than those of the ID tokens.
pub const SESSION_COOKIE_KEYS_URL: &str =
    "https://identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys";

/// Whoever has a session cookie made chooses how long it lives, within these bounds.
const SESSION_COOKIE: Kind = Kind {
    issuer_prefix: "https://session.firebase.google.com/",
    shortest: Some((Duration::from_mins(5), "5 minutes")),
    longest: (Duration::from_hours(14 * 24), "14 days"),
    is_session_cookie: true,
};

/// Verifies the session cookies of one Firebase or Identity Platform project.
///
/// A cookie is valid by the same rules as an ID token, with three differences: its own issuer, the keys of that issuer, and a
/// lifetime of 5 minutes to 14 days. It lives long, so rules admit it only where they ask whether the account still stands (G10).
///
/// It is made of the verifier of the ID tokens and has no settings of its own: whoever may sign in with the one may with the
/// other.
///
/// ```
/// use callgate::{FirebaseVerifier, keys::KeyStore, verify::{FIREBASE_KEYS_URL, SESSION_COOKIE_KEYS_URL, SessionCookieVerifier}};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let keys = KeyStore::fetched(FIREBASE_KEYS_URL.parse()?).build()?;
/// let id_tokens = FirebaseVerifier::new("my-project", keys)?.tenants(["-", "pupils-x1b2c"])?;
///
/// let keys = KeyStore::fetched(SESSION_COOKIE_KEYS_URL.parse()?).build()?;
/// let cookies = SessionCookieVerifier::like(&id_tokens, keys);
/// assert!(cookies.is_like(&id_tokens));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SessionCookieVerifier {
    users: EndUsers,
    signed_by: SignedBy<EndUser>,
}

impl SessionCookieVerifier {
    /// A verifier for the session cookies of the users whose ID tokens `id_tokens` verifies: of the same project, tenants, roles
    /// claim, clock and clock skew. Their issuer's keys: see [`SESSION_COOKIE_KEYS_URL`].
    pub fn like(id_tokens: &FirebaseVerifier, keys: KeyStore) -> Self {
        Self {
            users: id_tokens.users().by(&SESSION_COOKIE),
            signed_by: SignedBy::new(Algorithm::Rs256, keys),
        }
        .anew()
    }

    /// Remembers verified cookies within these bounds: 32 MiB of them by default.
    #[must_use]
    pub fn cache(mut self, within: TokenCache) -> Self {
        self.signed_by.remember(within);
        self.anew()
    }

    /// Whether this verifier still has the project, the tenants, the roles claim and the clock skew of that one.
    pub fn is_like(&self, id_tokens: &FirebaseVerifier) -> bool {
        self.users.are_like(id_tokens.users())
    }

    /// The project whose users are verified.
    pub fn project_id(&self) -> &str {
        self.users.project_id()
    }

    /// The keys of the issuer.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// What this verifier and its clones have done so far.
    pub fn stats(&self) -> VerifierStats {
        self.signed_by.stats()
    }

    /// Checks a cookie, if that can be done without waiting for keys.
    pub fn check(&self, cookie: &(impl AsRef<[u8]> + ?Sized)) -> Check<EndUser> {
        self.signed_by.check(cookie.as_ref(), |cookie, payload| {
            self.users.judge(cookie, payload)
        })
    }

    /// Checks a cookie, waiting for keys where they have to be fetched.
    ///
    /// # Errors
    ///
    /// The reason why the cookie does not count.
    pub async fn verify(
        &self,
        cookie: &(impl AsRef<[u8]> + ?Sized + Sync),
    ) -> Result<EndUser, Denial> {
        self.signed_by
            .verify(cookie.as_ref(), |cookie, payload| {
                self.users.judge(cookie, payload)
            })
            .await
    }

    /// Whatever was verified before is forgotten.
    fn anew(mut self) -> Self {
        self.signed_by.begin_anew(self.users.period());
        self
    }
}

/// Shows no cookie and no key.
impl fmt::Debug for SessionCookieVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCookieVerifier")
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}
