//! Signatures that callgate-testkit does not make, since no issuer would.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use callgate_testkit::RsaKey;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};

use crate::Kind;

/// What stands before and behind the modulus in the public key of 2048 bits and the exponent 65537: a `SubjectPublicKeyInfo`
/// (RFC 5280, 4.1.2.7; RFC 8017, A.1.1).
const BEFORE_MODULUS: [u8; 33] = [
    0x30, 0x82, 0x01, 0x22, 0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01,
    0x01, 0x05, 0x00, 0x03, 0x82, 0x01, 0x0F, 0x00, 0x30, 0x82, 0x01, 0x0A, 0x02, 0x82, 0x01, 0x01,
    0x00,
];
const BEHIND_MODULUS: [u8; 5] = [0x02, 0x03, 0x01, 0x00, 0x01];

/// The public key in PEM, as `{kid: PEM}` has it for firebase-admin.
pub(crate) fn public_pem(key: &RsaKey) -> String {
    let der = STANDARD.encode(public_der(key));
    let lines: Vec<&str> = der
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).expect("base64 is ASCII"))
        .collect();
    format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        lines.join("\n")
    )
}

pub(crate) fn public_der(key: &RsaKey) -> Vec<u8> {
    let jwk = key.jwk();
    assert_eq!(jwk["e"], "AQAB", "the frame is for this exponent");
    let modulus = modulus(key);
    assert_eq!(modulus.len(), 256, "the frame is for 2048 bits");
    [
        BEFORE_MODULUS.as_slice(),
        modulus.as_slice(),
        BEHIND_MODULUS.as_slice(),
    ]
    .concat()
}

pub(crate) fn modulus(key: &RsaKey) -> Vec<u8> {
    let jwk = key.jwk();
    let modulus = jwk["n"].as_str().expect("an RSA key has a modulus");
    URL_SAFE_NO_PAD
        .decode(modulus)
        .expect("it is in base64url (RFC 7518, 6.3.1.1)")
}

/// The signature of another algorithm of RSA, by the kind's own key.
pub(crate) fn rsa(kind: Kind, signed: &str, algorithm: Algorithm) -> String {
    let pem = private_pem(kind);
    let key = EncodingKey::from_rsa_pem(pem).expect("the committed keys are PEM");
    crypto::sign(signed.as_bytes(), &key, algorithm).expect("an RSA key signs anything")
}

/// The key that the kind's issuer signs with: the first of [`Kind::keys`].
fn private_pem(kind: Kind) -> &'static [u8] {
    match kind {
        Kind::IdToken => include_bytes!("../../../testkit/keys/rsa-1.pem"),
        Kind::SessionCookie => include_bytes!("../../../testkit/keys/rsa-5.pem"),
    }
}

/// A code in the place of a signature, with this secret.
pub(crate) fn hmac(signed: &str, algorithm: Algorithm, secret: &[u8]) -> String {
    let key = EncodingKey::from_secret(secret);
    crypto::sign(signed.as_bytes(), &key, algorithm).expect("any secret makes a code")
}

/// This text, signed by the kind's own key as it stands, so that nothing is wrong with the token but the text.
pub(crate) fn as_it_stands(kind: Kind, text: &str) -> String {
    format!("{text}.{}", kind.key().sign(text.as_bytes()))
}

/// These bytes as header and claims, signed.
pub(crate) fn bytes(kind: Kind, header: &[u8], claims: &[u8]) -> String {
    let text = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(claims)
    );
    as_it_stands(kind, &text)
}
