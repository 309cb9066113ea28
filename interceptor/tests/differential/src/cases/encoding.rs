//! The token's text: base64url, its parts, and the claims as JSON.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};

use super::{token, with_members};
use crate::{case::Cases, issuer::Issuer, sign};

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
    parts(issuer, cases);
    base64url(issuer, cases);
    claims_text(issuer, cases);
    bounds(issuer, cases);
}

fn parts(issuer: &impl Issuer, cases: &mut Cases) {
    let good = token(issuer).sign();
    let parts: Vec<&str> = good.split('.').collect();
    for (variant, token) in [
        ("none", String::new()),
        ("one", parts[0].to_owned()),
        ("two", parts[..2].join(".")),
        ("four", format!("{good}.{}", parts[2])),
        ("four with an empty last", format!("{good}.")),
        ("four with an empty first", format!(".{good}")),
        ("empty ones", "..".to_owned()),
        ("an empty header", format!(".{}.{}", parts[1], parts[2])),
        ("empty claims", format!("{}..{}", parts[0], parts[2])),
        ("two tokens", format!("{good}.{good}")),
        ("two tokens with a comma", format!("{good},{good}")),
        ("slashes between", good.replace('.', "/")),
        ("a space before", format!(" {good}")),
        ("a space behind", format!("{good} ")),
        ("a line break behind", format!("{good}\n")),
        ("a line break before", format!("\n{good}")),
        ("a tab within", good.replacen('.', ".\t", 1)),
        ("a NUL behind", format!("{good}\0")),
        ("another script behind", format!("{good}é")),
        ("a full-width dot", good.replacen('.', "．", 1)),
        ("a scheme before", format!("Bearer {good}")),
        ("quotes around", format!("\"{good}\"")),
        (
            "the last character missing",
            good[..good.len() - 1].to_owned(),
        ),
    ] {
        cases.add("parts", variant, token);
    }
}

/// Signed as they stand: only the spelling is wrong.
fn base64url<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let good = token(issuer).sign();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = [parts[0], parts[1], parts[2]];
    let header_json = token(issuer).header_json();
    let claims_json = token(issuer).claims_json();
    let other_alphabet = STANDARD_NO_PAD.encode(token(issuer).name("???>>>~~~").claims_json());
    assert!(
        other_alphabet.contains(['+', '/']),
        "no character that differs"
    );
    let with =
        |header: &str, claims: &str| sign::as_it_stands(I::KIND, &format!("{header}.{claims}"));
    for (variant, token) in [
        (
            "padding behind the header",
            with(&padded(&header_json), claims),
        ),
        (
            "padding behind the claims",
            with(header, &padded(&claims_json)),
        ),
        ("padding behind the signature", format!("{good}==")),
        (
            "standard alphabet in the claims",
            with(header, &other_alphabet),
        ),
        (
            "standard alphabet in the signature",
            standard_signature(issuer),
        ),
        (
            "stray bits in the header",
            with(&with_stray_bits(&header_json), claims),
        ),
        (
            "stray bits in the claims",
            with(header, &with_stray_bits(&claims_json)),
        ),
        (
            "stray bits in the signature",
            format!("{header}.{claims}.{}", next_in_alphabet(signature)),
        ),
        (
            "a lone character behind the header",
            with(&lone(&header_json), claims),
        ),
        (
            "a lone character behind the claims",
            with(header, &lone(&claims_json)),
        ),
        (
            "a line break in the claims",
            with(header, &format!("{claims}\n")),
        ),
        (
            "a space in the claims",
            with(header, &claims.replacen('a', " a", 1)),
        ),
        ("percent encoding", good.replacen('.', "%2E", 1)),
    ] {
        cases.add("base64", variant, token);
    }
}

/// With spaces behind, so that the encoding has the length that the closure wants.
fn encoded(json: &str, fits: impl Fn(&str) -> bool, engine: &impl Engine) -> String {
    (0..3)
        .map(|spaces| engine.encode(format!("{json}{}", " ".repeat(spaces))))
        .find(|part| fits(part))
        .expect("one of three lengths fits")
}

fn padded(json: &str) -> String {
    encoded(json, |part| part.ends_with('='), &URL_SAFE)
}

/// One character more than whole bytes need.
fn lone(json: &str) -> String {
    let whole = encoded(json, |part| part.len().is_multiple_of(4), &URL_SAFE_NO_PAD);
    format!("{whole}A")
}

fn with_stray_bits(json: &str) -> String {
    next_in_alphabet(&encoded(
        json,
        |part| !part.len().is_multiple_of(4),
        &URL_SAFE_NO_PAD,
    ))
}

/// The same bytes in another spelling: the last character changed in bits that no byte takes.
fn next_in_alphabet(part: &str) -> String {
    let (rest, last) = part.split_at(part.len() - 1);
    let next = match last {
        "A" | "Q" | "g" | "w" | "E" | "I" | "M" | "U" | "Y" | "c" | "k" | "o" | "s" | "0" | "4"
        | "8" => char::from(last.as_bytes()[0] + 1),
        _ => panic!("{last} has no stray bits that are free"),
    };
    format!("{rest}{next}")
}

/// The signature as the other alphabet spells it.
fn standard_signature(issuer: &impl Issuer) -> String {
    let good = token(issuer).sign();
    let (signed, signature) = good.rsplit_once('.').expect("a token has dots");
    let standard = signature.replace('-', "+").replace('_', "/");
    assert_ne!(
        standard, signature,
        "342 characters without - and _ do not occur"
    );
    format!("{signed}.{standard}")
}

fn claims_text<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let token = || token(issuer);
    let claims = token().claims_json();
    for (variant, text) in [
        ("nothing", String::new()),
        ("no members", "{}".to_owned()),
        ("null", "null".to_owned()),
        ("a number", "1".to_owned()),
        ("a string", "\"ada\"".to_owned()),
        ("an empty array", "[]".to_owned()),
        ("in an array", format!("[{claims}]")),
        (
            "in a string",
            serde_json::Value::from(claims.clone()).to_string(),
        ),
        ("half an object", claims[..claims.len() - 1].to_owned()),
        ("something behind", format!("{claims}x")),
        ("a NUL behind", format!("{claims}\0")),
        ("two objects", format!("{claims}{claims}")),
        ("a comma too many", claims.replace("}}", "},}")),
        ("a comment behind", format!("{claims}//")),
        ("single quotes", claims.replace('"', "'")),
        ("a byte order mark", format!("\u{feff}{claims}")),
        ("a form feed before", format!("\u{c}{claims}")),
        ("a no-break space before", format!("\u{a0}{claims}")),
        (
            "a line break in a string",
            claims.replacen("ada", "a\nda", 1),
        ),
    ] {
        cases.add("claims", variant, token().raw_claims(text).sign());
    }
    cases.add(
        "claims",
        "half a surrogate pair",
        with_members(&token(), r#""level":"\ud800""#),
    );
    cases.add(
        "claims",
        "half a surrogate pair as a name",
        with_members(&token(), r#""\ud800":1"#),
    );
    cases.add(
        "claims",
        "an unknown escape",
        with_members(&token(), r#""level":"\x41""#),
    );
    cases.add(
        "claims",
        "an infinite number",
        with_members(&token(), r#""level":1e999"#),
    );

    let header = token().header_json();
    let latin = |json: &str, before: &str| {
        let at = json.find(before).expect("the JSON has it");
        [&json.as_bytes()[..at], b"\xfc", &json.as_bytes()[at..]].concat()
    };
    cases.add(
        "claims",
        "not UTF-8",
        sign::bytes(I::KIND, header.as_bytes(), &latin(&claims, "ada@")),
    );
    cases.add("claims", "not UTF-8 in the uid", {
        let claims = token().without("user_id").claims_json();
        sign::bytes(I::KIND, header.as_bytes(), &latin(&claims, "ada\""))
    });
    let utf16: Vec<u8> = claims.encode_utf16().flat_map(u16::to_le_bytes).collect();
    cases.add(
        "claims",
        "UTF-16",
        sign::bytes(I::KIND, header.as_bytes(), &utf16),
    );
    let extra = token().header("level", "x").header_json();
    cases.add(
        "header",
        "not UTF-8",
        sign::bytes(I::KIND, &latin(&extra, "x\""), claims.as_bytes()),
    );
}

fn bounds(issuer: &impl Issuer, cases: &mut Cases) {
    let token = || token(issuer);
    let with_claims =
        |count: usize| (0..count).fold(token(), |token, n| token.claim(&format!("c{n}"), n));
    let nested = |depth: usize| {
        let nest = format!("\"level\":{}{}", "[".repeat(depth), "]".repeat(depth));
        with_members(&token(), &nest)
    };
    cases.add("bounds", "200 claims", with_claims(200).sign());
    cases.add("bounds", "300 claims", with_claims(300).sign());
    cases.add("bounds", "30 arrays in one another", nested(30));
    cases.add("bounds", "100 arrays in one another", nested(100));
    cases.add(
        "bounds",
        "almost 8 KiB",
        token().claim("level", "x".repeat(5000)).sign(),
    );
    cases.add(
        "bounds",
        "more than 8 KiB",
        token().claim("level", "x".repeat(7000)).sign(),
    );
}
