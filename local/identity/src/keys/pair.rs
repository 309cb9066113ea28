//! What a key can do, RSA of 2048 bits or on the curve P-256.

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        self, EcdsaKeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    },
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, DistinguishedName, DnType};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Bytes of a coordinate on the curve P-256.
const COORDINATE: usize = 32;

/// What a point on the curve begins with that is written with both coordinates (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

/// A key that signs.
pub(crate) enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
}

/// A public key. Its numbers are base64url, as in a JWK.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum PublicKey {
    Rsa {
        n: String,
        e: String,
        /// The same as PEM, self-signed: for libraries that take keys as certificates.
        certificate: String,
    },
    Ec {
        x: String,
        y: String,
    },
}

// === impl Algorithm ===

impl Algorithm {
    /// As in a token's header.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

// === impl Pair ===

impl Pair {
    /// A new key, as PKCS#8 and as its public half. RSA takes about a tenth of a second.
    pub(super) fn generate(algorithm: Algorithm) -> Option<(Vec<u8>, PublicKey)> {
        match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
                let pkcs8 = pkcs8.as_ref().to_vec();
                let public = pair.public_key();
                let certificate = certificate(&pkcs8).ok()?;
                let public = PublicKey::Rsa {
                    n: encode(public.modulus().big_endian_without_leading_zero()),
                    e: encode(public.exponent().big_endian_without_leading_zero()),
                    certificate,
                };
                Some((pkcs8, public))
            }
            Algorithm::Es256 => {
                let pair =
                    EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
                let point = pair.public_key().as_ref();
                let (x, y) = point
                    .strip_prefix(&[UNCOMPRESSED])?
                    .split_at_checked(COORDINATE)?;
                let public = PublicKey::Ec {
                    x: encode(x),
                    y: encode(y),
                };
                Some((pair.to_pkcs8v1().ok()?.as_ref().to_vec(), public))
            }
        }
    }

    pub(super) fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa),
            Algorithm::Es256 => {
                let curve = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
                EcdsaKeyPair::from_pkcs8(curve, pkcs8).ok().map(Self::Ec)
            }
        }
    }

    /// RS256 or ES256.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &random,
                    message,
                    &mut signature,
                );
                signed.is_ok().then_some(signature)
            }
            Self::Ec(pair) => {
                let signature = pair.sign(&random, message).ok()?;
                Some(signature.as_ref().to_vec())
            }
        }
    }
}

// === impl PublicKey ===

impl PublicKey {
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { .. } => Algorithm::Rs256,
            Self::Ec { .. } => Algorithm::Es256,
        }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa { n, e, .. } => {
                let (n, e) = (decode(n), decode(e));
                RsaPublicKeyComponents { n, e }
                    .verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
                    .is_ok()
            }
            Self::Ec { x, y } => {
                let point = [&[UNCOMPRESSED], &*decode(x), &*decode(y)].concat();
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
        }
    }

    /// RFC 7638: the same key has the same name, and no other.
    pub(super) fn thumbprint(&self) -> String {
        let members = match self {
            Self::Rsa { n, e, .. } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
        };
        encode(digest::digest(&digest::SHA256, members.as_bytes()).as_ref())
    }

    /// RFC 7517.
    pub(super) fn jwk(&self, kid: &str) -> Value {
        let alg = self.algorithm().name();
        match self {
            Self::Rsa { n, e, .. } => {
                json!({ "kty": "RSA", "alg": alg, "use": "sig", "kid": kid, "n": n, "e": e })
            }
            Self::Ec { x, y } => {
                json!({ "kty": "EC", "crv": "P-256", "alg": alg, "use": "sig", "kid": kid, "x": x, "y": y })
            }
        }
    }

    pub(super) fn certificate(&self) -> Option<&str> {
        match self {
            Self::Rsa { certificate, .. } => Some(certificate),
            Self::Ec { .. } => None,
        }
    }
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

fn encode(number: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(number)
}

fn decode(number: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(number).unwrap_or_default()
}
