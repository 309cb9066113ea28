//! One entry of a JWK set (RFC 7517), read strictly.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::{key::Key, set::KeyLimits};

/// The fewest bits of an RSA modulus (RFC 7518, section 3.3). No setting: it is the algorithm's own demand.
const MIN_RSA_BITS: usize = 2048;

/// The most bytes of a `kid`.
const MAX_KID: usize = 256;

/// What stands in the array `keys`. An entry that is no object spoils only itself.
pub(super) enum Entry {
    Object(Vec<(String, Value)>),
    Other,
}

impl Entry {
    /// The key's name, where it has a proper one.
    pub(super) fn kid(&self) -> Option<&str> {
        self.text("kid")
            .ok()
            .flatten()
            .filter(|kid| !kid.is_empty() && kid.len() <= MAX_KID)
    }

    /// The key, or why it is of no use for checking signatures.
    pub(super) fn key(&self, limits: &KeyLimits) -> Result<Key, &'static str> {
        let Self::Object(members) = self else {
            return Err("it is no JSON object");
        };
        if (1..members.len()).any(|at| members[..at].iter().any(|(name, _)| *name == members[at].0))
        {
            return Err("a member is there twice");
        }
        let kid = self.kid().ok_or("it has no proper kid")?;
        if !matches!(self.text("use")?, None | Some("sig")) {
            return Err("its use is not sig");
        }
        if !self.may_verify() {
            return Err("its key_ops do not hold verify");
        }
        match self.text("kty")? {
            Some("RSA") => self.rsa(kid, limits),
            Some("EC") => self.ec(kid),
            Some(_) => Err("its kty is not supported"),
            None => Err("it has no kty"),
        }
    }

    fn rsa(&self, kid: &str, limits: &KeyLimits) -> Result<Key, &'static str> {
        if !matches!(self.text("alg")?, None | Some("RS256")) {
            return Err("its alg is not RS256");
        }
        let n = self.unsigned("n")?;
        let e = self.unsigned("e")?;
        let bits = n.len() * 8 - n[0].leading_zeros() as usize;
        if bits < MIN_RSA_BITS {
            return Err("its modulus is shorter than 2048 bits");
        }
        if bits > limits.max_rsa_bits {
            return Err("its modulus is longer than the limit");
        }
        if n[n.len() - 1].is_multiple_of(2) {
            return Err("its modulus is even");
        }
        // 65537 is what every issuer uses. Smaller ones are weak in practice, larger ones only slow.
        let exponent = e
            .iter()
            .try_fold(0_u32, |sum, byte| {
                sum.checked_mul(256)?.checked_add(u32::from(*byte))
            })
            .ok_or("its exponent is too large")?;
        if exponent < 65537 || exponent.is_multiple_of(2) {
            return Err("its exponent is weak");
        }
        Key::rsa(kid, &n, &e).ok_or("it is no RSA key")
    }

    /// P-256 only (G21).
    fn ec(&self, kid: &str) -> Result<Key, &'static str> {
        if !matches!(self.text("alg")?, None | Some("ES256")) {
            return Err("its alg is not ES256");
        }
        if self.text("crv")? != Some("P-256") {
            return Err("its curve is not P-256");
        }
        let x = self.coordinate("x")?;
        let y = self.coordinate("y")?;
        Key::p256(kid, &x, &y).ok_or("it is no point of P-256")
    }

    /// A coordinate, of the curve's full length (RFC 7518, section 6.2.1.2).
    fn coordinate(&self, name: &str) -> Result<[u8; 32], &'static str> {
        let text = self.text(name)?.ok_or("a coordinate is missing")?;
        URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| "a coordinate is not base64url")?
            .try_into()
            .map_err(|_| "a coordinate has not 32 bytes")
    }

    /// A positive number (RFC 7518, section 2: `Base64urlUInt`), without padding and without leading zeros.
    fn unsigned(&self, name: &str) -> Result<Vec<u8>, &'static str> {
        let text = self.text(name)?.ok_or("a number of the key is missing")?;
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| "a number of the key is not base64url")?;
        match bytes.first() {
            Some(0) | None => Err("a number of the key is empty or begins with a zero"),
            Some(_) => Ok(bytes),
        }
    }

    fn may_verify(&self) -> bool {
        match self.member("key_ops") {
            None => true,
            Some(Value::Array(operations)) => operations.iter().any(|name| name == "verify"),
            Some(_) => false,
        }
    }

    fn text(&self, name: &str) -> Result<Option<&str>, &'static str> {
        match self.member(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err("a member of the key is no string"),
        }
    }

    fn member(&self, name: &str) -> Option<&Value> {
        let Self::Object(members) = self else {
            return None;
        };
        members
            .iter()
            .find_map(|(member, value)| (member == name).then_some(value))
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

/// Written by hand because a derived one also takes a JSON array for a struct, and a `Value` drops what is there twice.
struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Entry::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entry, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Entry::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Entry, E> {
        Ok(Entry::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Entry, E> {
        Ok(Entry::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Entry, E> {
        Ok(Entry::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Entry, E> {
        Ok(Entry::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Entry, E> {
        Ok(Entry::Other)
    }

    fn visit_unit<E>(self) -> Result<Entry, E> {
        Ok(Entry::Other)
    }
}
