//! The ID tokens of end users, made by Firebase Auth and Identity Platform.

mod explain;

use std::{
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use super::{
    Check, VerifierError,
    claims::Claims,
    payload::{invalid, required},
    period::{self, Period},
    settings::{self, Tenants},
    signed_by::SignedBy,
};
use crate::{
    caller::{EndUser, EndUserClaims},
    clock::Clock,
    denial::{Denial, Invalid, loggable},
    keys::KeyStore,
    token::Algorithm,
};

/// Where Google publishes the keys of Firebase ID tokens, as a JWK set.
pub const FIREBASE_KEYS_URL: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// What stands before the project's id in the issuer of its ID tokens.
const ISSUER_PREFIX: &str = "https://securetoken.google.com/";

/// The longest that a token may live, from `iat` to `exp`. Firebase's own live an hour.
const MAX_LIFETIME: Duration = Duration::from_hours(24);

/// The longest uid, in UTF-16 units, which is how the Firebase SDKs count.
const MAX_UID: usize = 128;

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(10);

const DEFAULT_ROLES_CLAIM: &str = "roles";

/// Verifies the ID tokens of one Firebase or Identity Platform project.
///
/// A token is valid that Google signed with RS256 and a present key of the project's issuer, for this project, at this time, and
/// whose claims all have the form that [Firebase's documentation][rules] gives them. firebase-admin is laxer in places; what it
/// refuses is refused here too.
///
/// [rules]: https://firebase.google.com/docs/auth/admin/verify-id-tokens#verify_id_tokens_using_a_third-party_jwt_library
#[derive(Clone)]
pub struct FirebaseVerifier {
    project_id: Box<str>,
    issuer: Box<str>,
    signed_by: SignedBy,
    period: Period,
    tenants: Tenants,
    roles_claim: Box<str>,
}

impl FirebaseVerifier {
    /// A verifier for the tokens of this project, with the keys of its issuer: see [`FIREBASE_KEYS_URL`].
    ///
    /// # Errors
    ///
    /// Where `project_id` is not in the form that Google gives project ids.
    pub fn new(project_id: impl Into<String>, keys: KeyStore) -> Result<Self, VerifierError> {
        let project_id = settings::project_id(project_id.into())?;
        Ok(Self {
            issuer: format!("{ISSUER_PREFIX}{project_id}").into(),
            project_id: project_id.into(),
            signed_by: SignedBy::new(Algorithm::Rs256, keys),
            period: Period::new(DEFAULT_CLOCK_SKEW),
            tenants: Tenants::default(),
            roles_claim: DEFAULT_ROLES_CLAIM.into(),
        })
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.period.clock = clock;
        self
    }

    /// Lets clocks differ by this much, wherever a token's times are compared with the clock. 10 s by default.
    ///
    /// # Errors
    ///
    /// Where it is more than 5 minutes.
    pub fn clock_skew(mut self, skew: Duration) -> Result<Self, VerifierError> {
        self.period.skew = settings::clock_skew(skew)?;
        Ok(self)
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
        self.tenants = Tenants::parse(tenants)?;
        Ok(self)
    }

    /// Reads the user's roles from this custom claim, `roles` by default. It should be an array of strings; anything else is
    /// no roles (G14).
    ///
    /// # Errors
    ///
    /// Where it is a claim that users can set themselves, or one that a standard gave a meaning.
    pub fn roles_claim(mut self, name: impl Into<String>) -> Result<Self, VerifierError> {
        self.roles_claim = settings::roles_claim(name.into())?.into();
        Ok(self)
    }

    /// The project whose users are verified.
    pub fn project_id(&self) -> &str {
        &self.project_id
    }

    /// The custom claim that holds a user's roles.
    pub(crate) fn claim_of_roles(&self) -> &str {
        &self.roles_claim
    }

    /// The keys of the issuer.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// Whether users of this tenant are accepted; `-` is the project's own pool.
    pub fn accepts_tenant(&self, tenant: &str) -> bool {
        self.tenants
            .accepts(Some(tenant).filter(|tenant| *tenant != settings::OWN_POOL))
    }

    /// Checks a token, if that can be done without waiting for keys.
    pub fn check(&self, token: &str) -> Check<EndUser> {
        self.signed_by
            .check(token, |payload| self.judge(token, payload))
    }

    /// Checks a token, waiting for keys where they have to be fetched.
    ///
    /// # Errors
    ///
    /// The reason why the token does not count.
    pub async fn verify(&self, token: &str) -> Result<EndUser, Denial> {
        self.signed_by
            .verify(token, |payload| self.judge(token, payload))
            .await
    }

    /// What a payload that was signed for the issuer proves. Only a token that is valid in all else is told to be early or late.
    fn judge(&self, token: &str, payload: &[u8]) -> Result<EndUser, Denial> {
        let claims = Claims::read(payload, &self.roles_claim)?;

        let iss = required(claims.iss, "iss")?;
        if *iss != *self.issuer {
            return Err(Invalid::Issuer(loggable(&iss)).into());
        }
        let aud = required(claims.aud, "aud")?;
        if *aud != *self.project_id {
            return Err(Invalid::Audience(loggable(&aud)).into());
        }

        let sub = required(claims.sub, "sub")?;
        if sub.is_empty() {
            return Err(invalid("sub is empty"));
        }
        if sub.encode_utf16().count() > MAX_UID {
            return Err(invalid("sub is longer than 128 characters"));
        }
        if claims.user_id.is_some_and(|user_id| user_id != sub) {
            return Err(invalid("user_id is not sub"));
        }

        let firebase = required(claims.firebase, "firebase")?;
        let provider = required(firebase.sign_in_provider, "firebase.sign_in_provider")?;
        if provider.is_empty() {
            return Err(invalid("firebase.sign_in_provider is empty"));
        }
        if !self.tenants.accepts(firebase.tenant.as_deref()) {
            return Err(invalid(if firebase.tenant.is_some() {
                "firebase.tenant is not a configured tenant"
            } else {
                "firebase.tenant is missing, and the project's own users are not configured"
            }));
        }

        let iat = required(claims.iat, "iat")?;
        let auth_time = required(claims.auth_time, "auth_time")?;
        let exp = required(claims.exp, "exp")?;
        period::lifetime(iat, exp, MAX_LIFETIME, "24 hours")?;
        self.period.judge(
            &[
                ("iat", Some(iat)),
                ("auth_time", Some(auth_time)),
                ("nbf", claims.nbf),
            ],
            exp,
        )?;

        Ok(EndUser::verified(EndUserClaims {
            uid: sub.into(),
            tenant: firebase.tenant.map(Into::into),
            email: claims.email.map(Into::into),
            email_verified: claims.email_verified.unwrap_or(false),
            name: claims.name.map(Into::into),
            picture: claims.picture.map(Into::into),
            phone_number: claims.phone_number.map(Into::into),
            sign_in_provider: provider.into(),
            second_factor: firebase.second_factor.map(Into::into),
            roles: claims.roles.into_iter().map(Into::into).collect(),
            signed_in_at: UNIX_EPOCH + auth_time,
            issued_at: UNIX_EPOCH + iat,
            // The skew is for calls that begin; what goes on is ended on time, so that its client refreshes the token.
            expires_at: UNIX_EPOCH + exp,
            session_cookie: false,
            token: token.into(),
        }))
    }
}

/// Shows no token and no key.
impl fmt::Debug for FirebaseVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirebaseVerifier")
            .field("project_id", &self.project_id)
            .finish_non_exhaustive()
    }
}
