//! The assertions of Identity-Aware Proxy, of internal users.

mod explain;

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use serde::de::MapAccess;

use super::{
    Check, TokenCache, VerifierError, VerifierStats,
    payload::{self, invalid, non_empty, required},
    period::{Period, lifetime},
    settings,
    signed_by::SignedBy,
};
use crate::{
    caller::{InternalUser, InternalUserClaims},
    clock::Clock,
    denial::{Denial, Invalid, loggable},
    keys::KeyStore,
    token::{
        Algorithm,
        json::{self, Object},
    },
};

/// Where Google publishes the keys of IAP's assertions, as a JWK set.
pub const IAP_KEYS_URL: &str = "https://www.gstatic.com/iap/verify/public_key-jwk";

const ISSUER: &str = "https://cloud.google.com/iap";

/// The longest that an assertion may live, from `iat` to `exp`, besides twice the skew.
const MAX_LIFETIME: Duration = Duration::from_mins(10);

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(30);

/// What `sub` begins with for a user of Identity Platform behind IAP, and `email` as well (G8).
const EXTERNAL_PREFIX: &str = "securetoken.google.com/";

/// Verifies the assertions that Identity-Aware Proxy puts on the calls to one service, in `x-goog-iap-jwt-assertion`.
///
/// An assertion is valid that IAP signed with ES256 and a present key, for this service, at this time, by [Google's rules][rules].
/// That alone makes nobody a member of the organization: see [`InternalUser::is_external`],
/// [`InternalUser::is_service_account`] and [`InternalUser::hosted_domain`], which rules are about.
///
/// ```
/// use callgate::{IapVerifier, keys::KeyStore, verify::IAP_KEYS_URL};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let keys = KeyStore::fetched(IAP_KEYS_URL.parse()?).build()?;
/// let verifier = IapVerifier::new("/projects/123456789012/locations/europe-west1/services/admin", keys)?;
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [rules]: https://cloud.google.com/iap/docs/signed-headers-howto#verifying_the_jwt_payload
#[derive(Clone)]
pub struct IapVerifier {
    audience: Box<str>,
    signed_by: SignedBy<InternalUser>,
    period: Period,
}

impl IapVerifier {
    /// A verifier for the assertions made for this audience, with IAP's keys: see [`IAP_KEYS_URL`].
    ///
    /// The audience is `/projects/NUMBER/locations/REGION/services/SERVICE` where IAP stands directly before Cloud Run, and
    /// `/projects/NUMBER/global/backendServices/ID` behind a load balancer.
    ///
    /// # Errors
    ///
    /// Where `audience` is neither.
    pub fn new(audience: impl Into<String>, keys: KeyStore) -> Result<Self, VerifierError> {
        let audience = audience.into();
        if !is_audience(&audience) {
            return Err(VerifierError::IapAudience(audience));
        }
        Ok(Self {
            audience: audience.into(),
            signed_by: SignedBy::new(Algorithm::Es256, keys),
            period: Period::new(DEFAULT_CLOCK_SKEW),
        }
        .anew())
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.period.clock = clock;
        self.anew()
    }

    /// Lets clocks differ by this much, wherever an assertion's times are compared with the clock; its lifetime may be longer by
    /// twice as much. 30 s by default.
    ///
    /// # Errors
    ///
    /// Where it is more than 5 minutes.
    pub fn clock_skew(mut self, skew: Duration) -> Result<Self, VerifierError> {
        self.period.skew = settings::clock_skew(skew)?;
        Ok(self.anew())
    }

    /// Remembers verified tokens within these bounds: 32 MiB of them by default.
    #[must_use]
    pub fn cache(mut self, within: TokenCache) -> Self {
        self.signed_by.remember(within);
        self.anew()
    }

    /// The audience of the assertions.
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The keys of IAP.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// What this verifier and its clones have done so far.
    pub fn stats(&self) -> VerifierStats {
        self.signed_by.stats()
    }

    /// Checks an assertion, if that can be done without waiting for keys.
    pub fn check(&self, assertion: &(impl AsRef<[u8]> + ?Sized)) -> Check<InternalUser> {
        self.signed_by
            .check(assertion.as_ref(), |_, payload| self.judge(payload))
    }

    /// Checks an assertion, waiting for keys where they have to be fetched.
    ///
    /// # Errors
    ///
    /// The reason why the assertion does not count.
    pub async fn verify(
        &self,
        assertion: &(impl AsRef<[u8]> + ?Sized + Sync),
    ) -> Result<InternalUser, Denial> {
        self.signed_by
            .verify(assertion.as_ref(), |_, payload| self.judge(payload))
            .await
    }

    /// For each setting: whatever was verified by the old ones is forgotten.
    fn anew(mut self) -> Self {
        self.signed_by.begin_anew(&self.period);
        self
    }

    /// What a payload that IAP signed proves. Only one that is valid in all else is told to be early or late.
    fn judge(&self, payload: &[u8]) -> Result<InternalUser, Denial> {
        let mut claims = Claims::default();
        payload::read(payload, &mut claims)?;

        let iss = required(claims.iss, "iss")?;
        if iss != ISSUER {
            return Err(Invalid::Issuer(loggable(&iss)).into());
        }
        let aud = required(claims.aud, "aud")?;
        if *aud != *self.audience {
            return Err(Invalid::Audience(loggable(&aud)).into());
        }

        let sub = non_empty(claims.sub, "sub")?;
        let email = non_empty(claims.email, "email")?;
        if claims.hd.as_ref().is_some_and(|hd| hd.is_empty()) {
            return Err(invalid("hd is empty"));
        }

        let iat = required(claims.iat, "iat")?;
        let exp = required(claims.exp, "exp")?;
        self.lifetime(iat, exp)?;
        self.period
            .judge(&[("iat", Some(iat)), ("nbf", claims.nbf)], exp)?;

        Ok(InternalUser::verified(InternalUserClaims {
            is_external: is_external(claims.has_gcip, &sub, &email),
            sub: sub.into(),
            email: email.into(),
            hosted_domain: claims.hd.map(Into::into),
            issued_at: UNIX_EPOCH + iat,
            expires_at: UNIX_EPOCH + exp,
        }))
    }

    fn lifetime(&self, iat: Duration, exp: Duration) -> Result<(), Denial> {
        lifetime(
            iat,
            exp,
            MAX_LIFETIME + 2 * self.period.skew,
            "10 minutes and twice the skew",
        )
    }
}

/// Whether it is a user of Identity Platform (G8).
fn is_external(has_gcip: bool, sub: &str, email: &str) -> bool {
    has_gcip || sub.starts_with(EXTERNAL_PREFIX) || email.starts_with(EXTERNAL_PREFIX)
}

/// Shows no assertion and no key.
impl fmt::Debug for IapVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IapVerifier")
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

fn is_audience(audience: &str) -> bool {
    let parts: Vec<&str> = audience.split('/').collect();
    match parts[..] {
        [
            "",
            "projects",
            number,
            "locations",
            region,
            "services",
            service,
        ] => is_number(number) && settings::is_name(region) && settings::is_name(service),
        ["", "projects", number, "global", "backendServices", id] => {
            is_number(number) && is_number(id)
        }
        _ => false,
    }
}

/// Up to 20 digits, which is as many as 64 bits have.
fn is_number(number: &str) -> bool {
    (1..=20).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_digit())
        && !number.starts_with('0')
}

/// What of an assertion is of interest. Whatever is there has its right type.
#[derive(Default)]
struct Claims<'a> {
    iss: Option<Cow<'a, str>>,
    aud: Option<Cow<'a, str>>,
    sub: Option<Cow<'a, str>>,
    email: Option<Cow<'a, str>>,
    hd: Option<Cow<'a, str>>,
    exp: Option<Duration>,
    iat: Option<Duration>,
    nbf: Option<Duration>,
    has_gcip: bool,
}

impl<'de> Object<'de> for Claims<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "iss" => self.iss = Some(json::text(map, "iss")?),
            "aud" => self.aud = Some(json::text(map, "aud")?),
            "sub" => self.sub = Some(json::text(map, "sub")?),
            "email" => self.email = Some(json::text(map, "email")?),
            "hd" => self.hd = Some(json::text(map, "hd")?),
            "exp" => self.exp = Some(json::time(map, "exp")?),
            "iat" => self.iat = Some(json::time(map, "iat")?),
            "nbf" => self.nbf = Some(json::time(map, "nbf")?),
            // Whatever it holds, null included: only users of Identity Platform have it.
            "gcip" => {
                self.has_gcip = true;
                json::skip(map)?;
            }
            _ => json::skip(map)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_audience;

    #[test]
    fn an_audience_is_a_service_or_a_backend_service_by_its_projects_number() {
        for audience in [
            "/projects/1/locations/europe-west1/services/admin",
            "/projects/123456789012/locations/us-central1/services/a-1",
            "/projects/123456789012/global/backendServices/1234567890123456789",
        ] {
            assert!(is_audience(audience), "{audience}");
        }
        for audience in [
            "",
            "/",
            "auto",
            "projects/1/locations/europe-west1/services/admin",
            "/projects/1/locations/europe-west1/services/admin/",
            "/projects/1/locations/europe-west1/services/",
            "/projects/1/locations/europe-west1/services/Admin",
            "/projects/1/locations/europe-west1/services/admin ",
            "/projects/1/locations/europe-west1/services/-admin",
            "/projects/1/locations//services/admin",
            "/projects//locations/europe-west1/services/admin",
            "/projects/0/locations/europe-west1/services/admin",
            "/projects/my-project/locations/europe-west1/services/admin",
            "/projects/123456789012345678901/global/backendServices/1",
            "/projects/1/global/backendServices/backend",
            "/projects/1/global/backendServices/",
            "/projects/1/global/backendservices/1",
            "/projects/1/apps/my-project",
            "https://admin.example.com",
            "1-a.apps.googleusercontent.com",
        ] {
            assert!(!is_audience(audience), "{audience}");
        }
    }
}
