//! Keys for ES256: P-256 only, read strictly.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::keys::{KeySet, KeySetError};
use callgate_testkit::{EcKey, RsaKey};
use serde_json::{Value, json};

fn parse(keys: &[Value]) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes())
}

fn bytes(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).expect("base64url")
}

fn coordinate(name: &str) -> Vec<u8> {
    bytes(EcKey::number(1).jwk()[name].as_str().expect("text"))
}

/// The first key with some members changed; null takes a member away.
fn changed(changes: &Value) -> Value {
    let mut key = EcKey::number(1).jwk();
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => key.as_object_mut().and_then(|key| key.remove(name)),
            value => key
                .as_object_mut()
                .and_then(|key| key.insert(name.clone(), value.clone())),
        };
    }
    key
}

#[test]
fn a_key_checks_signatures_of_64_bytes() {
    let set = parse(&[EcKey::number(1).jwk(), EcKey::number(2).jwk()]).expect("keys");
    let one = set.get("test-ec-key-1").expect("a key");
    let signature = bytes(&EcKey::number(1).sign(b"callgate"));
    assert_eq!(signature.len(), 64);
    assert!(one.verify(b"callgate", &signature));
    assert!(!one.verify(b"callgatf", &signature));
    assert!(!one.verify(b"callgate", &bytes(&EcKey::number(2).sign(b"callgate"))));
    assert!(!one.verify(b"callgate", &signature[..63]));
    assert!(!one.verify(b"callgate", &[&signature[..], &[0]].concat()));
    assert!(!one.verify(b"callgate", &[0; 64]));
    assert!(!one.verify(b"callgate", b""));
    // ASN.1, as everything but JOSE writes them (RFC 7518, section 3.4).
    let integer = |half: &[u8]| [&[2, 33, 0], half].concat();
    let both = [integer(&signature[..32]), integer(&signature[32..])].concat();
    let length = u8::try_from(both.len()).expect("short");
    assert!(!one.verify(b"callgate", &[&[0x30, length], &both[..]].concat()));
}

#[test]
fn a_fingerprint_is_of_the_point_and_not_of_the_name() {
    let print = |key: Value| {
        *parse(&[key])
            .expect("a key")
            .iter()
            .next()
            .expect("a key")
            .fingerprint()
    };
    let one = print(EcKey::number(1).jwk());
    assert_eq!(one, print(changed(&json!({ "kid": "renamed" }))));
    assert_ne!(one, print(EcKey::number(2).jwk()));
}

#[test]
fn what_a_key_may_leave_out_or_say() {
    for fine in [
        json!({ "use": null }),
        json!({ "alg": null }),
        json!({ "key_ops": ["verify"] }),
    ] {
        assert!(parse(&[changed(&fine)]).is_ok(), "{fine}");
    }
    let mixed = parse(&[EcKey::number(1).jwk(), RsaKey::number(1).jwk()]);
    assert_eq!(mixed.expect("keys").iter().count(), 2);
}

#[test]
fn unusable_keys_are_left_out() {
    let x = coordinate("x");
    let encoded = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let off = [&x[..31], &[x[31] ^ 1]].concat();
    for (changes, why) in [
        (json!({ "alg": "RS256" }), "its alg is not ES256"),
        (json!({ "alg": "ES384" }), "its alg is not ES256"),
        (json!({ "use": "enc" }), "its use is not sig"),
        (
            json!({ "key_ops": ["sign"] }),
            "its key_ops do not hold verify",
        ),
        (json!({ "crv": null }), "its curve is not P-256"),
        (json!({ "crv": "P-384" }), "its curve is not P-256"),
        (json!({ "crv": "secp256k1" }), "its curve is not P-256"),
        (json!({ "kid": "" }), "it has no proper kid"),
        (json!({ "kty": "RSA" }), "its alg is not RS256"),
        (json!({ "kty": "OKP" }), "its kty is not supported"),
        (json!({ "x": null }), "a coordinate is missing"),
        (json!({ "y": null }), "a coordinate is missing"),
        (json!({ "x": 1 }), "a member of the key is no string"),
        (json!({ "x": "+" }), "a coordinate is not base64url"),
        (json!({ "x": "" }), "a coordinate has not 32 bytes"),
        (
            json!({ "x": encoded(&x[..31]) }),
            "a coordinate has not 32 bytes",
        ),
        (
            json!({ "x": encoded(&[&[0], &x[..]].concat()) }),
            "a coordinate has not 32 bytes",
        ),
        (json!({ "x": encoded(&off) }), "it is no point of P-256"),
        (
            json!({ "x": encoded(&[0; 32]), "y": encoded(&[0; 32]) }),
            "it is no point of P-256",
        ),
        (
            json!({ "y": encoded(&[255; 32]) }),
            "it is no point of P-256",
        ),
    ] {
        let refused = parse(&[changed(&changes)]).expect_err("no usable key");
        assert_eq!(refused, KeySetError::NoUsableKey(Some(why)), "{changes}");
    }
}
