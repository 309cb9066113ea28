//! The header may name the key, and else has to be what this kind of token has.

use serde_json::{Value, json};

use super::{accepted, assert_refused, issuer, token};

const ALGORITHM: &str =
    "TOKEN_INVALID invalid token: the algorithm is not the one of this kind of token";

#[test]
fn the_algorithm_is_rs256_and_nothing_else() {
    let mut rows: Vec<(String, String, &str)> = [
        "", "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256",
        "ES256", "EdDSA", "rs256", "RS256 ", "RS256\0",
    ]
    .into_iter()
    .map(|alg| {
        let name = format!("alg {alg:?}");
        (name, token().header("alg", alg).sign(), ALGORITHM)
    })
    .collect();
    rows.extend([
        (
            "unsigned".to_owned(),
            token().header("alg", "none").sign_as(""),
            ALGORITHM,
        ),
        (
            "as Firebase's emulator makes it".to_owned(),
            token()
                .header("alg", "none")
                .without_header("kid")
                .sign_as(""),
            ALGORITHM,
        ),
        (
            "no alg".to_owned(),
            token().without_header("alg").sign(),
            "TOKEN_INVALID invalid token: header: alg is missing",
        ),
    ]);
    for alg in [
        json!(null),
        json!(256),
        json!(["RS256"]),
        json!({"RS256": 1}),
    ] {
        rows.push((
            format!("alg {alg}"),
            token().header("alg", alg).sign(),
            "TOKEN_INVALID invalid token: header: alg is not a string",
        ));
    }
    assert_refused(rows);
}

#[test]
fn the_key_is_named() {
    let not_a_string = "TOKEN_INVALID invalid token: header: kid is not a string";
    let row = |kid: Value, expected| {
        let name = format!("{kid:.40}");
        (name, token().header("kid", kid).sign(), expected)
    };
    assert_refused([
        row(
            json!(""),
            "TOKEN_INVALID invalid token: header: kid is empty",
        ),
        row(json!(null), not_a_string),
        row(json!(1), not_a_string),
        row(json!(["test-key-1"]), not_a_string),
        row(json!({ "toString": "test-key-1" }), not_a_string),
        row(
            json!("x".repeat(257)),
            "TOKEN_INVALID invalid token: header: kid is too long",
        ),
        row(
            json!("x".repeat(256)),
            "TOKEN_INVALID invalid token: the issuer has no key \"xxx",
        ),
        row(
            json!("__proto__"),
            "TOKEN_INVALID invalid token: the issuer has no key \"__proto__\"",
        ),
        row(
            json!("TEST-KEY-1"),
            "TOKEN_INVALID invalid token: the issuer has no key",
        ),
        row(
            json!("test-key-1\0"),
            "TOKEN_INVALID invalid token: the issuer has no key",
        ),
        row(
            json!("../test-key-1"),
            "TOKEN_INVALID invalid token: the issuer has no key",
        ),
        (
            "no kid".to_owned(),
            token().without_header("kid").sign(),
            "TOKEN_INVALID invalid token: header: kid is missing",
        ),
    ]);
}

#[test]
fn the_type_is_jwt_where_there_is_one() {
    let wrong = "TOKEN_INVALID invalid token: header: typ is not JWT";
    let not_a_string = "TOKEN_INVALID invalid token: header: typ is not a string";
    assert_refused([
        ("empty", token().header("typ", "").sign(), wrong),
        ("at+jwt", token().header("typ", "at+jwt").sign(), wrong),
        ("JOSE", token().header("typ", "JOSE").sign(), wrong),
        (
            "null",
            token().header("typ", Value::Null).sign(),
            not_a_string,
        ),
        (
            "array",
            token().header("typ", vec!["JWT"]).sign(),
            not_a_string,
        ),
    ]);
    accepted(&issuer().verifier(), &token().without_header("typ").sign());
}

#[test]
fn what_a_header_demands_to_be_understood_is_refused() {
    let crit = "TOKEN_INVALID invalid token: header: crit is not supported";
    let b64 = "TOKEN_INVALID invalid token: header: b64 is not supported";
    assert_refused([
        ("crit", token().header("crit", vec!["exp"]).sign(), crit),
        (
            "an empty crit",
            token().header("crit", json!([])).sign(),
            crit,
        ),
        (
            "a null crit",
            token().header("crit", Value::Null).sign(),
            crit,
        ),
        ("b64", token().header("b64", false).sign(), b64),
        ("b64 as by default", token().header("b64", true).sign(), b64),
    ]);
}

#[test]
fn a_key_in_the_header_is_not_used() {
    let jwk = callgate_testkit::RsaKey::number(3).jwk();
    for name in ["jwk", "jku", "x5c", "x5u"] {
        let forged = token().forged_with(3).header(name, jwk.clone());
        assert_refused([(
            name,
            forged.sign(),
            "TOKEN_INVALID invalid token: the signature does not match",
        )]);
        let own = token().header(name, jwk.clone());
        accepted(&issuer().verifier(), &own.sign());
    }
}

#[test]
fn the_header_is_one_strict_object() {
    let header = token().header_json();
    let syntax = "TOKEN_MALFORMED malformed token: the header is no JSON";
    let content = "TOKEN_INVALID invalid token: header: ";
    let row = |name, header: &str, expected| (name, token().raw_header(header).sign(), expected);
    assert_refused([
        row("nothing", "", syntax),
        row("half an object", &header[..header.len() - 1], syntax),
        row("something behind", &format!("{header}{{}}"), syntax),
        row("an array", &format!("[{header}]"), content),
        row(
            "an array of the values",
            r#"["RS256","test-key-1","JWT"]"#,
            content,
        ),
        row("a string", "\"RS256\"", content),
        row(
            "no members",
            "{}",
            "TOKEN_INVALID invalid token: header: alg is missing",
        ),
    ]);
}

#[test]
fn no_member_of_the_header_is_there_twice() {
    let twice = |name: &'static str, value: &str, expected| {
        (name, token().repeat_header(name, value).sign(), expected)
    };
    assert_refused([
        twice(
            "alg",
            "RS256",
            "TOKEN_INVALID invalid token: header: alg is there twice",
        ),
        twice(
            "kid",
            "test-key-1",
            "TOKEN_INVALID invalid token: header: kid is there twice",
        ),
        twice(
            "typ",
            "JWT",
            "TOKEN_INVALID invalid token: header: typ is there twice",
        ),
        (
            "another",
            token().header("x", 1).repeat_header("x", 1).sign(),
            "TOKEN_INVALID invalid token: header: x is there twice",
        ),
        (
            "spelled with an escape",
            token()
                .raw_header(r#"{"alg":"RS256","\u0061lg":"none","kid":"test-key-1"}"#)
                .sign(),
            "TOKEN_INVALID invalid token: header: alg is there twice",
        ),
        (
            "deeper",
            token()
                .raw_header(r#"{"alg":"RS256","kid":"test-key-1","x":[{"a":1,"a":1}]}"#)
                .sign(),
            "TOKEN_INVALID invalid token: header: a is there twice",
        ),
    ]);
}

#[test]
fn a_header_has_16_members_at_most() {
    let with = |members: usize| {
        let own = 3;
        (0..members - own)
            .fold(token(), |token, n| token.header(&format!("h{n}"), n))
            .sign()
    };
    accepted(&issuer().verifier(), &with(16));
    assert_refused([(
        "17 members",
        with(17),
        "TOKEN_INVALID invalid token: header: an object of more than 16 members",
    )]);
}

#[test]
fn what_a_header_says_is_short_and_escaped_in_the_log() {
    let kid = format!("\u{1b}[31m\n{}", "x".repeat(200));
    let denial = super::refusal(&issuer().verifier(), &token().header("kid", kid).sign());
    let log = denial.to_string();
    assert!(log.len() < 140, "{log}");
    assert!(!log.contains(char::is_control), "{log:?}");
}
