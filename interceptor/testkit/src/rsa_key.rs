//! The keys that test tokens are signed with.

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

/// One of eight fixed RSA keys, numbered from 1.
///
/// They are fixed, because making one takes a second, and published, so a signature of theirs is worth nothing outside tests.
pub struct RsaKey {
    kid: String,
    /// Parsed once: that takes longer than to sign.
    private: RsaKeyPair,
    jwk: Value,
}

static KEYS: LazyLock<[RsaKey; 8]> = LazyLock::new(|| {
    [
        RsaKey::read(1, include_bytes!("../keys/rsa-1.pem")),
        RsaKey::read(2, include_bytes!("../keys/rsa-2.pem")),
        RsaKey::read(3, include_bytes!("../keys/rsa-3.pem")),
        RsaKey::read(4, include_bytes!("../keys/rsa-4.pem")),
        RsaKey::read(5, include_bytes!("../keys/rsa-5.pem")),
        RsaKey::read(6, include_bytes!("../keys/rsa-6.pem")),
        RsaKey::read(7, include_bytes!("../keys/rsa-7.pem")),
        RsaKey::read(8, include_bytes!("../keys/rsa-8.pem")),
    ]
});

/// A JWK set of these keys, as an issuer serves it.
///
/// # Panics
///
/// Where there is no such key: the numbers go from 1 to 8.
pub fn jwks(numbers: &[usize]) -> String {
    let keys: Vec<Value> = numbers.iter().map(|n| RsaKey::number(*n).jwk()).collect();
    json!({ "keys": keys }).to_string()
}

impl RsaKey {
    /// The key of this number.
    ///
    /// # Panics
    ///
    /// Where there is none: the numbers go from 1 to 8.
    pub fn number(number: usize) -> &'static Self {
        number
            .checked_sub(1)
            .and_then(|at| KEYS.get(at))
            .unwrap_or_else(|| panic!("the keys have the numbers 1 to 8, and not {number}"))
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
        let mut signature = vec![0; self.private.public_modulus_len()];
        self.private
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .expect("an RSA key of 2048 bits signs anything");
        URL_SAFE_NO_PAD.encode(signature)
    }

    fn read(number: usize, pem: &[u8]) -> Self {
        let private = EncodingKey::from_rsa_pem(pem).expect("the committed keys are PEM");
        let jwk = Jwk::from_encoding_key(&private, Algorithm::RS256)
            .expect("a private key holds its public one");
        let private =
            RsaKeyPair::from_der(private.as_bytes()).expect("the committed keys are RSA keys");
        let kid = format!("test-key-{number}");
        let mut jwk = serde_json::to_value(jwk).expect("a JWK is JSON");
        jwk["kid"] = kid.as_str().into();
        jwk["use"] = "sig".into();
        Self { kid, private, jwk }
    }
}
