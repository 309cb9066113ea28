//! What a token says it is, read unverified: only to choose among the verifiers of its slot, and for the words of a refusal.

use std::borrow::Cow;

use serde::de::MapAccess;

use crate::{
    denial::{Denial, Invalid, loggable},
    token::{
        Parts,
        json::{self, Object},
    },
};

/// The most claims that are looked at.
const MAX_CLAIMS: usize = 256;

/// The kinds of token that `authorization` may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    IdToken,
    SessionCookie,
    ServiceAccount,
}

#[derive(Default)]
struct Issuer<'a>(Option<Cow<'a, str>>);

// === impl Kind ===

impl Kind {
    /// The kind whose issuers this one looks like. Its verifier will look closer.
    ///
    /// # Errors
    ///
    /// Where it is no token, or of another issuer.
    pub(super) fn of(token: &[u8]) -> Result<Self, Denial> {
        let parts = Parts::split(token)?;
        let mut issuer = Issuer::default();
        json::read(&parts.payload, &mut issuer, MAX_CLAIMS)
            .map_err(|_| Denial::TokenMalformed("the payload is no claims"))?;
        let iss = issuer.0.unwrap_or_default();
        match &*iss {
            "https://accounts.google.com" | "accounts.google.com" => Ok(Self::ServiceAccount),
            _ if iss.starts_with("https://securetoken.google.com/") => Ok(Self::IdToken),
            _ if iss.starts_with("https://session.firebase.google.com/") => Ok(Self::SessionCookie),
            _ => Err(Invalid::Issuer(loggable(&iss)).into()),
        }
    }

    /// As the log names the caller of such a token.
    pub(super) const fn caller(self) -> &'static str {
        match self {
            Self::IdToken => "an end user",
            Self::SessionCookie => "an end user with a session cookie",
            Self::ServiceAccount => "a service account",
        }
    }
}

// === impl Issuer ===

impl<'de> Object<'de> for Issuer<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "iss" => self.0 = Some(json::text(map, "iss")?),
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
