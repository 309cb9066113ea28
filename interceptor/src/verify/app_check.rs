//! The tokens of Firebase App Check: which app calls, not who.

mod app;
mod explain;
mod header;
mod replay;

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, UNIX_EPOCH},
};

use serde::de::{Error as _, MapAccess};
use url::Url;

use self::{header::is_typed, replay::Replay};
use super::{
    Check, TokenCache, VerifierError, VerifierStats,
    payload::{self, invalid, non_empty, required},
    period::{Period, lifetime},
    settings,
    signed_by::SignedBy,
};
use crate::{
    clock::Clock,
    denial::{Denial, Invalid, loggable},
    google::{Credentials, SettingsError},
    keys::{KeyStore, KeyStoreBuilder},
    token::{
        Algorithm,
        json::{self, Object},
    },
};

pub use app::App;

/// Where Google publishes the keys of App Check tokens, as a JWK set.
pub const APP_CHECK_KEYS_URL: &str = "https://firebaseappcheck.googleapis.com/v1/jwks";

/// What Firebase's client libraries send where they could not get an App Check token, so that the call is made all the same.
///
/// It is the base64 of `{"error":"UNKNOWN_ERROR"}`, and no token: a call that brings it brings none.
pub const APP_CHECK_NO_TOKEN: &str = "eyJlcnJvciI6IlVOS05PV05fRVJST1IifQ==";

/// How long the keys may be kept in all, whatever `max-age` says (G15): "do not cache for more than six hours".
const MAX_KEY_AGE: Duration = Duration::from_hours(6);

/// What stands before the project's number in the issuer's name.
const ISSUER_PREFIX: &str = "https://firebaseappcheck.googleapis.com/";

/// The longest that a token may live, from `iat` to `exp`: the longest that App Check can be set to.
const MAX_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The longest app id, in bytes. Firebase's look like `1:123456789012:web:0123456789abcdef012345`.
const MAX_APP_ID: usize = 128;

const DEFAULT_CLOCK_SKEW: Duration = Duration::from_secs(10);

/// Verifies the App Check tokens of one Firebase project.
///
/// A token is valid that App Check signed with RS256 and a present key, for this project, at this time, by [Google's rules][rules].
/// It proves an app, not a person. Where each token is to count once only, [`consume`](Self::consume) asks App Check, for which
/// it needs [`credentials`](Self::credentials).
///
/// ```
/// use callgate::verify::{APP_CHECK_KEYS_URL, AppCheckVerifier};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let keys = AppCheckVerifier::fetched_keys(APP_CHECK_KEYS_URL.parse()?).build()?;
/// let verifier = AppCheckVerifier::new("my-project", 123_456_789_012, keys)?;
/// assert!(!verifier.can_consume());
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [rules]: https://firebase.google.com/docs/app-check/custom-resource-backend#other
#[derive(Clone)]
pub struct AppCheckVerifier {
    issuer: Box<str>,
    /// Any of them will do; Google's tokens have both.
    audiences: [Box<str>; 2],
    signed_by: SignedBy<App>,
    period: Period,
    replay: Replay,
}

impl AppCheckVerifier {
    /// A store of App Check's keys that is fetched from this address, usually [`APP_CHECK_KEYS_URL`], and keeps no key for longer
    /// than App Check allows.
    pub fn fetched_keys(url: Url) -> KeyStoreBuilder {
        KeyStore::fetched(url).max_age_total(MAX_KEY_AGE)
    }

    /// A verifier for the tokens of this project's apps, with App Check's keys: see [`AppCheckVerifier::fetched_keys`].
    ///
    /// # Errors
    ///
    /// Where `project_id` is not in the form that Google gives project ids, `project_number` is 0, or `keys` are fetched and could
    /// be kept for more than 6 hours.
    pub fn new(
        project_id: impl Into<String>,
        project_number: u64,
        keys: KeyStore,
    ) -> Result<Self, VerifierError> {
        let project_id = settings::project_id(project_id.into())?;
        if project_number == 0 {
            return Err(VerifierError::ProjectNumber);
        }
        if !keys.keeps_at_most(MAX_KEY_AGE) {
            return Err(VerifierError::AppCheckKeys);
        }
        Ok(Self {
            issuer: format!("{ISSUER_PREFIX}{project_number}").into(),
            audiences: [
                format!("projects/{project_number}").into(),
                format!("projects/{project_id}").into(),
            ],
            signed_by: SignedBy::new(Algorithm::Rs256, keys),
            period: Period::new(DEFAULT_CLOCK_SKEW),
            replay: Replay::new(&project_id),
        }
        .anew())
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.period.clock = clock;
        self.anew()
    }

    /// Lets clocks differ by this much, wherever a token's times are compared with the clock. 10 s by default.
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

    /// Asks App Check with these credentials whether a token was used before: see [`consume`](Self::consume). The account needs
    /// the role Firebase App Check Token Verifier (`roles/firebaseappcheck.tokenVerifier`).
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.replay = self.replay.credentials(credentials);
        self
    }

    /// Asks there instead of at Google: at a local stand-in.
    ///
    /// # Errors
    ///
    /// Where it is neither https nor on this machine, or has more than a path.
    pub fn base_url(mut self, url: &str) -> Result<Self, SettingsError> {
        self.replay = self.replay.base_url(url)?;
        Ok(self)
    }

    /// How long asking may take in all, with the request for an access token that it may need. 5 s by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.replay = self.replay.timeout(timeout);
        self
    }

    /// Whether it can be asked if a token was used before: there are [`credentials`](Self::credentials). Without, nothing can be
    /// consumed, so a rule with `consume` admits nobody.
    pub fn can_consume(&self) -> bool {
        self.replay.is_possible()
    }

    /// The keys of App Check.
    pub fn keys(&self) -> &KeyStore {
        self.signed_by.keys()
    }

    /// What this verifier and its clones have done so far.
    pub fn stats(&self) -> VerifierStats {
        self.signed_by.stats()
    }

    /// Checks a token, if that can be done without waiting for keys. It may have been used before.
    pub fn check(&self, token: &(impl AsRef<[u8]> + ?Sized)) -> Check<App> {
        self.signed_by
            .check(token.as_ref(), |token, payload| self.judge(token, payload))
    }

    /// Checks a token, waiting for keys where they have to be fetched. It may have been used before.
    ///
    /// # Errors
    ///
    /// The reason why the token does not count.
    pub async fn verify(&self, token: &(impl AsRef<[u8]> + ?Sized + Sync)) -> Result<App, Denial> {
        self.signed_by
            .verify(token.as_ref(), |token, payload| self.judge(token, payload))
            .await
    }

    /// Checks a token and uses it up: it has not been used up before, and now it is, everywhere. To be called last, when nothing
    /// else can refuse the call any more, since the token is lost with it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify). Then [`Denial::AppCheckRequired`] where it was used before, and [`Denial::AppCheckUnavailable`]
    /// where App Check does not say: the token may be lost all the same, and does not count.
    pub async fn consume(&self, token: &(impl AsRef<[u8]> + ?Sized + Sync)) -> Result<App, Denial> {
        let token = token.as_ref();
        let app = self.verify(token).await?;
        // A token that counts is text.
        let text = str::from_utf8(token).map_err(|_| Invalid::Signature)?;
        self.replay.consume(text).await?;
        Ok(app)
    }

    /// For each setting of what is valid: whatever was verified by the old ones is forgotten.
    fn anew(mut self) -> Self {
        self.signed_by.begin_anew(&self.period);
        self
    }

    /// What the payload of `token` proves, which App Check signed. Only a token that is valid in all else is told to be early or
    /// late.
    fn judge(&self, token: &[u8], payload: &[u8]) -> Result<App, Denial> {
        is_typed(token)?;
        let mut claims = Claims::default();
        payload::read(payload, &mut claims)?;

        let iss = required(claims.iss, "iss")?;
        if *iss != *self.issuer {
            return Err(Invalid::Issuer(loggable(&iss)).into());
        }
        let aud = required(claims.aud, "aud")?;
        if !aud.iter().any(|aud| self.is_ours(aud)) {
            return Err(Invalid::Audience(loggable(&aud.join(", "))).into());
        }

        let sub = non_empty(claims.sub, "sub")?;
        if sub.len() > MAX_APP_ID {
            return Err(invalid("sub is longer than 128 bytes"));
        }

        let iat = required(claims.iat, "iat")?;
        let exp = required(claims.exp, "exp")?;
        lifetime(iat, exp, MAX_LIFETIME, "7 days")?;
        self.period
            .judge(&[("iat", Some(iat)), ("nbf", claims.nbf)], exp)?;

        Ok(App::verified(sub.into(), UNIX_EPOCH + exp))
    }

    fn is_ours(&self, audience: &str) -> bool {
        self.audiences.iter().any(|ours| **ours == *audience)
    }
}

/// Shows no token and no key.
impl fmt::Debug for AppCheckVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppCheckVerifier")
            .field("audiences", &self.audiences)
            .field("can_consume", &self.can_consume())
            .finish_non_exhaustive()
    }
}

/// What of a token is of interest. Whatever is there has its right type.
#[derive(Default)]
struct Claims<'a> {
    iss: Option<Cow<'a, str>>,
    aud: Option<Vec<Cow<'a, str>>>,
    sub: Option<Cow<'a, str>>,
    exp: Option<Duration>,
    iat: Option<Duration>,
    nbf: Option<Duration>,
}

impl<'de> Object<'de> for Claims<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "iss" => self.iss = Some(json::text(map, "iss")?),
            "aud" => match json::texts(map)? {
                Some(aud) => self.aud = Some(aud),
                None => return Err(A::Error::custom("aud is not an array of strings")),
            },
            "sub" => self.sub = Some(json::text(map, "sub")?),
            "exp" => self.exp = Some(json::time(map, "exp")?),
            "iat" => self.iat = Some(json::time(map, "iat")?),
            "nbf" => self.nbf = Some(json::time(map, "nbf")?),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
