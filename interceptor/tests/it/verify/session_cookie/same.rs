//! What is demanded of an ID token is demanded of a session cookie, in the same words.

use callgate::verify::Check;
use callgate_testkit::{EndUserIssuer, TokenBuilder};
use serde_json::json;

use super::{super::NOW, DAY, answer, cookie, id_token, issuer};

/// What makes any end user's token wrong, or is its good right.
fn variants<I: EndUserIssuer>(
    token: impl Fn() -> TokenBuilder<I>,
) -> Vec<(&'static str, TokenBuilder<I>)> {
    let claims = || token().claims_json();
    vec![
        ("as it is", token()),
        (
            "aud of another project",
            token().claim("aud", "another-project"),
        ),
        ("aud an array", token().claim("aud", vec!["demo-callgate"])),
        ("no aud", token().without("aud")),
        ("no sub", token().without("sub")),
        ("sub empty", token().claim("sub", "").claim("user_id", "")),
        ("sub a number", token().claim("sub", 1)),
        (
            "sub of 128",
            token().claim("sub", "x".repeat(128)).without("user_id"),
        ),
        (
            "sub of 129",
            token().claim("sub", "x".repeat(129)).without("user_id"),
        ),
        ("user_id of another", token().claim("user_id", "eve")),
        ("no user_id", token().without("user_id")),
        ("no firebase", token().without("firebase")),
        ("firebase a string", token().claim("firebase", "password")),
        ("no provider", token().without_firebase("sign_in_provider")),
        ("provider empty", token().provider("")),
        ("a tenant", token().tenant("pupils")),
        ("tenant null", token().firebase("tenant", json!(null))),
        ("no iat", token().without("iat")),
        ("iat early", token().claim("iat", NOW + 11)),
        ("iat within the skew", token().claim("iat", NOW + 10)),
        ("iat a string", token().claim("iat", NOW.to_string())),
        ("no auth_time", token().without("auth_time")),
        ("auth_time early", token().claim("auth_time", NOW + 11)),
        ("auth_time long ago", token().claim("auth_time", 0)),
        ("nbf early", token().claim("nbf", NOW + 11)),
        ("nbf", token().claim("nbf", NOW)),
        ("no exp", token().without("exp")),
        (
            "exp a string",
            token().claim("exp", (NOW + 3600).to_string()),
        ),
        (
            "late",
            token().claim("iat", NOW - 3610).claim("exp", NOW - 10),
        ),
        (
            "late within the skew",
            token().claim("iat", NOW - 3609).claim("exp", NOW - 9),
        ),
        ("e-mail a number", token().claim("email", 1)),
        (
            "email_verified a string",
            token().claim("email_verified", "true"),
        ),
        ("a claim twice", token().repeat_claim("sub", "eve")),
        ("no claims", token().raw_claims("{}")),
        (
            "claims an array",
            token().raw_claims(format!("[{}]", claims())),
        ),
        (
            "more than claims",
            token().raw_claims(format!("{} x", claims())),
        ),
        ("no claims at all", token().raw_claims("")),
        ("alg RS384", token().header("alg", "RS384")),
        ("alg none", token().header("alg", "none")),
        ("no alg", token().without_header("alg")),
        ("no kid", token().without_header("kid")),
        ("kid empty", token().header("kid", "")),
        ("kid unknown", token().header("kid", "unknown")),
        ("typ of another", token().header("typ", "at+jwt")),
        ("no typ", token().without_header("typ")),
        ("crit", token().header("crit", vec!["exp"])),
        ("kid twice", token().repeat_header("kid", "other")),
        ("jwk", token().header("jwk", json!({}))),
        ("forged", token().forged_with(3)),
        ("unsigned", token().emulated()),
    ]
}

#[test]
fn cookies_and_id_tokens_are_judged_alike() {
    let (cookies, id_tokens) = (issuer().verifier(), super::super::issuer().verifier());
    let mut accepted = 0;
    for ((name, cookie), (_, token)) in variants(cookie).iter().zip(variants(id_token)) {
        let expected = match id_tokens.check(&token.sign()) {
            Check::Verified(user) => format!("{user:?}"),
            Check::Refused(denial) => format!("{} {denial}", denial.reason()),
            Check::Wait => "wait".to_owned(),
        };
        let answer = answer(&cookies, &cookie.sign());
        assert_eq!(without_place(&answer), without_place(&expected), "{name}");
        accepted += usize::from(expected.starts_with("EndUser"));
    }
    assert_eq!(accepted, 9);
}

/// The place in the JSON is another, since the issuers' names are of other lengths.
fn without_place(answer: &str) -> &str {
    answer.split(" at line ").next().unwrap_or_default()
}

#[test]
fn a_cookie_has_the_form_of_a_token() {
    let good = cookie().sign();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let verifier = issuer().verifier();
    for (text, reason) in [
        (String::new(), "TOKEN_MALFORMED"),
        (signed.to_owned(), "TOKEN_MALFORMED"),
        (format!("{signed}."), "TOKEN_INVALID"),
        (
            format!("{signed}.SIGNATURE_REMOVED_BY_GOOGLE"),
            "TOKEN_INVALID",
        ),
        (format!("{good}."), "TOKEN_MALFORMED"),
        (format!("{good}="), "TOKEN_MALFORMED"),
        (format!(" {good}"), "TOKEN_MALFORMED"),
        (format!("{signed}.{}", &signature[..4]), "TOKEN_INVALID"),
        (
            cookie().claim("note", "x".repeat(8 * 1024)).sign(),
            "TOKEN_MALFORMED",
        ),
    ] {
        assert!(answer(&verifier, &text).starts_with(reason), "{text:.20}");
    }
}

#[test]
fn an_old_sign_in_is_told_by_the_cookie() {
    let user = cookie().claim("auth_time", NOW - 100 * DAY).end_user();
    assert_eq!(user.signed_in_at(), super::at(NOW - 100 * DAY));
}
