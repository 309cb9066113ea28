//! The verifier of service accounts' ID tokens: what it accepts, and each thing that it refuses.

mod signature;

use std::time::Duration;

use callgate::{
    Clock, Denial, ServiceAccountVerifier,
    keys::KeyStore,
    verify::{Check, VerifierError},
};
use callgate_testkit::{GoogleIssuer, TokenBuilder};
use serde_json::{Value, json};

use super::{NOW, at};

const AUDIENCE: &str = "https://votes.example.com";
const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";
const NAMED: &str = "ServiceAccount(\"admin\")";
const DAY: u64 = 86_400;

fn issuer() -> GoogleIssuer {
    GoogleIssuer::new(AUDIENCE).clock(Clock::manual(at(NOW)))
}

/// A valid token, to be made wrong.
fn token() -> TokenBuilder<GoogleIssuer> {
    issuer().token(ADMIN)
}

fn verifier() -> ServiceAccountVerifier {
    issuer().verifier([("admin", ADMIN)])
}

fn verifier_at(seconds: u64, millis: u64) -> ServiceAccountVerifier {
    verifier().clock(Clock::manual(at(seconds) + Duration::from_millis(millis)))
}

fn answer(verifier: &ServiceAccountVerifier, token: &str) -> String {
    match verifier.check(token) {
        Check::Verified(service) => format!("{service:?}"),
        Check::Refused(denial) => format!("{} {denial}", denial.reason()),
        Check::Wait => "wait".to_owned(),
    }
}

#[track_caller]
fn assert_answers(rows: impl IntoIterator<Item = (impl AsRef<str>, String, impl AsRef<str>)>) {
    let verifier = verifier();
    for (name, token, expected) in rows {
        let (name, expected) = (name.as_ref(), expected.as_ref());
        let answer = answer(&verifier, &token);
        assert!(
            answer.starts_with(expected),
            "{name}: expected {expected:?}, not {answer:?}"
        );
    }
}

fn claims(why: &str) -> String {
    format!("TOKEN_INVALID invalid token: claims: {why}")
}

#[test]
fn a_token_is_read_whole_and_shown_by_name_only() {
    let Check::Verified(service) = verifier().check(&token().sign()) else {
        panic!("refused");
    };
    assert_eq!((service.name(), service.email()), ("admin", ADMIN));
    assert_eq!(service.unique_id(), GoogleIssuer::UNIQUE_ID);
    assert_eq!(
        (service.issued_at(), service.expires_at()),
        (at(NOW), at(NOW + 3600))
    );
    assert_eq!(issuer().service_account("admin"), service);
    let debug = format!("{service:?} {:?}", verifier());
    assert!(debug.starts_with(NAMED) && !debug.contains('@'), "{debug}");
    assert!(verifier().names().eq(["admin"]) && verifier().audiences().eq([AUDIENCE]));
}

#[test]
fn issuer_and_audience_are_exact() {
    let iss = "TOKEN_INVALID invalid token: iss is not";
    let aud = "TOKEN_INVALID invalid token: aud is not";
    let (iss_text, aud_text) = (claims("iss is not a string"), claims("aud is not a string"));
    let row = |claim: &str, value: Value, expected: &str| {
        (
            format!("{claim} {value}"),
            token().claim(claim, value).sign(),
            expected.to_owned(),
        )
    };
    assert_answers([
        row("iss", json!("https://accounts.google.com"), NAMED),
        row("iss", json!("accounts.google.com"), NAMED),
        row("iss", json!("https://accounts.google.com/"), iss),
        row("iss", json!("http://accounts.google.com"), iss),
        row(
            "iss",
            json!("https://securetoken.google.com/demo-callgate"),
            iss,
        ),
        row("iss", json!([GoogleIssuer::NAME]), &iss_text),
        row("aud", json!(format!("{AUDIENCE}/")), aud),
        row("aud", json!("https://votes.example.co"), aud),
        row("aud", json!("http://votes.example.com"), aud),
        row("aud", json!(""), aud),
        row("aud", json!([AUDIENCE]), &aud_text),
        row("aud", json!(null), &aud_text),
    ]);
    for claim in ["iss", "aud", "sub", "email", "email_verified", "iat", "exp"] {
        let missing = claims(&format!("{claim} is missing"));
        assert_answers([(claim, token().without(claim).sign(), missing)]);
    }
    let keys = KeyStore::fixed(issuer().key_set());
    let both = ServiceAccountVerifier::new([AUDIENCE, "votes"], keys)
        .and_then(|verifier| verifier.accounts([("admin", ADMIN)]))
        .unwrap()
        .clock(Clock::manual(at(NOW)));
    for audience in [AUDIENCE, "votes"] {
        assert_eq!(answer(&both, &token().claim("aud", audience).sign()), NAMED);
    }
}

#[test]
fn claims_have_their_form() {
    let verified = "email_verified is neither true nor false";
    assert_answers([
        (
            "false",
            token().claim("email_verified", false).sign(),
            claims("email_verified is false"),
        ),
        (
            "text",
            token().claim("email_verified", "true").sign(),
            claims(verified),
        ),
        (
            "number",
            token().claim("email_verified", 1).sign(),
            claims(verified),
        ),
        (
            "sub",
            token().claim("sub", "").sign(),
            claims("sub is empty"),
        ),
        (
            "sub",
            token().claim("sub", 1).sign(),
            claims("sub is not a string"),
        ),
        (
            "email",
            token().claim("email", "").sign(),
            claims("email is empty"),
        ),
        (
            "email",
            token().claim("email", vec![ADMIN]).sign(),
            claims("email is not a string"),
        ),
        (
            "twice",
            token().repeat_claim("email", ADMIN).sign(),
            claims("email is there twice"),
        ),
        (
            "no JSON",
            token().raw_claims("{").sign(),
            "TOKEN_MALFORMED".to_owned(),
        ),
    ]);
    for claim in ["iat", "exp", "nbf"] {
        for value in [json!(NOW.to_string()), json!(null), json!(1.5)] {
            let not_a_time = claims(&format!("{claim} is not a time"));
            assert_answers([(claim, token().claim(claim, value).sign(), not_a_time)]);
        }
    }
}

#[test]
fn the_skew_is_ten_seconds_to_the_millisecond() {
    let good = token().sign();
    assert_eq!(answer(&verifier_at(NOW + 3609, 999), &good), NAMED);
    let late = verifier_at(NOW + 3610, 0).check(&good);
    assert_eq!(late, Check::Refused(Denial::TokenExpired));
    for claim in ["iat", "nbf"] {
        let early = token().claim(claim, NOW + 100).sign();
        assert_eq!(answer(&verifier_at(NOW + 90, 0), &early), NAMED, "{claim}");
        let check = verifier_at(NOW + 89, 999).check(&early);
        assert_eq!(check, Check::Refused(Denial::TokenNotYetValid(claim)));
    }
    let exact = verifier().clock_skew(Duration::ZERO).unwrap();
    let just_made = token().claim("iat", NOW + 1).sign();
    assert!(answer(&exact, &just_made).starts_with("TOKEN_NOT_YET_VALID"));
    assert!(verifier().clock_skew(Duration::from_secs(301)).is_err());
}

#[test]
fn a_token_lives_a_day_at_most_and_ends_a_day_ahead_at_most() {
    let living = |iat: u64, exp: u64| token().claim("iat", iat).claim("exp", exp).sign();
    let too_long = claims("exp is more than 24 hours after iat");
    assert_answers([
        ("a day", living(NOW, NOW + DAY), NAMED.to_owned()),
        (
            "a day and a second",
            living(NOW, NOW + DAY + 1),
            too_long.clone(),
        ),
        ("since yesterday", living(NOW - DAY, NOW + 1), too_long),
        (
            "a day and a second ahead",
            living(NOW + 1, NOW + DAY + 1),
            claims("exp is more than a day ahead"),
        ),
        ("no time", living(NOW, NOW), claims("exp is not after iat")),
    ]);
}

#[test]
fn only_mapped_accounts_call() {
    let unnamed = "SERVICE_NOT_ALLOWED";
    assert_answers([
        ("a person", token().email("ada@example.com").sign(), unnamed),
        (
            "another service",
            token()
                .email("votes@demo-callgate.iam.gserviceaccount.com")
                .sign(),
            unnamed,
        ),
        (
            "in capitals",
            token().email(&ADMIN.to_uppercase()).sign(),
            unnamed,
        ),
        ("by name", token().email("admin").sign(), unnamed),
        // What is not valid is not told whether it is known.
        (
            "a person, late",
            token()
                .email("ada@example.com")
                .claim("iat", NOW - 7200)
                .claim("exp", NOW - 3600)
                .sign(),
            "TOKEN_EXPIRED",
        ),
    ]);
    let nobody = issuer().verifier([]);
    assert!(answer(&nobody, &token().sign()).starts_with(unnamed));
}

#[test]
fn an_account_made_again_is_another_one() {
    let pinned = format!("{ADMIN}#{}", GoogleIssuer::UNIQUE_ID);
    let verifier = issuer().verifier([("admin", pinned.as_str())]);
    assert_eq!(answer(&verifier, &token().sign()), NAMED);
    for other in ["1", "1042173958601723948570", "10421739586017239485"] {
        let again = token().unique_id(other).sign();
        assert!(answer(&verifier, &again).starts_with("SERVICE_NOT_ALLOWED"));
        assert_eq!(answer(&self::verifier(), &again), NAMED);
    }
}

#[test]
fn what_would_let_in_more_than_anyone_meant_makes_no_verifier() {
    let new = |audiences: &[&str]| {
        let keys = KeyStore::fixed(issuer().key_set());
        ServiceAccountVerifier::new(audiences.iter().copied(), keys).err()
    };
    assert_eq!(new(&[]), Some(VerifierError::NoAudience));
    for wrong in [
        "",
        "https://votes.example.com ",
        "32555940559.apps.googleusercontent.com",
        "https://32555940559.Apps.GoogleUserContent.com",
    ] {
        let error = VerifierError::Audience(wrong.to_owned());
        assert_eq!(new(&[AUDIENCE, wrong]), Some(error));
    }
    let mapped = |name: &str, email: &str| verifier().accounts([(name, email)]).err();
    assert_eq!(
        mapped("admin", "ada@example.com"),
        Some(VerifierError::Account("ada@example.com".to_owned()))
    );
    assert_eq!(
        mapped("", ADMIN),
        Some(VerifierError::AccountName(String::new()))
    );
    let twice = verifier().accounts([("a", ADMIN), ("b", ADMIN)]).err();
    assert_eq!(twice, Some(VerifierError::AccountTwice(ADMIN.to_owned())));
}
