//! Keys as Google's older addresses publish them: an object of PEM texts by `kid`, certificates or public keys.

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
use serde_json::json;

/// The object identifier rsaEncryption (RFC 8017, appendix A.1), with its tag and length.
const RSA_ENCRYPTION: [u8; 11] = [
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
];

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
        let (n, e) = rsa(&pem).with_context(|| format!("the key {kid:.64?}"))?;
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        keys.push(json!({"kty": "RSA", "kid": kid, "n": number(&n), "e": number(&e)}));
    }
    Ok(Some(json!({ "keys": keys }).to_string()))
}

/// Modulus and exponent, big-endian without leading zeros.
fn rsa(pem: &str) -> anyhow::Result<(Vec<u8>, Vec<u8>)> {
    let (label, der) = decode(pem).context("not one PEM text")?;
    let key = match label {
        "CERTIFICATE" => of_certificate(&der).and_then(of_public_key),
        "PUBLIC KEY" => of_public_key(&der),
        _ => bail!("neither a certificate nor a public key"),
    };
    key.context("no RSA key in it")
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

/// The numbers in a `SubjectPublicKeyInfo`.
fn of_public_key(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (info, _) = take(der, SEQUENCE)?;
    let (algorithm, rest) = take(info, SEQUENCE)?;
    if !algorithm.starts_with(&RSA_ENCRYPTION) {
        return None;
    }
    let (bits, _) = take(rest, BIT_STRING)?;
    let (key, _) = take(bits.strip_prefix(&[0])?, SEQUENCE)?;
    let (n, rest) = take(key, INTEGER)?;
    let (e, _) = take(rest, INTEGER)?;
    let unsigned = |number: &[u8]| number.strip_prefix(&[0]).unwrap_or(number).to_vec();
    Some((unsigned(n), unsigned(e)))
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
