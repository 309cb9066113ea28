//! All keys of an issuer, as it publishes them.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

use super::{jwk::Entry, key::Key};
use crate::denial::loggable;

/// How much of a key set is taken (G21).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyLimits {
    /// The most bytes of the document, decoded: 64 KiB.
    pub max_bytes: usize,
    /// The most keys, usable or not: 32.
    pub max_keys: usize,
    /// The most bits of an RSA modulus: 4096. The fewest are 2048, whatever is set.
    pub max_rsa_bits: usize,
}

impl Default for KeyLimits {
    fn default() -> Self {
        Self {
            max_bytes: 64 * 1024,
            max_keys: 32,
            max_rsa_bits: 4096,
        }
    }
}

/// The usable keys of one issuer: at least one, no two of the same name.
#[derive(Clone)]
pub struct KeySet(Arc<[Arc<Key>]>);

/// Why a document was not taken as a key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySetError {
    /// It is larger than [`KeyLimits::max_bytes`].
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    /// It is no JSON object with an array `keys`.
    #[error("it is no JWK set (line {line}, column {column})")]
    Malformed {
        /// Where in the document, from 1.
        line: usize,
        /// Where in the line, from 1.
        column: usize,
    },
    /// It holds more than [`KeyLimits::max_keys`].
    #[error("it holds more than {0} keys")]
    TooManyKeys(usize),
    /// Two keys of the same `kid`, so that it is not told which of them a token means (G16).
    #[error("it holds two keys of the kid {0:?}")]
    DuplicateKid(String),
    /// It is empty, or nothing in it will do.
    #[error("it holds no usable key{}", .0.map(|why| format!(": {why}")).unwrap_or_default())]
    NoUsableKey(Option<&'static str>),
}

/// A key that was left out.
pub(super) struct Skipped {
    /// Fit for a log.
    pub(super) kid: String,
    pub(super) why: &'static str,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517) within the default [`KeyLimits`].
    ///
    /// Keys with a non-empty `kid` are taken whose `use` is absent or `sig`: RSA for RS256 (`alg` absent or so), with a modulus of
    /// 2048 to 4096 bits, and the curve P-256 for ES256 (`alg` absent or so). Others are left out.
    pub fn parse(jwks: &[u8]) -> Result<Self, KeySetError> {
        Ok(Self::read(jwks, &KeyLimits::default())?.0)
    }

    /// Reads a JWK set, and tells which keys were left out.
    pub(super) fn read(
        jwks: &[u8],
        limits: &KeyLimits,
    ) -> Result<(Self, Vec<Skipped>), KeySetError> {
        if jwks.len() > limits.max_bytes {
            return Err(KeySetError::TooLarge(limits.max_bytes));
        }
        // What serde_json says of an error may quote the document, so only the place is kept.
        let Entries(entries) =
            serde_json::from_slice(jwks).map_err(|error| KeySetError::Malformed {
                line: error.line(),
                column: error.column(),
            })?;
        if entries.len() > limits.max_keys {
            return Err(KeySetError::TooManyKeys(limits.max_keys));
        }
        for (at, entry) in entries.iter().enumerate() {
            if let Some(kid) = entry.kid()
                && entries[..at].iter().any(|other| other.kid() == Some(kid))
            {
                return Err(KeySetError::DuplicateKid(loggable(kid)));
            }
        }
        let mut keys = Vec::new();
        let mut skipped = Vec::new();
        for entry in &entries {
            match entry.key(limits) {
                Ok(key) => keys.push(Arc::new(key)),
                Err(why) => skipped.push(Skipped {
                    kid: loggable(entry.kid().unwrap_or_default()),
                    why,
                }),
            }
        }
        if keys.is_empty() {
            return Err(KeySetError::NoUsableKey(skipped.first().map(|key| key.why)));
        }
        Ok((Self(keys.into()), skipped))
    }

    /// The key of this name.
    // A handful of keys: looking at each is faster than hashing the name.
    pub fn get(&self, kid: &str) -> Option<&Arc<Key>> {
        self.0.iter().find(|key| key.kid() == kid)
    }

    /// The key that a token of this header, still encoded, is known to ask for.
    pub(super) fn get_by_header(&self, header: &[u8]) -> Option<&Arc<Key>> {
        self.0.iter().find(|key| key.is_asked_for_by(header))
    }

    /// Whether the key of this fingerprint is there, under whatever name.
    pub(super) fn holds(&self, fingerprint: &[u8; 32]) -> bool {
        self.0.iter().any(|key| key.fingerprint() == fingerprint)
    }

    /// Whether both hold the same keys under the same names.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let named = |key: &Arc<Key>| (key.kid().to_owned(), *key.fingerprint());
        self.iter().map(named).eq(other.iter().map(named))
    }

    /// All keys, in the issuer's order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.0.iter()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|key| loggable(key.kid())))
            .finish()
    }
}

/// The array `keys` of a document.
struct Entries(Vec<Entry>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// By hand for the same reasons as the one for an entry.
struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JWK set")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut keys = None;
        while let Some(name) = map.next_key::<String>()? {
            if name != "keys" {
                map.next_value::<IgnoredAny>()?;
            } else if keys.replace(map.next_value()?).is_some() {
                return Err(A::Error::duplicate_field("keys"));
            }
        }
        keys.map(Entries)
            .ok_or_else(|| A::Error::missing_field("keys"))
    }
}
