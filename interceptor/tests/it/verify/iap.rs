//! The verifier of IAP's assertions: what it accepts, and each thing that it refuses.

mod signature;

use std::time::Duration;

use callgate::{
    Clock, Denial, IapVerifier,
    keys::KeyStore,
    verify::{Check, VerifierError},
};
use callgate_testkit::{IapIssuer, TokenBuilder};
use serde_json::{Value, json};

use super::{NOW, at};

const AUDIENCE: &str = "/projects/123456789012/locations/europe-west1/services/admin";

fn issuer() -> IapIssuer {
    IapIssuer::new(AUDIENCE).clock(Clock::manual(at(NOW)))
}

/// A valid assertion, to be made wrong.
fn assertion() -> TokenBuilder<IapIssuer> {
    issuer().assertion("ada")
}

fn verifier_at(seconds: u64, millis: u64) -> IapVerifier {
    let clock = Clock::manual(at(seconds) + Duration::from_millis(millis));
    issuer().verifier().clock(clock)
}

fn answer(verifier: &IapVerifier, assertion: &str) -> String {
    match verifier.check(assertion) {
        Check::Verified(user) => format!("{user:?}"),
        Check::Refused(denial) => format!("{} {denial}", denial.reason()),
        Check::Wait => "wait".to_owned(),
    }
}

const ADA: &str = "InternalUser(\"ada\")";
const EXPIRED: &str = "TOKEN_EXPIRED the token has expired";

#[track_caller]
fn assert_answers(rows: impl IntoIterator<Item = (impl AsRef<str>, String, impl AsRef<str>)>) {
    let verifier = issuer().verifier();
    for (name, assertion, expected) in rows {
        let (name, expected) = (name.as_ref(), expected.as_ref());
        let answer = answer(&verifier, &assertion);
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
fn an_assertion_is_read_whole() {
    let user = assertion()
        .hosted_domain("example.com")
        .claim("nbf", NOW)
        .internal_user();
    assert_eq!(user.id(), "ada");
    assert_eq!(user.email(), "ada@example.com");
    assert_eq!(user.hosted_domain(), Some("example.com"));
    assert!(!user.is_external() && !user.is_service_account());
    assert_eq!(
        (user.issued_at(), user.expires_at()),
        (at(NOW), at(NOW + 600))
    );
    assert_eq!(issuer().internal_user("ada").hosted_domain(), None);
    assert_eq!(
        format!("{user:?} {:?}", issuer().verifier()),
        format!("{ADA} IapVerifier {{ audience: {AUDIENCE:?}, .. }}")
    );
}

#[test]
fn an_external_user_is_told_by_gcip_or_by_the_prefix() {
    let user = assertion().external("demo-callgate", "eve").internal_user();
    assert_eq!(user.id(), "securetoken.google.com/demo-callgate:eve");
    assert!(user.is_external());
    let prefixed = "securetoken.google.com/demo-callgate/pupils:eve";
    for external in [
        assertion().claim("gcip", json!({})),
        assertion().claim("gcip", json!(null)),
        assertion().claim("sub", prefixed),
        assertion().email(prefixed),
    ] {
        assert!(
            external.internal_user().is_external(),
            "{}",
            external.claims_json()
        );
    }
}

#[test]
fn a_program_is_told_by_its_e_mail_address() {
    let is_program = |email| {
        assertion()
            .email(email)
            .internal_user()
            .is_service_account()
    };
    assert!(is_program("job@demo-callgate.iam.gserviceaccount.com"));
    assert!(is_program("demo-callgate@appspot.gserviceaccount.com"));
    assert!(is_program("Job@Demo-callgate.iam.GServiceAccount.com"));
    assert!(!is_program("ada@gserviceaccount.com.example.com"));
    assert!(!is_program("ada@example.com"));
}

#[test]
fn issuer_and_audience_are_exact() {
    let iss = "TOKEN_INVALID invalid token: iss is not";
    let aud = "TOKEN_INVALID invalid token: aud is not";
    let (iss_text, aud_text) = (claims("iss is not a string"), claims("aud is not a string"));
    let row = |claim: &str, value: Value, expected: &str| {
        (
            format!("{claim} {value}"),
            assertion().claim(claim, value).sign(),
            expected.to_owned(),
        )
    };
    assert_answers([
        row("iss", json!("https://cloud.google.com/iap/"), iss),
        row("iss", json!("cloud.google.com/iap"), iss),
        row("iss", json!("https://accounts.google.com"), iss),
        row("iss", json!(""), iss),
        row("iss", json!([IapIssuer::NAME]), &iss_text),
        row("iss", json!(null), &iss_text),
        row("aud", json!(format!("{AUDIENCE}/")), aud),
        row("aud", json!(AUDIENCE.replace("admin", "votes")), aud),
        row("aud", json!(&AUDIENCE[1..]), aud),
        row("aud", json!(""), aud),
        row("aud", json!([AUDIENCE]), &aud_text),
        row("aud", json!(null), &aud_text),
    ]);
    for claim in ["iss", "aud", "sub", "email", "iat", "exp"] {
        assert_answers([(
            claim,
            assertion().without(claim).sign(),
            claims(&format!("{claim} is missing")),
        )]);
    }
}

#[test]
fn claims_have_their_form() {
    for claim in ["sub", "email", "hd"] {
        assert_answers([
            (
                claim,
                assertion().claim(claim, "").sign(),
                claims(&format!("{claim} is empty")),
            ),
            (
                claim,
                assertion().claim(claim, 1).sign(),
                claims(&format!("{claim} is not a string")),
            ),
            (
                claim,
                assertion()
                    .claim(claim, "x")
                    .repeat_claim(claim, "x")
                    .sign(),
                claims(&format!("{claim} is there twice")),
            ),
        ]);
    }
    for claim in ["iat", "exp", "nbf"] {
        for value in [json!(NOW.to_string()), json!(null), json!(1.5)] {
            assert_answers([(
                claim,
                assertion().claim(claim, value).sign(),
                claims(&format!("{claim} is not a time")),
            )]);
        }
    }
    assert_answers([(
        "no JSON",
        assertion().raw_claims("{").sign(),
        "TOKEN_MALFORMED",
    )]);
}

#[test]
fn the_skew_is_thirty_seconds_to_the_millisecond() {
    let good = assertion().sign();
    assert_eq!(answer(&verifier_at(NOW + 629, 999), &good), ADA);
    assert!(answer(&verifier_at(NOW + 630, 0), &good).starts_with(EXPIRED));
    for claim in ["iat", "nbf"] {
        let early = assertion()
            .claim("iat", NOW)
            .claim(claim, NOW + 100)
            .claim("exp", NOW + 600)
            .sign();
        assert_eq!(answer(&verifier_at(NOW + 70, 0), &early), ADA, "{claim}");
        let denial = Denial::TokenNotYetValid(claim);
        let check = verifier_at(NOW + 69, 999).check(&early);
        assert_eq!(check, Check::Refused(denial));
    }
    let exact = issuer().verifier().clock_skew(Duration::ZERO).unwrap();
    let just_made = assertion().claim("iat", NOW + 1).sign();
    assert!(answer(&exact, &just_made).starts_with("TOKEN_NOT_YET_VALID"));
    let too_much = issuer().verifier().clock_skew(Duration::from_secs(301));
    assert!(too_much.is_err());
}

#[test]
fn an_assertion_lives_ten_minutes_and_twice_the_skew() {
    let living = |seconds| assertion().claim("exp", NOW + seconds).sign();
    let too_long = claims("exp is more than 10 minutes and twice the skew after iat");
    assert_answers([
        ("660 s", living(660), ADA.to_owned()),
        ("661 s", living(661), too_long.clone()),
        ("an hour", living(3600), too_long.clone()),
        ("no time", living(0), claims("exp is not after iat")),
        (
            "long ago",
            assertion()
                .claim("iat", NOW - 86_400)
                .claim("exp", NOW + 60)
                .sign(),
            too_long,
        ),
    ]);
    let exact = issuer().verifier().clock_skew(Duration::ZERO).unwrap();
    assert_eq!(answer(&exact, &living(600)), ADA);
    assert!(answer(&exact, &living(601)).starts_with("TOKEN_INVALID"));
}

#[test]
fn only_what_is_valid_in_all_else_is_told_to_be_late_or_early() {
    let late = || assertion().claim("iat", NOW - 660).claim("exp", NOW - 60);
    assert_answers([
        ("late", late().sign(), "TOKEN_EXPIRED"),
        ("late, forged", late().forged_with(2).sign(), "TOKEN_INV"),
        (
            "late, elsewhere",
            late().claim("aud", "x").sign(),
            "TOKEN_INV",
        ),
        ("late, nobody", late().without("email").sign(), "TOKEN_INV"),
        (
            "early, elsewhere",
            assertion().claim("nbf", NOW + 60).claim("aud", "x").sign(),
            "TOKEN_INV",
        ),
    ]);
}

#[test]
fn what_is_no_audience_of_iap_makes_no_verifier() {
    let keys = || KeyStore::fixed(issuer().key_set());
    let backend = "/projects/123456789012/global/backendServices/1234";
    assert_eq!(
        IapVerifier::new(backend, keys()).unwrap().audience(),
        backend
    );
    for wrong in ["", "auto", "/projects/my-project/global/backendServices/1"] {
        assert_eq!(
            IapVerifier::new(wrong, keys()).err(),
            Some(VerifierError::IapAudience(wrong.to_owned()))
        );
    }
}
