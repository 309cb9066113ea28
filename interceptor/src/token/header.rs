//! A token's header: which key is to verify it. It decides nothing else, above all not how.

use std::borrow::Cow;

use serde::de::{Error as _, MapAccess};

use super::json::{self, Fault};
use crate::denial::{Denial, Invalid};

/// The most members of a header. Google's have three.
const MAX_MEMBERS: usize = 16;

/// The longest name of a key, in bytes. Google's have 40.
const MAX_KID: usize = 256;

/// How a kind of token is signed. The verifier knows it; the header only has to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518, 3.3).
    Rs256,
    /// ECDSA on the curve P-256 with SHA-256 (RFC 7518, 3.4).
    Es256,
}

/// The header of a token, of the algorithm that the verifier demands.
#[derive(Debug)]
pub(crate) struct Header<'a> {
    /// The name of the key, never empty.
    pub(crate) kid: Cow<'a, str>,
}

impl Algorithm {
    /// Its name in a header.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

// === impl Header ===

impl<'a> Header<'a> {
    pub(crate) fn read(text: &'a [u8], algorithm: Algorithm) -> Result<Self, Denial> {
        let mut members = Members::default();
        json::read(text, &mut members, MAX_MEMBERS).map_err(|fault| match fault {
            Fault::Syntax => Denial::TokenMalformed("the header is no JSON"),
            Fault::Content(why) => Invalid::Header(why).into(),
        })?;
        match members.alg {
            Some(alg) if alg == algorithm.name() => {}
            Some(_) => return Err(Invalid::Algorithm.into()),
            None => return Err(header("alg is missing")),
        }
        if members.typ.is_some_and(|typ| typ != "JWT") {
            return Err(header("typ is not JWT"));
        }
        match members.kid {
            Some(kid) if kid.is_empty() => Err(header("kid is empty")),
            Some(kid) if kid.len() > MAX_KID => Err(header("kid is too long")),
            Some(kid) => Ok(Self { kid }),
            None => Err(header("kid is missing")),
        }
    }
}

fn header(why: &str) -> Denial {
    Invalid::Header(why.to_owned()).into()
}

// === impl Members ===

#[derive(Default)]
struct Members<'a> {
    alg: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    typ: Option<Cow<'a, str>>,
}

impl<'de> json::Object<'de> for Members<'de> {
    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "alg" => self.alg = Some(json::text(map, "alg")?),
            "kid" => self.kid = Some(json::text(map, "kid")?),
            "typ" => self.typ = Some(json::text(map, "typ")?),
            // Each demands of its reader to understand it (RFC 7515, 4.1.11; RFC 7797, 6).
            "crit" => return Err(A::Error::custom("crit is not supported")),
            "b64" => return Err(A::Error::custom("b64 is not supported")),
            // What points to a key (jwk, jku, x5c, x5u) is passed over like the rest: keys come from the key store only.
            _ => json::skip(map)?,
        }
        Ok(())
    }
}
