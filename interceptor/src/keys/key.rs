//! One public key of an issuer.

use std::{fmt, sync::OnceLock};

use aws_lc_rs::{
    digest,
    rsa::PublicKeyComponents,
    signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256},
};

use crate::token::Algorithm;

/// A public key with which an issuer's signatures are checked: RS256 or ES256 (RFC 7518, sections 3.3 and 3.4), never both.
// Parsed once for each key set. `jsonwebtoken` keeps the bytes only and builds the key anew for every signature, which costs
// as much again as a good part of the check itself; so it has no place here.
pub struct Key {
    kid: Box<str>,
    algorithm: Algorithm,
    fingerprint: [u8; 32],
    public: ParsedPublicKey,
    header: OnceLock<Box<[u8]>>,
}

/// The longest header that is remembered, in bytes. Google's have about 100.
const MAX_HEADER: usize = 512;

impl Key {
    /// The RSA key of modulus `n` and exponent `e`, both big-endian without leading zeros, whose bounds the caller has checked.
    pub(super) fn rsa(kid: &str, n: &[u8], e: &[u8]) -> Option<Self> {
        let public = PublicKeyComponents { n, e }
            .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
            .ok()?;
        Some(Self {
            kid: kid.into(),
            algorithm: Algorithm::Rs256,
            fingerprint: fingerprint(b"RSA", &[n, e]),
            public,
            header: OnceLock::new(),
        })
    }

    /// The key on the curve P-256 whose point has these coordinates, big-endian. None where there is no such point.
    pub(super) fn p256(kid: &str, x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        // SEC 1, section 2.3.3: 4 says that both coordinates follow.
        let point = [&[4], &x[..], &y[..]].concat();
        let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()?;
        Some(Self {
            kid: kid.into(),
            algorithm: Algorithm::Es256,
            fingerprint: fingerprint(b"P-256", &[x, y]),
            public,
            header: OnceLock::new(),
        })
    }

    /// The name that tokens call the key by.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The one algorithm that the key is for.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// SHA-256 of the key material, the `kid` not included: two keys with the same fingerprint are the same key, whatever
    /// they are called (G16).
    pub fn fingerprint(&self) -> &[u8; 32] {
        &self.fingerprint
    }

    /// Remembers a token's header, still encoded, that asked for this key, where the token's signature matched. An issuer gives
    /// all tokens of one key the same header, so that it need be decoded and read but once.
    pub(crate) fn remember_header(&self, header: &[u8]) {
        if self.header.get().is_none() && header.len() <= MAX_HEADER {
            // Another call may have been faster.
            let _ = self.header.set(header.into());
        }
    }

    /// Whether this very header is known to ask for this key and its algorithm.
    pub(super) fn is_asked_for_by(&self, header: &[u8]) -> bool {
        self.header.get().is_some_and(|known| **known == *header)
    }

    /// Whether `signature` is this key's signature of `message`, by the key's own algorithm.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify_sig(message, signature).is_ok()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

/// The lengths are hashed too, so that no two keys can be cut differently out of the same bytes.
fn fingerprint(kind: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(kind);
    for part in parts {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(hash.finish().as_ref());
    bytes
}
