//! The ID tokens that Google signs for service accounts, of other services.

mod explain;

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use serde::de::MapAccess;

use super::{
    Check, TokenCache, VerifierError, VerifierStats,
    accounts::Accounts,
    payload::{self, invalid, non_empty, required},
    period::{Period, lifetime},
    settings,
    signed_by::SignedBy,
};
use crate::{
    caller::{ServiceAccount, ServiceAccountClaims},
    clock::Clock,
    denial::{Denial, Invalid, loggable},
    keys::KeyStore,
    token::{
        Algorithm,
        json::{self, Object},
    },
};

/// Where Google publishes the keys of its ID tokens, as a JWK set.
pub const GOOGLE_KEYS_URL: &str = "https://www.googleapis.com/oauth2/v3/certs";

/// Google has always used both.
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// The longest that a token may live, from `iat` or from now to `exp`. Google's own live an hour.
const MAX_LIFETIME: Duration = Duration::from_hours(24);

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(10);

/// Verifies the ID tokens with which other services call this one.
///
/// A token is valid that Google signed with RS256 and a present key, for one of this service's audiences, at this time, and for
/// a service account that the configuration gives a name to (G9). Anyone's Google account can get an ID token for some audience;
/// so it is the name that lets in, and not the signature.
///
/// ```
/// use callgate::{ServiceAccountVerifier, keys::KeyStore, verify::GOOGLE_KEYS_URL};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let keys = KeyStore::fetched(GOOGLE_KEYS_URL.parse()?).build()?;
/// let verifier = ServiceAccountVerifier::new(["https://votes.example.com"], keys)?
///     .accounts([("admin", "admin@my-project.iam.gserviceaccount.com#104217395860172394857")])?;
/// assert!(verifier.names().eq(["admin"]));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServiceAccountVerifier {
    audiences: Box<[String]>,
    accounts: Accounts,
    signed_by: SignedBy<ServiceAccount>,
    period: Period,
}

impl ServiceAccountVerifier {
    /// A verifier for tokens made for one of these audiences, with Google's keys: see [`GOOGLE_KEYS_URL`]. It accepts nobody until
    /// it is given [`accounts`](Self::accounts).
    ///
    /// # Errors
    ///
    /// Where there is no audience, or one is an OAuth client (it ends in `.apps.googleusercontent.com`).
    pub fn new<T: Into<String>>(
        audiences: impl IntoIterator<Item = T>,
        keys: KeyStore,
    ) -> Result<Self, VerifierError> {
        Ok(Self {
            audiences: settings::audiences(audiences)?,
            accounts: Accounts::default(),
            signed_by: SignedBy::new(Algorithm::Rs256, keys),
            period: Period::new(DEFAULT_CLOCK_SKEW),
        }
        .anew())
    }

    /// Accepts these service accounts, and no others: the name that rules call each by, and its e-mail address, with `#` and its
    /// unique id behind it where an account made again under the same address is not to count.
    ///
    /// # Errors
    ///
    /// Where an address is no service account's, or a name or an address is there twice.
    pub fn accounts<N: Into<String>, E: Into<String>>(
        mut self,
        accounts: impl IntoIterator<Item = (N, E)>,
    ) -> Result<Self, VerifierError> {
        self.accounts = Accounts::parse(accounts)?;
        Ok(self.anew())
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.period.clock = clock;
        self.anew()
    }

    /// Lets clocks differ by this much, wherever a token is judged to be early or late. 10 s by default.
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

    /// The names of the accepted service accounts.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.accounts.names()
    }

    /// The audiences of the tokens.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        self.audiences.iter().map(String::as_str)
    }

    /// The keys of Google.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// What this verifier and its clones have done so far.
    pub fn stats(&self) -> VerifierStats {
        self.signed_by.stats()
    }

    /// Checks a token, if that can be done without waiting for keys.
    pub fn check(&self, token: &(impl AsRef<[u8]> + ?Sized)) -> Check<ServiceAccount> {
        self.signed_by
            .check(token.as_ref(), |_, payload| self.judge(payload))
    }

    /// Checks a token, waiting for keys where they have to be fetched.
    ///
    /// # Errors
    ///
    /// The reason why the token does not count.
    pub async fn verify(
        &self,
        token: &(impl AsRef<[u8]> + ?Sized + Sync),
    ) -> Result<ServiceAccount, Denial> {
        self.signed_by
            .verify(token.as_ref(), |_, payload| self.judge(payload))
            .await
    }

    /// For each setting: whatever was verified by the old ones is forgotten.
    fn anew(mut self) -> Self {
        self.signed_by.begin_anew(&self.period);
        self
    }

    /// What a payload that Google signed proves. Only one that is valid in all else is told to be early or late, and only one that
    /// is valid to be of no account of ours.
    fn judge(&self, payload: &[u8]) -> Result<ServiceAccount, Denial> {
        let mut claims = Claims::default();
        payload::read(payload, &mut claims)?;

        let iss = required(claims.iss, "iss")?;
        if !ISSUERS.contains(&&*iss) {
            return Err(Invalid::Issuer(loggable(&iss)).into());
        }
        let aud = required(claims.aud, "aud")?;
        if !self.audiences.iter().any(|audience| *audience == *aud) {
            return Err(Invalid::Audience(loggable(&aud)).into());
        }

        let sub = non_empty(claims.sub, "sub")?;
        let email = non_empty(claims.email, "email")?;
        if !required(claims.email_verified, "email_verified")? {
            return Err(invalid("email_verified is false"));
        }

        let iat = required(claims.iat, "iat")?;
        let exp = required(claims.exp, "exp")?;
        self.lifetime(iat, exp)?;
        self.period
            .judge(&[("iat", Some(iat)), ("nbf", claims.nbf)], exp)?;

        let Some(name) = self.accounts.name(&email, &sub) else {
            return Err(Denial::ServiceNotAllowed);
        };
        Ok(ServiceAccount::verified(ServiceAccountClaims {
            name: name.into(),
            email: email.into(),
            unique_id: sub.into(),
            issued_at: UNIX_EPOCH + iat,
            expires_at: UNIX_EPOCH + exp,
        }))
    }

    fn lifetime(&self, iat: Duration, exp: Duration) -> Result<(), Denial> {
        lifetime(iat, exp, MAX_LIFETIME, "24 hours")?;
        // No skew: a day is far more than any honest token needs.
        if exp > self.period.now() + MAX_LIFETIME {
            return Err(invalid("exp is more than a day ahead"));
        }
        Ok(())
    }
}

/// Shows no token and no key, and of the accounts the names only.
impl fmt::Debug for ServiceAccountVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccountVerifier")
            .field("audiences", &self.audiences)
            .field("names", &self.names().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// What of a token is of interest. Whatever is there has its right type.
#[derive(Default)]
struct Claims<'a> {
    iss: Option<Cow<'a, str>>,
    aud: Option<Cow<'a, str>>,
    sub: Option<Cow<'a, str>>,
    email: Option<Cow<'a, str>>,
    email_verified: Option<bool>,
    exp: Option<Duration>,
    iat: Option<Duration>,
    nbf: Option<Duration>,
}

impl<'de> Object<'de> for Claims<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "iss" => self.iss = Some(json::text(map, "iss")?),
            "aud" => self.aud = Some(json::text(map, "aud")?),
            "sub" => self.sub = Some(json::text(map, "sub")?),
            "email" => self.email = Some(json::text(map, "email")?),
            "email_verified" => self.email_verified = Some(json::flag(map, "email_verified")?),
            "exp" => self.exp = Some(json::time(map, "exp")?),
            "iat" => self.iat = Some(json::time(map, "iat")?),
            "nbf" => self.nbf = Some(json::time(map, "nbf")?),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
