//! Three parts of canonical base64url, the second of them one strict JSON object.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use callgate_testkit::RsaKey;

use super::{accepted, assert_refused, issuer, token};

/// Signs this text as it stands, so that nothing is wrong with the token but the text.
fn signed(text: &str) -> String {
    format!("{text}.{}", RsaKey::number(1).sign(text.as_bytes()))
}

/// The last character of a part, changed in bits that no byte takes.
fn with_stray_bits(part: &str) -> String {
    let last = part.as_bytes()[part.len() - 1];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet
        .iter()
        .position(|b| *b == last)
        .expect("a character of base64url");
    assert!(
        !part.len().is_multiple_of(4) && at.is_multiple_of(4),
        "no stray bits here"
    );
    format!(
        "{}{}",
        &part[..part.len() - 1],
        char::from(alphabet[at + 1])
    )
}

#[test]
fn the_parts_are_three() {
    let good = token().sign();
    let parts: Vec<&str> = good.split('.').collect();
    let expected = "TOKEN_MALFORMED malformed token: not three parts";
    assert_refused([
        ("nothing", String::new(), expected),
        ("one part", parts[0].to_owned(), expected),
        ("two parts", format!("{}.{}", parts[0], parts[1]), expected),
        ("four parts", format!("{good}.{}", parts[2]), expected),
        ("four parts, one empty", format!("{good}."), expected),
        ("an empty first part", format!(".{good}"), expected),
        ("two tokens", format!("{good}.{good}"), expected),
    ]);
}

#[test]
fn the_parts_are_canonical_base64url() {
    let good = token().sign();
    let parts: Vec<&str> = good.split('.').collect();
    let [header, claims, signature] = [parts[0], parts[1], parts[2]];
    let padded = |json: String| {
        (0..3)
            .map(|spaces| format!("{json}{}", " ".repeat(spaces)))
            .map(|json| URL_SAFE.encode(json))
            .find(|part| part.ends_with('='))
            .unwrap()
    };
    let with_bits_to_spare = |json: String| {
        (0..3)
            .map(|spaces| URL_SAFE_NO_PAD.encode(format!("{json}{}", " ".repeat(spaces))))
            .find(|part| !part.len().is_multiple_of(4))
            .unwrap()
    };
    let other_alphabet = STANDARD_NO_PAD.encode(token().name("???>>>~~~").claims_json());
    assert!(other_alphabet.contains(['+', '/']));
    let expected = "TOKEN_MALFORMED malformed token: a part is not canonical base64url";
    let row = |name, token| (name, token, expected);
    assert_refused([
        row("padding behind", format!("{good}==")),
        row(
            "a padded header",
            signed(&format!("{}.{claims}", padded(token().header_json()))),
        ),
        row(
            "padded claims",
            signed(&format!("{header}.{}", padded(token().claims_json()))),
        ),
        row(
            "stray bits in the header",
            signed(&format!(
                "{}.{claims}",
                with_stray_bits(&with_bits_to_spare(token().header_json()))
            )),
        ),
        row(
            "stray bits in the claims",
            signed(&format!(
                "{header}.{}",
                with_stray_bits(&with_bits_to_spare(token().claims_json()))
            )),
        ),
        row(
            "stray bits in the signature",
            format!("{header}.{claims}.{}", with_stray_bits(signature)),
        ),
        row(
            "the standard alphabet",
            signed(&format!("{header}.{other_alphabet}")),
        ),
        row("a space before", format!(" {good}")),
        row("a space behind", format!("{good} ")),
        row("a line break behind", format!("{good}\n")),
        row(
            "a line break within",
            signed(&format!("{header}.{claims}\n")),
        ),
        row("a character too few", good[..good.len() - 1].to_owned()),
        row("a NUL behind", format!("{good}\0")),
        row("another script", format!("{good}é")),
        row("a scheme", format!("Bearer {good}")),
    ]);
}

#[test]
fn a_token_has_8_kib_at_most() {
    let of_length = |length: usize| {
        (5500..6500)
            .map(|n| token().claim("filler", "x".repeat(n)).sign())
            .find(|token| token.len() >= length)
            .unwrap()
    };
    let longest = of_length(8191);
    assert!(longest.len() <= 8192);
    accepted(&issuer().verifier(), &longest);
    assert_refused([(
        "a token of more than 8 KiB",
        of_length(8193),
        "TOKEN_MALFORMED malformed token: longer than 8 KiB",
    )]);
}

#[test]
fn the_claims_are_one_json_object() {
    let claims = token().claims_json();
    let syntax = "TOKEN_MALFORMED malformed token: the payload is no JSON";
    let content = "TOKEN_INVALID invalid token: claims: ";
    let row = |name, claims: &str, expected| (name, token().raw_claims(claims).sign(), expected);
    assert_refused([
        row("nothing", "", syntax),
        row("half an object", &claims[..claims.len() - 1], syntax),
        row("something behind", &format!("{claims}x"), syntax),
        row("two objects", &format!("{claims}{claims}"), syntax),
        row("a comma too many", &claims.replace("}}", "},}"), syntax),
        row("a byte order mark", &format!("\u{feff}{claims}"), syntax),
        row("a comment", &format!("{claims}//"), syntax),
        row("no JSON", "iss=x", syntax),
        row("an array", "[]", content),
        row("an array of the object", &format!("[{claims}]"), content),
        row("a string", "\"x\"", content),
        row("a number", "1", content),
        row("null", "null", content),
        row(
            "no members",
            "{}",
            "TOKEN_INVALID invalid token: claims: iss is missing",
        ),
    ]);
}

#[test]
fn no_claim_is_there_twice_at_any_depth() {
    let claims = token().claims_json();
    let and = |more: &str| {
        token()
            .raw_claims(format!("{},{more}}}", &claims[..claims.len() - 1]))
            .sign()
    };
    let row = |name: &'static str, token, expected| (name.to_owned(), token, expected);
    let mut rows = vec![
        row(
            "a custom claim",
            and(r#""level":1,"level":1"#),
            "TOKEN_INVALID invalid token: claims: level is there twice",
        ),
        row(
            "spelled with an escape",
            and(r#""s\u0075b":"eve""#),
            "TOKEN_INVALID invalid token: claims: sub is there twice",
        ),
        row(
            "in a custom claim",
            and(r#""a":[{"b":{"level":1,"level":2}}]"#),
            "TOKEN_INVALID invalid token: claims: level is there twice",
        ),
        row(
            "in the roles",
            and(r#""roles":["x",{"level":1,"level":2}]"#),
            "TOKEN_INVALID invalid token: claims: level is there twice",
        ),
        row(
            "the object firebase",
            token()
                .repeat_claim("firebase", serde_json::json!({"sign_in_provider": "x"}))
                .sign(),
            "TOKEN_INVALID invalid token: claims: firebase is there twice",
        ),
        row(
            "the roles",
            token()
                .roles(&["a"])
                .repeat_claim("roles", vec!["b"])
                .sign(),
            "TOKEN_INVALID invalid token: claims: roles is there twice",
        ),
        row(
            "within firebase",
            token()
                .raw_claims(claims.replacen(
                    "\"sign_in_provider\":",
                    "\"sign_in_provider\":\"x\",\"sign_in_provider\":",
                    1,
                ))
                .sign(),
            "TOKEN_INVALID invalid token: claims: sign_in_provider is there twice",
        ),
        row(
            "deep within firebase",
            token()
                .raw_claims(claims.replacen(
                    "\"identities\":{}",
                    "\"identities\":{\"email\":[],\"email\":[]}",
                    1,
                ))
                .sign(),
            "TOKEN_INVALID invalid token: claims: email is there twice",
        ),
    ];
    for claim in ["iss", "aud", "sub", "exp", "iat", "auth_time", "user_id"] {
        let value = serde_json::from_str::<serde_json::Value>(&claims).unwrap()[claim].clone();
        rows.push((
            format!("{claim}, the same value"),
            token().repeat_claim(claim, value).sign(),
            "TOKEN_INVALID invalid token: claims: ",
        ));
    }
    assert_refused(rows);
}

#[test]
fn claims_are_bounded_in_number_and_depth() {
    let with = |claims: usize| {
        let own = 8;
        (0..claims - own)
            .fold(token(), |token, n| token.claim(&format!("c{n}"), n))
            .sign()
    };
    accepted(&issuer().verifier(), &with(256));
    let nested = |depth: usize| {
        let claims = token().claims_json();
        let nest = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        token()
            .raw_claims(format!("{},\"a\":{nest}}}", &claims[..claims.len() - 1]))
            .sign()
    };
    accepted(&issuer().verifier(), &nested(32));
    assert_refused([
        (
            "257 claims",
            with(257),
            "TOKEN_INVALID invalid token: claims: an object of more than 256 members",
        ),
        (
            "33 arrays in one another",
            nested(33),
            "TOKEN_INVALID invalid token: claims: values too deep in one another",
        ),
        ("2,000 arrays in one another", nested(2000), "TOKEN_"),
    ]);
}
