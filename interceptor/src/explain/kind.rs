//! What a text looks like that was offered as a token. For people only: no verifier asks this.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{token::MAX_TOKEN, verify::APP_CHECK_NO_TOKEN};

/// The audience of every custom token.
const CUSTOM_TOKEN_AUDIENCE: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

const FIREBASE_ISSUER: &str = "https://securetoken.google.com/";
const SESSION_ISSUER: &str = "https://session.firebase.google.com/";
const APP_CHECK_ISSUER: &str = "https://firebaseappcheck.googleapis.com/";
const IAP_ISSUER: &str = "https://cloud.google.com/iap";
const GOOGLE_ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];

/// How the refresh tokens of Firebase and of Google's OAuth begin.
const REFRESH_TOKENS: [&str; 5] = ["AMf-", "APJWN", "AOEOul", "AE0u-N", "1//"];

/// What a text looks like that was offered as a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// An ID token of Firebase Auth or Identity Platform.
    FirebaseIdToken,
    /// One that is unsigned, as only Firebase's emulator makes them.
    EmulatorToken,
    /// A Firebase session cookie.
    SessionCookie,
    /// What a server makes for a user to sign in with.
    CustomToken,
    /// An assertion of Identity-Aware Proxy.
    IapAssertion,
    /// Google's ID token for a service account.
    ServiceAccountToken,
    /// Google's ID token for a person.
    GoogleIdToken,
    /// A Firebase App Check token.
    AppCheckToken,
    /// What Firebase's SDK sends where it could not get one.
    NoAppCheckToken,
    /// An OAuth access token of Google's.
    AccessToken,
    /// A refresh token of Firebase's or Google's.
    RefreshToken,
    /// An API key of Google's.
    ApiKey,
    /// A JWT of another issuer.
    OtherJwt,
    /// A JWT of another issuer without a signature.
    UnsignedJwt,
    /// An encrypted token, of five parts.
    EncryptedJwt,
    /// A token of which a part is missing.
    Fragment,
    /// JSON, such as the answer that a token came in, or a key file.
    Json,
    /// A key or a certificate.
    Pem,
    /// Nothing.
    Empty,
    /// Anything else.
    Garbage,
}

/// A text read leniently, as far as it can be read at all. Nothing of it is verified.
pub(crate) struct Glance<'a> {
    text: &'a str,
    header: Value,
    claims: Value,
}

// === impl Kind ===

impl Kind {
    /// What this text looks like. Nothing of it is verified.
    pub fn of(text: &str) -> Self {
        Glance::at(text).kind()
    }

    /// What it is called, with its article.
    pub fn title(self) -> &'static str {
        match self {
            Self::FirebaseIdToken => "a Firebase ID token",
            Self::EmulatorToken => "an unsigned token of Firebase's emulator",
            Self::SessionCookie => "a Firebase session cookie",
            Self::CustomToken => "a Firebase custom token",
            Self::IapAssertion => "an assertion of Identity-Aware Proxy",
            Self::ServiceAccountToken => "Google's ID token of a service account",
            Self::GoogleIdToken => "Google's ID token of a person",
            Self::AppCheckToken => "a Firebase App Check token",
            Self::NoAppCheckToken => "a placeholder for a missing App Check token",
            Self::AccessToken => "a Google OAuth access token",
            Self::RefreshToken => "a refresh token",
            Self::ApiKey => "a Google API key",
            Self::OtherJwt => "a JWT of another issuer",
            Self::UnsignedJwt => "an unsigned JWT",
            Self::EncryptedJwt => "an encrypted JWT",
            Self::Fragment => "a token of which a part is missing",
            Self::Json => "JSON",
            Self::Pem => "a key or certificate",
            Self::Empty => "nothing",
            Self::Garbage => "no token at all",
        }
    }

    /// The name of the kind of caller that it stands for, where there is one: `firebase`, `session-cookie`, `iap`, `google`,
    /// `app-check` or `emulator`.
    pub fn slug(self) -> Option<&'static str> {
        Some(match self {
            Self::FirebaseIdToken => "firebase",
            Self::EmulatorToken => "emulator",
            Self::SessionCookie => "session-cookie",
            Self::IapAssertion => "iap",
            Self::ServiceAccountToken | Self::GoogleIdToken => "google",
            Self::AppCheckToken | Self::NoAppCheckToken => "app-check",
            _ => return None,
        })
    }
}

// === impl Glance ===

impl<'a> Glance<'a> {
    pub(crate) fn at(text: &'a str) -> Self {
        let mut parts = text.split('.').map(|part| json(part).unwrap_or_default());
        let readable = text.len() <= MAX_TOKEN;
        let mut part = || parts.next().filter(|_| readable).unwrap_or_default();
        let (header, claims) = (part(), part());
        Self {
            text,
            header,
            claims,
        }
    }

    /// The project that the token says it is of, where it says to be Firebase's: its id, of App Check its number.
    pub(super) fn project(&self) -> Option<&str> {
        let issuer = self.claim("iss")?;
        [FIREBASE_ISSUER, SESSION_ISSUER, APP_CHECK_ISSUER]
            .into_iter()
            .find_map(|prefix| issuer.strip_prefix(prefix))
    }

    /// Whether it says to be unsigned, or is.
    pub(super) fn is_unsigned(&self) -> bool {
        self.header["alg"] == "none" || self.text.ends_with('.')
    }

    pub(super) fn kind(&self) -> Kind {
        if self.header.is_object() && self.claims.is_object() {
            return self.jwt();
        }
        let text = self.text;
        let begins = |beginning: &str| text.starts_with(beginning);
        match text {
            "" => Kind::Empty,
            APP_CHECK_NO_TOKEN => Kind::NoAppCheckToken,
            _ if begins("ya29.") => Kind::AccessToken,
            _ if REFRESH_TOKENS.into_iter().any(begins) => Kind::RefreshToken,
            _ if begins("AIza") && text.len() == 39 => Kind::ApiKey,
            _ if begins("-----BEGIN ") => Kind::Pem,
            _ if serde_json::from_str::<Value>(text).is_ok_and(|json| json.is_object()) => {
                Kind::Json
            }
            _ if self.header.is_object() && text.split('.').count() == 5 => Kind::EncryptedJwt,
            _ if begins("eyJ") => Kind::Fragment,
            _ => Kind::Garbage,
        }
    }

    fn jwt(&self) -> Kind {
        let unsigned = self.is_unsigned();
        let issuer = self.claim("iss").unwrap_or_default();
        if self.text.split('.').count() < 3 {
            Kind::Fragment
        } else if self.claim("aud") == Some(CUSTOM_TOKEN_AUDIENCE) {
            Kind::CustomToken
        } else if issuer.starts_with(FIREBASE_ISSUER) {
            match unsigned {
                true => Kind::EmulatorToken,
                false => Kind::FirebaseIdToken,
            }
        } else if issuer.starts_with(SESSION_ISSUER) {
            Kind::SessionCookie
        } else if issuer.starts_with(APP_CHECK_ISSUER) {
            Kind::AppCheckToken
        } else if issuer == IAP_ISSUER {
            Kind::IapAssertion
        } else if GOOGLE_ISSUERS.contains(&issuer) {
            let email = self.claim("email").unwrap_or_default();
            match email.ends_with("gserviceaccount.com") {
                true => Kind::ServiceAccountToken,
                false => Kind::GoogleIdToken,
            }
        } else if unsigned {
            Kind::UnsignedJwt
        } else {
            Kind::OtherJwt
        }
    }

    pub(super) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }
}

fn json(part: &str) -> Option<Value> {
    let part = part.trim_end_matches('=');
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
