//! What is taken as a key set, and what is not.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::keys::{KeySet, KeySetError};
use serde_json::{Value, json};

use super::{jwk, jwks};

/// The signature of `callgate` by key `one`, RS256.
const SIGNATURE: &str = "xvS5BVlLyHgGwk4AFjTnIccbi4QTEV-A7DCw8fakH16CaJJbfQbxpyahpTyOzW3LR8-KiiYUHilbPAsj94zLm2Tl4CYt3ieilSABPJprax-qf_EyPbf6-1VvLw1YlWZxL_eWag2oBVWXniOR-KV7ueiP63-q-PDoVtte5ihXOovoOKJ4j9mTbeBgyWQJwmWRE_fpMjx0VZBTWYAM2rym2G2nmrhJSmXUjQ6Cha-UxY63L63vQuLb5Zl2VyfQF445mL7DubE2iqHNjfvZ7UfboRwK_ZAS9C66ISRTY1rm-_9YBbcpwA6wFj9UfzJl06IkAqgFj5v4FvRd-NM2HaGCKA";

fn signature() -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(SIGNATURE).expect("base64url")
}

fn parse(jwks: &str) -> Result<KeySet, KeySetError> {
    KeySet::parse(jwks.as_bytes())
}

/// A set of key `one` with some members changed; null takes a member away.
fn changed(changes: &Value) -> String {
    let mut key = jwk("one");
    for (name, value) in changes.as_object().expect("an object") {
        match value {
            Value::Null => key.as_object_mut().and_then(|key| key.remove(name)),
            value => key
                .as_object_mut()
                .and_then(|key| key.insert(name.clone(), value.clone())),
        };
    }
    json!({ "keys": [key] }).to_string()
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_key_checks_signatures() {
    let set = parse(&jwks(&["one", "two"])).expect("keys");
    let one = set.get("one").expect("one");
    assert!(one.verify(b"callgate", &signature()));
    assert!(!one.verify(b"callgatf", &signature()));
    assert!(!one.verify(b"callgate", &signature()[1..]));
    assert!(!one.verify(b"callgate", b""));
    assert!(
        !set.get("two")
            .expect("two")
            .verify(b"callgate", &signature())
    );
    assert!(set.get("One").is_none() && set.get("").is_none());
}

#[test]
fn a_fingerprint_is_of_the_material_and_not_of_the_name() {
    let print = |jwks: &str, kid: &str| {
        *parse(jwks)
            .expect("keys")
            .get(kid)
            .expect("a key")
            .fingerprint()
    };
    let one = print(&jwks(&["one"]), "one");
    assert_eq!(
        one,
        print(&changed(&json!({ "kid": "renamed" })), "renamed")
    );
    assert_ne!(one, print(&jwks(&["two"]), "two"));
    let other_exponent = changed(&json!({ "e": encoded(&[1, 0, 3]) }));
    assert_ne!(one, print(&other_exponent, "one"));
}

#[test]
fn what_a_key_may_leave_out_or_say() {
    for fine in [
        json!({ "use": null }),
        json!({ "alg": null }),
        json!({ "key_ops": ["verify"] }),
        json!({ "x5t": "whatever", "x5c": ["whatever"], "ext": true }),
    ] {
        assert!(parse(&changed(&fine)).is_ok(), "{fine}");
    }
    assert!(parse(&jwks(&["large"])).is_ok(), "4096 bits");
}

#[test]
fn unusable_keys_are_left_out() {
    let n = URL_SAFE_NO_PAD
        .decode(jwk("one")["n"].as_str().expect("text"))
        .expect("base64url");
    let even = [&n[..255], &[n[255] & 0xfe]].concat();
    let zero_first = [&[0], &n[..]].concat();
    let padded = format!("{}==", encoded(&n));
    for (changes, why) in [
        (json!({ "kty": null }), "it has no kty"),
        (json!({ "kty": "EC" }), "its alg is not ES256"),
        (json!({ "kty": "oct" }), "its kty is not supported"),
        (json!({ "kty": "rsa" }), "its kty is not supported"),
        (json!({ "kty": 1 }), "a member of the key is no string"),
        (json!({ "kid": null }), "it has no proper kid"),
        (json!({ "kid": "" }), "it has no proper kid"),
        (json!({ "kid": 7 }), "it has no proper kid"),
        (json!({ "kid": "x".repeat(257) }), "it has no proper kid"),
        (json!({ "use": "enc" }), "its use is not sig"),
        (
            json!({ "use": ["sig"] }),
            "a member of the key is no string",
        ),
        (
            json!({ "key_ops": ["encrypt"] }),
            "its key_ops do not hold verify",
        ),
        (
            json!({ "key_ops": "verify" }),
            "its key_ops do not hold verify",
        ),
        (json!({ "alg": "RS512" }), "its alg is not RS256"),
        (json!({ "alg": "HS256" }), "its alg is not RS256"),
        (json!({ "alg": "none" }), "its alg is not RS256"),
        (json!({ "n": null }), "a number of the key is missing"),
        (json!({ "e": null }), "a number of the key is missing"),
        (
            json!({ "n": "" }),
            "a number of the key is empty or begins with a zero",
        ),
        (
            json!({ "n": encoded(&zero_first) }),
            "a number of the key is empty or begins with a zero",
        ),
        (
            json!({ "n": padded }),
            "a number of the key is not base64url",
        ),
        (
            json!({ "n": "+/+/" }),
            "a number of the key is not base64url",
        ),
        (json!({ "n": encoded(&even) }), "its modulus is even"),
        (
            json!({ "n": encoded(&n[..255]) }),
            "its modulus is shorter than 2048 bits",
        ),
        (json!({ "e": encoded(&[3]) }), "its exponent is weak"),
        (json!({ "e": encoded(&[1, 0, 0]) }), "its exponent is weak"),
        (json!({ "e": encoded(&[1, 0, 2]) }), "its exponent is weak"),
        (
            json!({ "e": encoded(&[1, 0, 0, 0, 1]) }),
            "its exponent is too large",
        ),
    ] {
        let refused = parse(&changed(&changes)).expect_err("no usable key");
        assert_eq!(refused, KeySetError::NoUsableKey(Some(why)), "{changes}");
    }
    for (kid, why) in [
        ("weak", "its modulus is shorter than 2048 bits"),
        ("huge", "its modulus is longer than the limit"),
        ("cubed", "its exponent is weak"),
    ] {
        assert_eq!(
            parse(&jwks(&[kid])).err(),
            Some(KeySetError::NoUsableKey(Some(why)))
        );
        let kept = parse(&jwks(&[kid, "one"])).expect("the other key");
        assert!(kept.get("one").is_some() && kept.get(kid).is_none());
    }
}

#[test]
fn an_entry_that_is_no_object_or_says_a_thing_twice_is_left_out() {
    let one = jwk("one").to_string();
    let twice = one.replacen('{', r#"{"kty": "RSA", "#, 1);
    for entry in [
        "1", "-1", "1.5", "true", "null", r#""key""#, "[]", "[{}, 1]", "{}", &twice,
    ] {
        assert!(
            parse(&format!(r#"{{"keys": [{entry}]}}"#)).is_err(),
            "{entry}"
        );
        let set = parse(&format!(r#"{{"keys": [{entry}, {}]}}"#, jwk("two"))).expect("two");
        assert_eq!(set.iter().count(), 1, "{entry}");
    }
}

#[test]
fn what_is_no_jwk_set_is_refused() {
    let one = jwk("one");
    for document in [
        String::new(),
        "nonsense".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        format!("[[{one}]]"),
        format!("[{one}]"),
        r#"{"keys": {}}"#.to_owned(),
        r#"{"keys": null}"#.to_owned(),
        r#"{"Keys": []}"#.to_owned(),
        format!(r#"{{"keys": [{one}], "keys": [{one}]}}"#),
        format!(r#"{{"keys": [{one}]}} {{}}"#),
        format!(r#"{{"keys": [{one}]"#),
        format!(r#"{{"keys": [{one}], "deep": {}}}"#, "[".repeat(10_000)),
    ] {
        let refused = parse(&document).expect_err("no key set");
        assert!(
            matches!(refused, KeySetError::Malformed { .. }),
            "{document}"
        );
    }
    assert_eq!(
        parse(r#"{"keys": []}"#).err(),
        Some(KeySetError::NoUsableKey(None))
    );
    assert!(parse(&format!(r#"{{"kind": [1], "keys": [{one}]}}"#)).is_ok());
}

#[test]
fn two_keys_of_one_name_spoil_the_set() {
    let duplicate = Err(KeySetError::DuplicateKid("one".to_owned()));
    let mut impostor = jwk("two");
    impostor["kid"] = json!("one");
    let mut unusable = jwk("weak");
    unusable["kid"] = json!("one");
    for second in [jwk("one"), impostor, unusable] {
        let set = json!({ "keys": [jwk("one"), jwk("three"), second] }).to_string();
        assert_eq!(parse(&set).map(|_| ()), duplicate);
    }
}

#[test]
fn a_set_holds_32_keys_at_most() {
    let many = |count: usize| {
        let keys: Vec<Value> = (0..count)
            .map(|number| {
                let mut key = jwk("one");
                key["kid"] = json!(format!("key-{number}"));
                key
            })
            .collect();
        json!({ "keys": keys }).to_string()
    };
    assert_eq!(parse(&many(32)).expect("keys").iter().count(), 32);
    assert_eq!(parse(&many(33)).err(), Some(KeySetError::TooManyKeys(32)));
}

#[test]
fn a_set_has_64_kib_at_most() {
    let mut document = jwks(&["one"]);
    document.push_str(&" ".repeat(64 * 1024 - document.len()));
    assert!(parse(&document).is_ok());
    document.push(' ');
    assert_eq!(
        parse(&document).err(),
        Some(KeySetError::TooLarge(64 * 1024))
    );
}

#[test]
fn neither_errors_nor_debug_output_quote_what_came() {
    let loud = changed(&json!({ "kid": format!("\u{1b}[31m{}", "x".repeat(200)) }));
    let twice = loud.replace(
        r#""keys":["#,
        &format!(r#""keys":[{},"#, &loud[9..loud.len() - 2]),
    );
    let error = parse(&twice).expect_err("a duplicate").to_string();
    assert!(error.len() < 120 && !error.contains('\u{1b}'), "{error}");
    assert_eq!(
        format!("{:?}", parse(&jwks(&["one"])).expect("keys")),
        r#"["one"]"#
    );
    let shown = format!("{:?}", parse(&loud).expect("keys"));
    assert!(shown.len() < 120 && !shown.contains('\u{1b}'), "{shown}");
}
