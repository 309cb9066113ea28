//! The ID tokens of end users, made by Firebase Auth and Identity Platform.

mod explain;

use std::{fmt, time::Duration};

use super::{
    Check, TokenCache, VerifierError, VerifierStats,
    end_users::{EndUsers, Kind},
    signed_by::SignedBy,
};
use crate::{caller::EndUser, clock::Clock, denial::Denial, keys::KeyStore, token::Algorithm};

/// Where Google publishes the keys of Firebase ID tokens, as a JWK set.
pub const FIREBASE_KEYS_URL: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// Firebase's own tokens live for an hour.
pub(super) const ID_TOKEN: Kind = Kind {
    issuer_prefix: "https://securetoken.google.com/",
    shortest: None,
    longest: (Duration::from_hours(24), "24 hours"),
    is_session_cookie: false,
};

/// Verifies the ID tokens of one Firebase or Identity Platform project.
///
/// A token is valid that Google signed with RS256 and a present key of the project's issuer, for this project, at this time, and
/// whose claims all have the form that [Firebase's documentation][rules] gives them. firebase-admin is laxer in places; what it
/// refuses is refused here too.
///
/// ```
/// use callgate::FirebaseVerifier;
///
/// let verifier = FirebaseVerifier::with_googles_keys("my-project")?
///     .tenants(["-", "pupils-x1b2c"])?
///     .roles_claim("permissions")?;
/// assert!(verifier.accepts_tenant("pupils-x1b2c"));
/// # Ok::<(), callgate::verify::VerifierError>(())
/// ```
///
/// [rules]: https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
#[derive(Clone)]
pub struct FirebaseVerifier {
    users: EndUsers,
    signed_by: SignedBy<EndUser>,
}

impl FirebaseVerifier {
    /// A verifier for the tokens of this project, with the keys of its issuer: see [`FIREBASE_KEYS_URL`].
    ///
    /// # Errors
    ///
    /// Where `project_id` is not in the form that Google gives project ids.
    pub fn new(project_id: impl Into<String>, keys: KeyStore) -> Result<Self, VerifierError> {
        Ok(Self {
            users: EndUsers::new(project_id, &ID_TOKEN)?,
            signed_by: SignedBy::new(Algorithm::Rs256, keys),
        }
        .anew())
    }

    /// A verifier for the tokens of this project, with the keys that Google publishes, fetched as [`KeyStore`] does by itself.
    ///
    /// # Errors
    ///
    /// Where `project_id` is not in the form that Google gives project ids.
    ///
    /// # Panics
    ///
    /// Where the TLS library cannot start: it depends on nothing but what is compiled in.
    pub fn with_googles_keys(project_id: impl Into<String>) -> Result<Self, VerifierError> {
        let keys = FIREBASE_KEYS_URL.parse().ok();
        let keys = keys.and_then(|url| KeyStore::fetched(url).build().ok());
        #[expect(
            clippy::expect_used,
            reason = "address and settings are constants, and any test that makes such a verifier shows them to hold"
        )]
        Self::new(project_id, keys.expect("a key store of constant settings"))
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.users.set_clock(clock);
        self.anew()
    }

    /// Lets clocks differ by this much, wherever a token's times are compared with the clock. 10 s by default.
    ///
    /// # Errors
    ///
    /// Where it is more than 5 minutes.
    pub fn clock_skew(mut self, skew: Duration) -> Result<Self, VerifierError> {
        self.users.set_clock_skew(skew)?;
        Ok(self.anew())
    }

    /// Accepts the users of these tenants of Identity Platform, and no others; `-` is the project's own pool of users (G13).
    /// Without tenants, the project's own pool is all there is.
    ///
    /// # Errors
    ///
    /// Where one of them cannot be the id of a tenant.
    pub fn tenants<T: Into<String>>(
        mut self,
        tenants: impl IntoIterator<Item = T>,
    ) -> Result<Self, VerifierError> {
        self.users.set_tenants(tenants)?;
        Ok(self.anew())
    }

    /// Reads the user's roles from this custom claim, `roles` by default. It should be an array of strings; anything else is
    /// no roles (G14).
    ///
    /// # Errors
    ///
    /// Where it is a claim that users can set themselves, or one that a standard gave a meaning.
    pub fn roles_claim(mut self, name: impl Into<String>) -> Result<Self, VerifierError> {
        self.users.set_roles_claim(name)?;
        Ok(self.anew())
    }

    /// Remembers verified tokens within these bounds: 32 MiB of them by default.
    #[must_use]
    pub fn cache(mut self, within: TokenCache) -> Self {
        self.signed_by.remember(within);
        self.anew()
    }

    /// The project whose users are verified.
    pub fn project_id(&self) -> &str {
        self.users.project_id()
    }

    /// The custom claim that holds a user's roles.
    pub(crate) fn claim_of_roles(&self) -> &str {
        self.users.roles_claim()
    }

    /// Whose tokens these are, and what is demanded of them.
    pub(super) fn users(&self) -> &EndUsers {
        &self.users
    }

    /// The keys of the issuer.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// What this verifier and its clones have done so far.
    pub fn stats(&self) -> VerifierStats {
        self.signed_by.stats()
    }

    /// Whether users of this tenant are accepted; `-` is the project's own pool.
    pub fn accepts_tenant(&self, tenant: &str) -> bool {
        self.users.accept_tenant(tenant)
    }

    /// Checks a token, if that can be done without waiting for keys.
    pub fn check(&self, token: &(impl AsRef<[u8]> + ?Sized)) -> Check<EndUser> {
        self.signed_by.check(token.as_ref(), |token, payload| {
            self.users.judge(token, payload)
        })
    }

    /// Checks a token, waiting for keys where they have to be fetched.
    ///
    /// # Errors
    ///
    /// The reason why the token does not count.
    pub async fn verify(
        &self,
        token: &(impl AsRef<[u8]> + ?Sized + Sync),
    ) -> Result<EndUser, Denial> {
        self.signed_by
            .verify(token.as_ref(), |token, payload| {
                self.users.judge(token, payload)
            })
            .await
    }

    /// For each setting: whatever was verified by the old ones is forgotten.
    fn anew(mut self) -> Self {
        self.signed_by.begin_anew(self.users.period());
        self
    }
}

/// Shows no token and no key.
impl fmt::Debug for FirebaseVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirebaseVerifier")
            .field("project_id", &self.project_id())
            .finish_non_exhaustive()
    }
}
