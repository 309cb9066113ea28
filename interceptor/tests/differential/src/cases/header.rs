//! The header: what is wrong in it, with a signature that matches.

use serde_json::{Value, json};

use super::{of_every_type, token};
use crate::{case::Cases, issuer::Issuer};

pub(super) fn add<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let token = || token(issuer);

    for alg in [
        "", "none", "NONE", "HS256", "RS384", "PS256", "ES256", "EdDSA", "rs256", "RS256 ",
        "RS256\0",
    ] {
        cases.add("alg", format!("{alg:?}"), token().header("alg", alg).sign());
    }
    cases.add("alg", "missing", token().without_header("alg").sign());
    cases.add(
        "alg",
        "in an array",
        token().header("alg", json!(["RS256"])).sign(),
    );

    let right = I::KIND.key().kid();
    let kid = |kid: Value| token().header("kid", kid).sign();
    for (variant, value) in of_every_type() {
        cases.add("kid", variant, kid(value));
    }
    for (variant, value) in [
        ("an empty string", json!("")),
        ("zero", json!(0)),
        ("false", json!(false)),
        ("the right one in an array", json!([right])),
        ("the right one in an array in an array", json!([[right]])),
        ("the right one as toString", json!({ "toString": right })),
        ("in capitals", json!(right.to_uppercase())),
        ("a NUL behind", json!(format!("{right}\0"))),
        ("a space behind", json!(format!("{right} "))),
        ("a path", json!(format!("../{right}"))),
        ("__proto__", json!("__proto__")),
        ("constructor", json!("constructor")),
        ("hasOwnProperty", json!("hasOwnProperty")),
        ("very long", json!("x".repeat(1000))),
    ] {
        cases.add("kid", variant, kid(value));
    }
    cases.add("kid", "missing", token().without_header("kid").sign());

    for typ in ["", "jwt", "at+jwt", "JOSE"] {
        cases.add("typ", format!("{typ:?}"), token().header("typ", typ).sign());
    }
    for (variant, value) in of_every_type() {
        cases.add("typ", variant, token().header("typ", value).sign());
    }

    for (variant, value) in [
        ("exp", json!(["exp"])),
        ("one that nobody knows", json!(["level"])),
        ("empty", json!([])),
        ("null", Value::Null),
    ] {
        cases.add("crit", variant, token().header("crit", value).sign());
    }
    for b64 in [true, false] {
        cases.add("b64", b64.to_string(), token().header("b64", b64).sign());
    }

    let good = token().header_json();
    for (variant, text) in [
        ("nothing", String::new()),
        ("no members", "{}".to_owned()),
        ("null", "null".to_owned()),
        ("a string", "\"RS256\"".to_owned()),
        ("in an array", format!("[{good}]")),
        ("half an object", good[..good.len() - 1].to_owned()),
        ("something behind", format!("{good}x")),
        ("two objects", format!("{good}{good}")),
        ("a byte order mark", format!("\u{feff}{good}")),
        ("a comma too many", good.replace('}', ",}")),
        ("single quotes", good.replace('"', "'")),
    ] {
        cases.add("header", variant, token().raw_header(text).sign());
    }
    let many = (0..20).fold(token(), |token, n| token.header(&format!("m{n}"), n));
    cases.add("header", "23 members", many.sign());
}
