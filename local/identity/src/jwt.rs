//! Signed tokens (RFC 7519), whatever they say.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    error::ApiError,
    keys::{PublicKey, Ring},
    moment::Moment,
};

/// From when to when a token is valid, in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) iat: u64,
    pub(crate) exp: u64,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

// === impl Period ===

impl Period {
    /// From now on, for so many seconds.
    pub(crate) fn starting(now: Moment, lifetime: u64) -> Self {
        let iat = now.secs();
        Self {
            iat,
            exp: iat.saturating_add(lifetime),
        }
    }

    /// As long, but it ended so many seconds ago.
    pub(crate) fn ended(now: Moment, lifetime: u64, ago: u64) -> Self {
        let exp = now.secs().saturating_sub(ago);
        Self {
            iat: exp.saturating_sub(lifetime),
            exp,
        }
    }
}

/// A token that says this.
pub(crate) fn sign(ring: &Ring, claims: impl Serialize) -> Result<String, ApiError> {
    let header = json!({ "alg": ring.algorithm().name(), "kid": ring.kid(), "typ": "JWT" });
    let mut token = format!("{}.{}", encode(&header)?, encode(&claims)?);
    // Signing fails only where the library itself is broken.
    let signature = ring.sign(token.as_bytes()).ok_or(ApiError::Storage)?;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// What a token says that was signed with one of these keys, whenever it is or was valid.
pub(crate) fn open<T: DeserializeOwned>(ring: &Ring, token: &str, now: Moment) -> Option<T> {
    open_with(token, |kid| ring.published(kid, now))
}

/// The same, with the key that `key` finds by its name.
pub(crate) fn open_with<'a, T: DeserializeOwned>(
    token: &str,
    key: impl FnOnce(&str) -> Option<&'a PublicKey>,
) -> Option<T> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let header: Header = decode(header)?;
    let key = key(&header.kid)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
    if header.alg != key.algorithm().name() || !key.verify(message.as_bytes(), &signature) {
        return None;
    }
    decode(claims)
}

fn encode(part: impl Serialize) -> Result<String, ApiError> {
    let json = serde_json::to_vec(&part).map_err(|_| ApiError::Storage)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

fn decode<T: DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
