//! Keys as some of Google's addresses publish them: an object of PEM texts by `kid`, certificates or public keys, of RSA or, as
//! Identity-Aware Proxy's are, on the curve P-256.

use std::fmt;

use anyhow::{Context, bail};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor},
};
use serde_json::{Value, json};

/// The object identifier rsaEncryption (RFC 8017, appendix A.1), with its tag and length.
const RSA_ENCRYPTION: [u8; 11] = [
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
];

/// The algorithm identifier of keys on the curve P-256: ecPublicKey and secp256r1 (RFC 5480, sections 2.1.1 and 2.1.1.1).
const P_256: [u8; 19] = [
    0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
    0x03, 0x01, 0x07,
];

/// How a point begins that is written out in full (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 0x04;

/// The length of each coordinate of a point on P-256.
const COORDINATE: usize = 32;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;

/// PEM texts by `kid`; the same name twice is not one.
struct Pems(Vec<(String, String)>);

/// The same keys as a JWK set, or None where the document is no object of texts.
pub(crate) fn to_jwks(document: &[u8]) -> anyhow::Result<Option<String>> {
    let Ok(Pems(pems)) = serde_json::from_slice(document) else {
        return Ok(None);
    };
    let mut keys = Vec::new();
    for (kid, pem) in pems {
        let mut key = jwk(&pem).with_context(|| format!("the key {kid:.64?}"))?;
        key["kid"] = kid.into();
        keys.push(key);
    }
    Ok(Some(json!({ "keys": keys }).to_string()))
}

/// The key in a PEM text, without its name.
fn jwk(pem: &str) -> anyhow::Result<Value> {
    let (label, der) = decode(pem).context("not one PEM text")?;
    let info = match label {
        "CERTIFICATE" => of_certificate(&der),
        "PUBLIC KEY" => Some(&*der),
        _ => bail!("neither a certificate nor a public key"),
    };
    info.and_then(of_public_key)
        .context("no RSA key in it, and none on the curve P-256")
}

fn decode(pem: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = pem
        .trim()
        .strip_prefix("-----BEGIN ")?
        .split_once("-----")?;
    let body = rest.strip_suffix(&format!("-----END {label}-----"))?;
    let body: String = body.split_whitespace().collect();
    Some((label, STANDARD.decode(body).ok()?))
}

/// The `SubjectPublicKeyInfo` of a certificate (RFC 5280, section 4.1).
fn of_certificate(der: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = take(der, SEQUENCE)?;
    let (mut rest, _) = take(certificate, SEQUENCE)?;
    if let Some((_, after)) = take(rest, VERSION) {
        rest = after;
    }
    // Serial number, signature, issuer, validity, subject.
    for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        rest = take(rest, tag)?.1;
    }
    Some(rest)
}

/// The key in a `SubjectPublicKeyInfo`.
fn of_public_key(der: &[u8]) -> Option<Value> {
    let (info, _) = take(der, SEQUENCE)?;
    let (algorithm, rest) = take(info, SEQUENCE)?;
    let (bits, _) = take(rest, BIT_STRING)?;
    let key = bits.strip_prefix(&[0])?;
    if algorithm.starts_with(&RSA_ENCRYPTION) {
        rsa(key)
    } else if algorithm == P_256 {
        p_256(key)
    } else {
        None
    }
}

/// Modulus and exponent, big-endian without leading zeros.
fn rsa(key: &[u8]) -> Option<Value> {
    let (key, _) = take(key, SEQUENCE)?;
    let (n, rest) = take(key, INTEGER)?;
    let (e, _) = take(rest, INTEGER)?;
    let number = |number: &[u8]| base64url(number.strip_prefix(&[0]).unwrap_or(number));
    Some(json!({"kty": "RSA", "n": number(n), "e": number(e)}))
}

/// The two coordinates of a point.
fn p_256(key: &[u8]) -> Option<Value> {
    let point = key.strip_prefix(&[UNCOMPRESSED])?;
    let (x, y) = point.split_at_checked(COORDINATE)?;
    let is_point = y.len() == COORDINATE;
    is_point.then(|| json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)}))
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The value that begins here, if it has this tag, and what comes after it (X.690, section 8.1).
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        ..=0x7F => (usize::from(first), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

impl<'de> Deserialize<'de> for Pems {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(PemsVisitor)
    }
}

struct PemsVisitor;

impl<'de> Visitor<'de> for PemsVisitor {
    type Value = Pems;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of PEM texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pems, A::Error> {
        let mut pems = Vec::new();
        while let Some(entry) = map.next_entry::<String, String>()? {
            if pems.len() == 32 {
                return Err(A::Error::custom("more than 32 keys"));
            }
            pems.push(entry);
        }
        Ok(Pems(pems))
    }
}
