//! Tokens, right ones and any wrong one.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use tonic::Request;

use crate::{FirebaseIssuer, SigningKey, members::Members};

/// A token in the making, of one kind of issuer. As it is, it is valid; every part of it can be made wrong.
///
/// ```
/// use callgate::{Denial, verify::Check};
/// use callgate_testkit::FirebaseIssuer;
///
/// let issuer = FirebaseIssuer::new("demo-greeter");
/// let token = issuer.token("ada").without("auth_time").sign();
/// assert!(matches!(issuer.verifier().check(&token), Check::Refused(Denial::TokenInvalid(_))));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenBuilder<I = FirebaseIssuer> {
    pub(crate) issuer: I,
    header: Members,
    pub(crate) claims: Members,
    /// Members of the claim `firebase`, where this is an end user's token.
    pub(crate) firebase: Members,
    /// The tenant of the end user, where it is one's token.
    pub(crate) tenant: Option<String>,
    raw_header: Option<String>,
    raw_claims: Option<String>,
    /// None for what is not signed.
    key: Option<SigningKey>,
}

impl<I> TokenBuilder<I> {
    /// A token without claims, to be signed with this key.
    pub(crate) fn signed_with(issuer: I, key: SigningKey) -> Self {
        let mut header = Members::default();
        header.set("alg", key.alg());
        header.set("kid", key.kid());
        header.set("typ", "JWT");
        Self::new(issuer, header, Some(key))
    }

    /// A token without claims and without a signature.
    pub(crate) fn unsigned(issuer: I) -> Self {
        let mut header = Members::default();
        header.set("alg", "none");
        header.set("typ", "JWT");
        Self::new(issuer, header, None)
    }

    fn new(issuer: I, header: Members, key: Option<SigningKey>) -> Self {
        Self {
            issuer,
            header,
            claims: Members::default(),
            firebase: Members::default(),
            tenant: None,
            raw_header: None,
            raw_claims: None,
            key,
        }
    }

    /// When the token was made.
    pub fn issued_at(self, at: SystemTime) -> Self {
        self.claim("iat", seconds(at))
    }

    /// When the token ends to be valid.
    pub fn expires_at(self, at: SystemTime) -> Self {
        self.claim("exp", seconds(at))
    }

    /// Sets a claim to anything.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.set(name, value);
        self
    }

    /// Adds a claim once more.
    pub fn repeat_claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.repeat(name, value);
        self
    }

    /// Leaves a claim out.
    pub fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    /// Sets a member of the header to anything.
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.set(name, value);
        self
    }

    /// Adds a member to the header once more.
    pub fn repeat_header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.repeat(name, value);
        self
    }

    /// Leaves out a member of the header.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Names the key of this number, of the issuer's own kind, and signs with it.
    pub fn key(self, number: usize) -> Self {
        let key = self.sibling(number);
        self.header("kid", key.kid()).forged_with_any(key)
    }

    /// Signs with the key of this number, of the issuer's own kind, whichever key the header names.
    pub fn forged_with(self, number: usize) -> Self {
        let key = self.sibling(number);
        self.forged_with_any(key)
    }

    /// Signs with this key, whichever key and algorithm the header names.
    pub fn forged_with_any(mut self, key: SigningKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Makes it one of the emulator's: it names no key, and is not signed.
    pub fn emulated(mut self) -> Self {
        self.key = None;
        self.header("alg", "none").without_header("kid")
    }

    /// The same token, of no issuer to ask.
    pub(crate) fn of_nobody(self) -> TokenBuilder<()> {
        TokenBuilder {
            issuer: (),
            header: self.header,
            claims: self.claims,
            firebase: self.firebase,
            tenant: self.tenant,
            raw_header: self.raw_header,
            raw_claims: self.raw_claims,
            key: self.key,
        }
    }

    fn sibling(&self, number: usize) -> SigningKey {
        self.key
            .map_or(SigningKey::Rsa(number), |key| key.sibling(number))
    }

    /// Puts this text in the place of the header.
    pub fn raw_header(mut self, text: impl Into<String>) -> Self {
        self.raw_header = Some(text.into());
        self
    }

    /// Puts this text in the place of the claims.
    pub fn raw_claims(mut self, text: impl Into<String>) -> Self {
        self.raw_claims = Some(text.into());
        self
    }

    /// The header's text, as it is so far.
    pub fn header_json(&self) -> String {
        self.raw_header
            .clone()
            .unwrap_or_else(|| self.header.to_json())
    }

    /// The claims' text, as it is so far.
    pub fn claims_json(&self) -> String {
        self.raw_claims
            .clone()
            .unwrap_or_else(|| self.claims.to_json())
    }

    /// The token, signed, unless it is one of the emulator's.
    pub fn sign(&self) -> String {
        let signed = self.to_sign();
        let signature = self.key.map(|key| key.sign(signed.as_bytes()));
        format!("{signed}.{}", signature.unwrap_or_default())
    }

    /// A call with this message that brings the token, signed, where end users and services bring theirs: in `authorization`.
    ///
    /// # Panics
    ///
    /// Where the token was made so wrong that no header can hold it.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let bearer = format!("Bearer {}", self.sign());
        let bearer = bearer.parse().expect("a token fits in a header");
        request.metadata_mut().insert("authorization", bearer);
        request
    }

    /// The token with this text in the place of the signature; an empty one makes it unsigned.
    pub fn sign_as(&self, signature: &str) -> String {
        format!("{}.{signature}", self.to_sign())
    }

    fn to_sign(&self) -> String {
        format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(self.header_json()),
            URL_SAFE_NO_PAD.encode(self.claims_json())
        )
    }
}

/// The token with one bit changed in what its part, 0 to 2, decodes to.
///
/// # Panics
///
/// Where the token has no such part, or the part no such bit.
pub fn flip_bit(token: &str, part: usize, bit: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut bytes = URL_SAFE_NO_PAD
        .decode(&parts[part])
        .expect("the part is base64url");
    bytes[bit / 8] ^= 1 << (bit % 8);
    parts[part] = URL_SAFE_NO_PAD.encode(bytes);
    parts.join(".")
}

/// What a part of a token decodes to.
///
/// # Panics
///
/// Where it is no base64url.
pub fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).expect("base64url")
}

/// Seconds since the Unix epoch, rounded down.
pub(crate) fn seconds(at: SystemTime) -> u64 {
    at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
