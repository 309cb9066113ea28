//! The signing keys: RSA of 2048 bits, one that signs, and the public halves of those that did before.

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self, KeyPair, RsaKeyPair, RsaPublicKeyComponents},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use rcgen::{CertificateParams, DistinguishedName, DnType};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{ApiError, OpenError},
    moment::Moment,
};

/// A verifier reads at most 32 keys of a set.
pub(crate) const MAX_KEYS: usize = 32;

/// How much longer than its last token a key is published, in seconds: for verifiers whose clocks are behind.
const GRACE: u64 = 60;

/// One key, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyRecord {
    kid: String,
    /// Base64url, as in a JWK.
    n: String,
    e: String,
    /// The same public key as PEM, self-signed: for libraries that take keys as certificates.
    certificate: String,
    /// PKCS#8, base64. Gone once the key signs no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    /// The longest that a token signed with it lives, in seconds.
    longest_lifetime: u64,
    /// Seconds since the Unix epoch, once the key signs no more: its last token is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_until: Option<u64>,
}

/// The keys in use.
pub(crate) struct Keys(RwLock<Arc<Ring>>);

/// One reading of the keys.
pub(crate) struct Ring {
    kid: String,
    signing: RsaKeyPair,
    records: Vec<KeyRecord>,
}

// === impl KeyRecord ===

impl KeyRecord {
    /// Takes about a tenth of a second.
    pub(crate) fn generate(lifetime: u64) -> Result<Self, OpenError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| OpenError::Crypto)?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| OpenError::Crypto)?;
        let public = pair.public_key();
        let n = BASE64_URL_SAFE_NO_PAD.encode(public.modulus().big_endian_without_leading_zero());
        let e = BASE64_URL_SAFE_NO_PAD.encode(public.exponent().big_endian_without_leading_zero());
        Ok(Self {
            kid: thumbprint(&n, &e),
            n,
            e,
            certificate: certificate(pkcs8.as_ref()).map_err(|_| OpenError::Crypto)?,
            private: Some(BASE64_STANDARD.encode(pkcs8.as_ref())),
            longest_lifetime: lifetime,
            published_until: None,
        })
    }

    pub(crate) fn signs(&self) -> bool {
        self.private.is_some()
    }

    /// Whether a token signed with it may still be valid.
    pub(crate) fn is_current(&self, now: Moment) -> bool {
        self.published_until.is_none_or(|until| now.secs() < until)
    }

    pub(crate) fn serve_lifetime(&mut self, lifetime: u64) {
        self.longest_lifetime = self.longest_lifetime.max(lifetime);
    }

    fn retire(&mut self, now: Moment) {
        self.private = None;
        self.published_until = Some(
            now.secs()
                .saturating_add(self.longest_lifetime)
                .saturating_add(GRACE),
        );
    }

    fn signing_pair(&self) -> Option<RsaKeyPair> {
        let pkcs8 = BASE64_STANDARD.decode(self.private.as_deref()?).ok()?;
        RsaKeyPair::from_pkcs8(&pkcs8).ok()
    }
}

/// Puts a new key in front of `keys`. The one that signed stays as long as its tokens.
pub(crate) fn rotate(
    keys: &mut Vec<KeyRecord>,
    new: KeyRecord,
    now: Moment,
) -> Result<(), ApiError> {
    if keys.iter().filter(|key| key.is_current(now)).count() >= MAX_KEYS {
        return Err(ApiError::QuotaExceeded(
            "as many keys as a set may hold are in use: wait until tokens have expired",
        ));
    }
    keys.retain(|key| key.is_current(now));
    for key in keys.iter_mut().filter(|key| key.signs()) {
        key.retire(now);
    }
    keys.insert(0, new);
    Ok(())
}

/// RFC 7638: the same key has the same name, and no other.
fn thumbprint(n: &str, e: &str) -> String {
    let members = format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#);
    BASE64_URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, members.as_bytes()))
}

fn certificate(pkcs8: &[u8]) -> Result<String, rcgen::Error> {
    let key = rcgen::KeyPair::try_from(pkcs8)?;
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "callgate local identity");
    Ok(params.self_signed(&key)?.pem())
}

// === impl Keys ===

impl Keys {
    pub(crate) fn load(records: &[KeyRecord]) -> Result<Self, OpenError> {
        Ok(Self(RwLock::new(Arc::new(
            Ring::of(records).ok_or(OpenError::Crypto)?,
        ))))
    }

    pub(crate) fn current(&self) -> Arc<Ring> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Signs with these keys from now on. They are on the disk already.
    pub(crate) fn replace(&self, records: &[KeyRecord]) -> Result<(), ApiError> {
        let ring = Ring::of(records).ok_or(ApiError::Storage)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        Ok(())
    }
}

// === impl Ring ===

impl Ring {
    fn of(records: &[KeyRecord]) -> Option<Self> {
        let first = records.first()?;
        Some(Self {
            kid: first.kid.clone(),
            signing: first.signing_pair()?,
            records: records.to_vec(),
        })
    }

    /// The name of the key that signs.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// RS256.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        let signed = self.signing.sign(
            &signature::RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message,
            &mut signature,
        );
        signed.is_ok().then_some(signature)
    }

    pub(crate) fn verify(&self, kid: &str, message: &[u8], signature: &[u8], now: Moment) -> bool {
        let Some(key) = self.published(now).find(|key| key.kid == kid) else {
            return false;
        };
        let number = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let public = RsaPublicKeyComponents {
            n: number(&key.n),
            e: number(&key.e),
        };
        public
            .verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            .is_ok()
    }

    /// RFC 7517.
    pub(crate) fn jwks(&self, now: Moment) -> Value {
        let keys = self.published(now).map(|key| {
            json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": key.kid, "n": key.n, "e": key.e })
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    /// The same as certificates, by `kid`.
    pub(crate) fn certificates(&self, now: Moment) -> Value {
        self.published(now)
            .map(|key| (key.kid.clone(), Value::from(key.certificate.clone())))
            .collect()
    }

    fn published(&self, now: Moment) -> impl Iterator<Item = &KeyRecord> {
        self.records.iter().filter(move |key| key.is_current(now))
    }
}

#[cfg(test)]
mod tests {
    use callgate::Clock;

    use super::*;

    #[test]
    fn a_set_has_32_keys_at_most() {
        let now = Moment::of(&Clock::system());
        let new = KeyRecord::generate(3600).unwrap();
        let mut keys = Vec::new();
        for _ in 0..MAX_KEYS {
            rotate(&mut keys, new.clone(), now).unwrap();
        }
        assert!(rotate(&mut keys, new.clone(), now).is_err());
        let later = now.plus_secs(3600 + GRACE);
        rotate(&mut keys, new, later).unwrap();
        assert_eq!(
            keys.len(),
            2,
            "the one that signed until now, and the one that signs"
        );
    }

    #[test]
    fn a_key_stays_for_the_longest_lifetime_that_it_served() {
        let now = Moment::of(&Clock::system());
        let mut old = KeyRecord::generate(3600).unwrap();
        old.serve_lifetime(60);
        let mut keys = vec![old];
        rotate(&mut keys, KeyRecord::generate(60).unwrap(), now).unwrap();
        assert!(keys[1].is_current(now.plus_secs(3600)) && !keys[1].signs());
    }
}
