//! The keys that test tokens are signed with.

use std::sync::LazyLock;

use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use serde_json::{Value, json};

/// One of four fixed RSA keys, numbered from 1.
///
/// They are fixed, because making one takes a second, and published, so a signature of theirs is worth nothing outside tests.
pub struct RsaKey {
    kid: String,
    private: EncodingKey,
    jwk: Value,
}

static KEYS: LazyLock<[RsaKey; 4]> = LazyLock::new(|| {
    [
        RsaKey::read(1, include_bytes!("../keys/rsa-1.pem")),
        RsaKey::read(2, include_bytes!("../keys/rsa-2.pem")),
        RsaKey::read(3, include_bytes!("../keys/rsa-3.pem")),
        RsaKey::read(4, include_bytes!("../keys/rsa-4.pem")),
    ]
});

/// A JWK set of these keys, as an issuer serves it.
///
/// # Panics
///
/// Where there is no such key: the numbers go from 1 to 4.
pub fn jwks(numbers: &[usize]) -> String {
    let keys: Vec<Value> = numbers.iter().map(|n| RsaKey::number(*n).jwk()).collect();
    json!({ "keys": keys }).to_string()
}

impl RsaKey {
    /// The key of this number.
    ///
    /// # Panics
    ///
    /// Where there is none: the numbers go from 1 to 4.
    pub fn number(number: usize) -> &'static Self {
        number
            .checked_sub(1)
            .and_then(|at| KEYS.get(at))
            .unwrap_or_else(|| panic!("the keys have the numbers 1 to 4, and not {number}"))
    }

    /// The name that tokens call the key by.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key, as it stands in a JWK set (RFC 7517).
    pub fn jwk(&self) -> Value {
        self.jwk.clone()
    }

    /// The RS256 signature of `message`, in base64url as a token carries it.
    #[expect(clippy::missing_panics_doc, reason = "these keys sign anything")]
    pub fn sign(&self, message: &[u8]) -> String {
        crypto::sign(message, &self.private, Algorithm::RS256)
            .expect("an RSA key of 2048 bits signs anything")
    }

    fn read(number: usize, pem: &[u8]) -> Self {
        let private = EncodingKey::from_rsa_pem(pem).expect("the committed keys are PEM");
        let jwk = Jwk::from_encoding_key(&private, Algorithm::RS256)
            .expect("a private key holds its public one");
        let kid = format!("test-key-{number}");
        let mut jwk = serde_json::to_value(jwk).expect("a JWK is JSON");
        jwk["kid"] = kid.as_str().into();
        jwk["use"] = "sig".into();
        Self { kid, private, jwk }
    }
}
