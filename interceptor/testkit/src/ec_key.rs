//! The keys that test assertions of IAP are signed with.

use std::sync::LazyLock;

use jsonwebtoken::{Algorithm, EncodingKey, crypto, jwk::Jwk};
use serde_json::{Value, json};

/// One of three fixed keys on the curve P-256, numbered from 1.
///
/// They are published, so a signature of theirs is worth nothing outside tests.
pub struct EcKey {
    kid: String,
    private: EncodingKey,
    jwk: Value,
}

static KEYS: LazyLock<[EcKey; 3]> = LazyLock::new(|| {
    [
        EcKey::read(1, include_bytes!("../keys/ec-1.pem")),
        EcKey::read(2, include_bytes!("../keys/ec-2.pem")),
        EcKey::read(3, include_bytes!("../keys/ec-3.pem")),
    ]
});

/// A JWK set of these keys, as IAP serves it.
///
/// # Panics
///
/// Where there is no such key: the numbers go from 1 to 3.
pub fn ec_jwks(numbers: &[usize]) -> String {
    let keys: Vec<Value> = numbers.iter().map(|n| EcKey::number(*n).jwk()).collect();
    json!({ "keys": keys }).to_string()
}

impl EcKey {
    /// The key of this number.
    ///
    /// # Panics
    ///
    /// Where there is none: the numbers go from 1 to 3.
    pub fn number(number: usize) -> &'static Self {
        number
            .checked_sub(1)
            .and_then(|at| KEYS.get(at))
            .unwrap_or_else(|| panic!("the EC keys have the numbers 1 to 3, and not {number}"))
    }

    /// The name that tokens call the key by.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key, as it stands in a JWK set (RFC 7517).
    pub fn jwk(&self) -> Value {
        self.jwk.clone()
    }

    /// The ES256 signature of `message`, in base64url as a token carries it.
    #[expect(clippy::missing_panics_doc, reason = "these keys sign anything")]
    pub fn sign(&self, message: &[u8]) -> String {
        crypto::sign(message, &self.private, Algorithm::ES256).expect("a P-256 key signs anything")
    }

    fn read(number: usize, pem: &[u8]) -> Self {
        let private = EncodingKey::from_ec_pem(pem).expect("the committed keys are PEM");
        let jwk = Jwk::from_encoding_key(&private, Algorithm::ES256)
            .expect("a private key holds its public one");
        let kid = format!("test-ec-key-{number}");
        let mut jwk = serde_json::to_value(jwk).expect("a JWK is JSON");
        jwk["kid"] = kid.as_str().into();
        jwk["use"] = "sig".into();
        Self { kid, private, jwk }
    }
}
