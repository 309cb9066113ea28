//! The verifier of App Check tokens: what it accepts, and each thing that it refuses.

mod consume;
mod keys;
mod signature;

use std::time::Duration;

use callgate::{
    AppCheckVerifier, Clock,
    keys::KeyStore,
    verify::{APP_CHECK_NO_TOKEN, Check, VerifierError},
};
use callgate_testkit::{AppCheckIssuer, TokenBuilder};
use serde_json::{Value, json};

use super::{NOW, at};

pub(super) const APP_ID: &str = "1:123456789012:web:0a1b";
pub(super) const ISSUER: &str = "https://firebaseappcheck.googleapis.com/123456789012";
const DAY: u64 = 86_400;

pub(super) fn issuer() -> AppCheckIssuer {
    AppCheckIssuer::new("demo-callgate", 123_456_789_012).clock(Clock::manual(at(NOW)))
}

/// A valid token, to be made wrong.
pub(super) fn token() -> TokenBuilder<AppCheckIssuer> {
    issuer().token(APP_ID)
}

fn answer(verifier: &AppCheckVerifier, token: &str) -> String {
    match verifier.check(token) {
        Check::Verified(app) => format!("{app:?}"),
        Check::Refused(denial) => format!("{} {denial}", denial.reason()),
        Check::Wait => "wait".to_owned(),
    }
}

const APP: &str = "App(\"1:123456789012:web:0a1b\")";

#[track_caller]
fn assert_answers(rows: impl IntoIterator<Item = (impl AsRef<str>, String, &'static str)>) {
    let verifier = issuer().verifier();
    for (name, token, expected) in rows {
        let answer = answer(&verifier, &token);
        let name = name.as_ref();
        assert!(
            answer.starts_with(expected),
            "{name}: expected {expected:?}, not {answer:?}"
        );
    }
}

#[test]
fn an_app_is_its_id_until_the_token_ends() {
    let app = token().claim("jti", "x").claim("nbf", NOW).app();
    assert_eq!((app.id(), app.expires_at()), (APP_ID, at(NOW + 3600)));
    assert_eq!(format!("{app:?}"), APP);
    assert_eq!(
        format!("{:?}", issuer().verifier()),
        "AppCheckVerifier { audiences: [\"projects/123456789012\", \"projects/demo-callgate\"], can_consume: false, .. }"
    );
}

#[test]
fn the_issuer_is_app_check_for_this_projects_number() {
    let wrong = "TOKEN_INVALID invalid token: iss is not";
    for iss in [
        "https://firebaseappcheck.googleapis.com/1234567890123",
        "https://firebaseappcheck.googleapis.com/12345678901",
        "https://firebaseappcheck.googleapis.com/123456789012/",
        "https://firebaseappcheck.googleapis.com/0123456789012",
        "https://firebaseappcheck.googleapis.com/demo-callgate",
        "https://firebaseappcheck.googleapis.com/",
        "http://firebaseappcheck.googleapis.com/123456789012",
        "https://securetoken.google.com/demo-callgate",
        "",
    ] {
        assert_answers([(iss, token().claim("iss", iss).sign(), wrong)]);
    }
    assert_answers([
        (
            "none",
            token().without("iss").sign(),
            "TOKEN_INVALID invalid token: claims: iss is missing",
        ),
        (
            "an array",
            token().claim("iss", vec![ISSUER]).sign(),
            "TOKEN_INVALID invalid token: claims: iss is not a string",
        ),
    ]);
}

#[test]
fn the_audience_is_an_array_with_this_project_by_number_or_by_id() {
    let wrong = "TOKEN_INVALID invalid token: aud is not";
    let no_array = "TOKEN_INVALID invalid token: claims: aud is not an array of strings";
    let row = |aud: Value, expected| (aud.to_string(), token().claim("aud", aud).sign(), expected);
    assert_answers([
        row(json!(["projects/123456789012"]), APP),
        row(json!(["projects/demo-callgate"]), APP),
        row(json!(["projects/1", "projects/demo-callgate"]), APP),
        row(json!([]), wrong),
        row(json!(["projects/1234567890123"]), wrong),
        row(json!(["projects/demo-callgate2", "projects/1"]), wrong),
        row(json!(["projects/Demo-callgate"]), wrong),
        row(json!(["/projects/demo-callgate"]), wrong),
        row(json!(["projects/demo-callgate/"]), wrong),
        row(json!(["demo-callgate", "123456789012"]), wrong),
        row(json!([""]), wrong),
        row(json!("projects/demo-callgate"), no_array),
        row(json!(null), no_array),
        row(json!({ "0": "projects/demo-callgate" }), no_array),
        row(json!(["projects/demo-callgate", 1]), no_array),
        row(json!(["projects/demo-callgate", null]), no_array),
        row(json!([["projects/demo-callgate"]]), no_array),
        (
            "none".to_owned(),
            token().without("aud").sign(),
            "TOKEN_INVALID invalid token: claims: aud is missing",
        ),
    ]);
}

#[test]
fn the_app_has_an_id() {
    let claims = "TOKEN_INVALID invalid token: claims: sub";
    assert_answers([
        ("none", token().without("sub").sign(), claims),
        ("empty", token().claim("sub", "").sign(), claims),
        ("a number", token().claim("sub", 1).sign(), claims),
        ("null", token().claim("sub", json!(null)).sign(), claims),
        (
            "128 bytes",
            token().claim("sub", "x".repeat(128)).sign(),
            "App(",
        ),
        (
            "129 bytes",
            token().claim("sub", "x".repeat(129)).sign(),
            claims,
        ),
    ]);
}

#[test]
fn a_token_lives_7_days_at_most() {
    let too_long = "TOKEN_INVALID invalid token: claims: exp is more than 7 days after iat";
    let backwards = "TOKEN_INVALID invalid token: claims: exp is not after iat";
    let living = |seconds| token().claim("exp", NOW + seconds).sign();
    assert_answers([
        ("7 days", living(7 * DAY), APP),
        ("5 minutes, for limited use", living(300), APP),
        ("a second more", living(7 * DAY + 1), too_long),
        ("ten years", living(3650 * DAY), too_long),
        ("no time", living(0), backwards),
    ]);
}

#[test]
fn times_are_compared_with_the_clock_give_or_take_the_skew() {
    let late = |seconds: u64| {
        token()
            .claim("iat", NOW - 600)
            .claim("exp", NOW - seconds)
            .sign()
    };
    assert_answers([
        (
            "iat within the skew",
            token().claim("iat", NOW + 10).sign(),
            APP,
        ),
        (
            "iat",
            token().claim("iat", NOW + 11).sign(),
            "TOKEN_NOT_YET_VALID",
        ),
        (
            "nbf within the skew",
            token().claim("nbf", NOW + 10).sign(),
            APP,
        ),
        (
            "nbf",
            token().claim("nbf", NOW + 11).sign(),
            "TOKEN_NOT_YET_VALID",
        ),
        ("exp within the skew", late(9), APP),
        ("exp", late(10), "TOKEN_EXPIRED"),
        (
            "no iat",
            token().without("iat").sign(),
            "TOKEN_INVALID invalid token: claims: iat",
        ),
        (
            "no exp",
            token().without("exp").sign(),
            "TOKEN_INVALID invalid token: claims: exp",
        ),
        (
            "iat a string",
            token().claim("iat", "1").sign(),
            "TOKEN_INVALID",
        ),
        (
            "exp a float",
            token().claim("exp", 1.5).sign(),
            "TOKEN_INVALID",
        ),
    ]);
    let skew = |seconds| issuer().verifier().clock_skew(Duration::from_secs(seconds));
    assert_eq!(answer(&skew(300).unwrap(), &late(299)), APP);
    assert!(answer(&skew(0).unwrap(), &late(1)).starts_with("TOKEN_EXPIRED"));
    assert!(skew(301).is_err());
}

#[test]
fn only_a_token_that_is_valid_in_all_else_is_told_to_be_late() {
    let late = || token().claim("iat", NOW - 7200).claim("exp", NOW - 3600);
    assert_answers([
        ("late", late().sign(), "TOKEN_EXPIRED"),
        ("forged", late().forged_with(8).sign(), "TOKEN_INVALID"),
        ("issuer", late().claim("iss", "x").sign(), "TOKEN_INVALID"),
        (
            "audience",
            late().claim("aud", vec!["x"]).sign(),
            "TOKEN_INVALID",
        ),
        ("sub", late().without("sub").sign(), "TOKEN_INVALID"),
        ("typ", late().without_header("typ").sign(), "TOKEN_INVALID"),
    ]);
}

#[test]
fn claims_are_json_and_each_is_there_once() {
    let claims = "TOKEN_INVALID invalid token: claims:";
    let text = token().claims_json();
    assert_answers([
        (
            "aud twice",
            token().repeat_claim("aud", vec!["projects/1"]).sign(),
            claims,
        ),
        (
            "another twice",
            token().claim("x", 1).repeat_claim("x", 1).sign(),
            claims,
        ),
        (
            "an array",
            token().raw_claims(format!("[{text}]")).sign(),
            claims,
        ),
        (
            "more",
            token().raw_claims(format!("{text} x")).sign(),
            "TOKEN_MALFORMED",
        ),
        ("nothing", token().raw_claims("").sign(), "TOKEN_MALFORMED"),
        ("not three parts", "a.b".to_owned(), "TOKEN_MALFORMED"),
    ]);
}

#[test]
fn what_the_sdk_sends_for_no_token_is_no_token() {
    // base64 -d: {"error":"UNKNOWN_ERROR"}
    assert_eq!(APP_CHECK_NO_TOKEN, "eyJlcnJvciI6IlVOS05PV05fRVJST1IifQ==");
    assert_answers([("it", APP_CHECK_NO_TOKEN.to_owned(), "TOKEN_MALFORMED")]);
}

#[test]
fn what_is_no_project_makes_no_verifier() {
    let keys = || KeyStore::fixed(issuer().key_set());
    assert_eq!(
        AppCheckVerifier::new("demo-callgate", 0, keys()).err(),
        Some(VerifierError::ProjectNumber)
    );
    assert_eq!(
        AppCheckVerifier::new("123456789012", 123_456_789_012, keys()).err(),
        Some(VerifierError::ProjectId("123456789012".to_owned()))
    );
}
