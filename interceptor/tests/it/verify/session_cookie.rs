//! The verifier of session cookies: where it differs from that of ID tokens, and that it differs in nothing else.

mod same;

use std::time::Duration;

use callgate::{
    Clock, Denial, FirebaseVerifier, SessionCookieVerifier, keys::KeyStore, verify::Check,
};
use callgate_testkit::{
    FirebaseIssuer, KeyServer, SessionCookieIssuer, TokenBuilder, jwks, key_server::Answer,
};
use serde_json::json;

use super::{NOW, at};

pub(super) const ISSUER: &str = "https://session.firebase.google.com/demo-callgate";
const MINUTE: u64 = 60;
const DAY: u64 = 86_400;

pub(super) fn issuer() -> SessionCookieIssuer {
    SessionCookieIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
}

/// A valid cookie, to be made wrong.
pub(super) fn cookie() -> TokenBuilder<SessionCookieIssuer> {
    issuer().cookie("ada")
}

fn id_token() -> TokenBuilder<FirebaseIssuer> {
    super::token()
}

fn answer(verifier: &SessionCookieVerifier, cookie: &str) -> String {
    match verifier.check(cookie) {
        Check::Verified(user) => format!("{user:?}"),
        Check::Refused(denial) => format!("{} {denial}", denial.reason()),
        Check::Wait => "wait".to_owned(),
    }
}

const ADA: &str = "EndUser(UserId { tenant: None, uid: \"ada\" })";

#[track_caller]
fn assert_answers(rows: impl IntoIterator<Item = (impl AsRef<str>, String, &'static str)>) {
    let verifier = issuer().verifier();
    for (name, cookie, expected) in rows {
        let answer = answer(&verifier, &cookie);
        let name = name.as_ref();
        assert!(
            answer.starts_with(expected),
            "{name}: expected {expected:?}, not {answer:?}"
        );
    }
}

#[test]
fn a_cookie_is_read_whole_and_says_that_it_is_one() {
    let user = cookie()
        .auth_time(at(NOW - DAY))
        .email("ada@example.com")
        .email_verified(true)
        .name("Ada")
        .provider("google.com")
        .second_factor("totp")
        .roles(&["editor"])
        .tenant("pupils")
        .end_user();
    assert!(user.by_session_cookie());
    assert_eq!((user.id().uid, user.id().tenant), ("ada", Some("pupils")));
    assert_eq!(
        (user.email(), user.email_verified()),
        (Some("ada@example.com"), true)
    );
    assert_eq!(user.display_name().as_deref(), Some("Ada"));
    assert_eq!(user.sign_in_provider(), "google.com");
    assert_eq!(user.second_factor(), Some("totp"));
    assert!(user.has_role("editor"));
    assert_eq!(user.signed_in_at(), at(NOW - DAY));
    assert_eq!(
        (user.issued_at(), user.expires_at()),
        (at(NOW), at(NOW + 5 * DAY))
    );

    assert!(!id_token().end_user().by_session_cookie());
    assert_eq!(
        format!("{:?}", issuer().verifier()),
        "SessionCookieVerifier { project_id: \"demo-callgate\", .. }"
    );
}

#[test]
fn the_issuer_is_that_of_this_projects_session_cookies() {
    let wrong = "TOKEN_INVALID invalid token: iss is not this project's issuer but";
    for iss in [
        "https://securetoken.google.com/demo-callgate",
        "https://session.firebase.google.com/demo-callgate/",
        "https://session.firebase.google.com/demo-callgat",
        "https://session.firebase.google.com/another-project",
        "https://session.firebase.google.com/",
        "http://session.firebase.google.com/demo-callgate",
        "session.firebase.google.com/demo-callgate",
        "",
    ] {
        assert_answers([(iss, cookie().claim("iss", iss).sign(), wrong)]);
    }
    assert_answers([
        (
            "none",
            cookie().without("iss").sign(),
            "TOKEN_INVALID invalid token: claims: iss is missing",
        ),
        (
            "an array",
            cookie().claim("iss", vec![ISSUER]).sign(),
            "TOKEN_INVALID invalid token: claims: iss is not a string",
        ),
    ]);
}

#[test]
fn a_cookie_lives_5_minutes_to_14_days() {
    let living = |seconds| cookie().claim("exp", NOW + seconds).sign();
    let too_short = "TOKEN_INVALID invalid token: claims: exp is less than 5 minutes after iat";
    let too_long = "TOKEN_INVALID invalid token: claims: exp is more than 14 days after iat";
    let backwards = "TOKEN_INVALID invalid token: claims: exp is not after iat";
    assert_answers([
        ("5 minutes", living(5 * MINUTE), ADA),
        ("an hour", living(60 * MINUTE), ADA),
        ("14 days", living(14 * DAY), ADA),
        ("a second less", living(5 * MINUTE - 1), too_short),
        ("a second", living(1), too_short),
        ("a second more", living(14 * DAY + 1), too_long),
        ("ten years", living(3650 * DAY), too_long),
        ("no time", living(0), backwards),
    ]);
}

#[test]
fn an_id_token_is_no_session_cookie_and_a_session_cookie_no_id_token() {
    // Even if both were signed with the same keys.
    let same_keys = issuer().publishing(&[1, 2]);
    let id_tokens = super::issuer().verifier();
    let cookies = same_keys.verifier_like(&id_tokens);
    let wrong = "TOKEN_INVALID invalid token: iss is not";
    assert!(answer(&cookies, &id_token().sign()).starts_with(wrong));
    assert_eq!(answer(&cookies, &same_keys.cookie("ada").sign()), ADA);
    let denial = super::refusal(&id_tokens, &same_keys.cookie("ada").sign());
    assert!(format!("{} {denial}", denial.reason()).starts_with(wrong));
}

#[test]
fn the_keys_are_those_of_the_cookies_issuer() {
    let unknown = "TOKEN_INVALID invalid token: the issuer has no key";
    let forged = "TOKEN_INVALID invalid token: the signature does not match";
    assert_answers([
        ("its own", cookie().key(6).sign(), ADA),
        ("that of an ID token", cookie().key(1).sign(), unknown),
        (
            "that of an ID token, by another name",
            cookie().forged_with(1).sign(),
            forged,
        ),
        ("another of its own", cookie().forged_with(6).sign(), forged),
    ]);
}

#[tokio::test]
async fn keys_are_waited_for_and_an_outage_is_no_fault_of_the_cookie() {
    let server = KeyServer::start(Answer::status(503)).await.unwrap();
    let clock = Clock::manual(at(NOW));
    let keys = KeyStore::fetched(server.url())
        .clock(clock.clone())
        .build()
        .unwrap();
    let verifier = SessionCookieVerifier::like(&super::issuer().verifier(), keys);
    let good = cookie().sign();
    assert_eq!(verifier.check(&good), Check::Wait);
    let away = verifier.verify(&good).await;
    assert!(matches!(away, Err(Denial::KeysUnavailable(_))), "{away:?}");
    server.always(Answer::keys(jwks(&[5])));
    clock.advance(Duration::from_mins(2));
    assert!(verifier.verify(&good).await.is_ok());
    assert!(matches!(verifier.check(&good), Check::Verified(_)));
    assert!(
        verifier
            .verify(&cookie().claim("aud", "other").sign())
            .await
            .is_err()
    );
}

#[test]
fn its_settings_are_those_of_the_verifier_of_id_tokens() {
    let id_tokens =
        |with: fn(FirebaseVerifier) -> FirebaseVerifier| with(super::issuer().verifier());
    let skewed = id_tokens(|it| it.clock_skew(Duration::from_secs(100)).unwrap());
    let with_tenant = id_tokens(|it| it.tenants(["pupils"]).unwrap());
    let with_claim = id_tokens(|it| it.roles_claim("permissions").unwrap());
    let later = id_tokens(|it| it.clock(Clock::manual(at(NOW + 10 * DAY))));
    let elsewhere = FirebaseIssuer::new("another-project")
        .clock(Clock::manual(at(NOW)))
        .verifier();

    let check = |id_tokens: &FirebaseVerifier, cookie: TokenBuilder<SessionCookieIssuer>| {
        answer(&issuer().verifier_like(id_tokens), &cookie.sign())
    };
    let early = || cookie().claim("iat", NOW + 100);
    assert_eq!(check(&skewed, early()), ADA);
    assert!(check(&super::issuer().verifier(), early()).starts_with("TOKEN_NOT_YET_VALID"));
    assert!(check(&with_tenant, cookie()).starts_with("TOKEN_INVALID"));
    assert!(check(&with_tenant, cookie().tenant("pupils")).contains("pupils"));
    assert!(check(&later, cookie()).starts_with("TOKEN_EXPIRED"));
    assert!(check(&elsewhere, cookie()).starts_with("TOKEN_INVALID"));
    let permitted = cookie().claim("permissions", json!(["editor"])).sign();
    match issuer().verifier_like(&with_claim).check(&permitted) {
        Check::Verified(user) => assert!(user.has_role("editor")),
        other => panic!("{other:?}"),
    }

    let all = [
        id_tokens(|it| it),
        skewed,
        with_tenant,
        with_claim,
        elsewhere,
    ];
    for (at, one) in all.iter().enumerate() {
        let cookies = issuer().verifier_like(one);
        for (other_at, other) in all.iter().enumerate() {
            assert_eq!(cookies.is_like(other), at == other_at, "{at} {other_at}");
        }
    }
}
