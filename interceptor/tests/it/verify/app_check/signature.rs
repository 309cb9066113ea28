//! Header, key and signature of an App Check token.

use callgate::verify::Check;
use callgate_testkit::{SigningKey, flip_bit};
use serde_json::json;

use super::{APP, assert_answers, issuer, token};

#[test]
fn the_header_says_rs256_jwt_and_the_key() {
    let header = "TOKEN_INVALID invalid token: header:";
    let algorithm = "TOKEN_INVALID invalid token: the algorithm is not";
    let missing = "TOKEN_INVALID invalid token: header: typ is missing";
    assert_answers([
        ("as it is", token().sign(), APP),
        ("no typ", token().without_header("typ").sign(), missing),
        ("typ jwt", token().header("typ", "jwt").sign(), header),
        (
            "typ of another",
            token().header("typ", "at+jwt").sign(),
            header,
        ),
        (
            "typ null",
            token().header("typ", json!(null)).sign(),
            header,
        ),
        (
            "typ twice",
            token().repeat_header("typ", "JWT").sign(),
            header,
        ),
        ("no kid", token().without_header("kid").sign(), header),
        ("crit", token().header("crit", vec!["exp"]).sign(), header),
        ("ES256", token().header("alg", "ES256").sign(), algorithm),
        ("RS512", token().header("alg", "RS512").sign(), algorithm),
        ("none", token().header("alg", "none").sign_as(""), algorithm),
        ("unsigned", token().emulated().sign(), algorithm),
    ]);
}

#[test]
fn the_signature_is_of_the_named_key() {
    let forged = "TOKEN_INVALID invalid token: the signature does not match";
    let unknown = "TOKEN_INVALID invalid token: the issuer has no key";
    let good = token().sign();
    assert_answers([
        ("the second key", token().key(8).sign(), APP),
        ("another key", token().forged_with(8).sign(), forged),
        ("an unpublished key", token().key(3).sign(), unknown),
        (
            "a key of IAP's",
            token().forged_with_any(SigningKey::Ec(1)).sign(),
            forged,
        ),
        ("none", token().sign_as(""), forged),
        (
            "removed",
            token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
            "TOKEN_INVALID invalid token: the signature was removed",
        ),
    ]);
    let verifier = issuer().verifier();
    for (part, text) in good.split('.').enumerate() {
        for bit in (0..text.len() * 3 / 4 * 8).step_by(13) {
            let token = flip_bit(&good, part, bit);
            assert!(
                !matches!(verifier.check(&token), Check::Verified(_)),
                "{part} {bit}"
            );
        }
    }
}
