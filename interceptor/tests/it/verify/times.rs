//! Times: whole seconds, compared with the clock to the second, give or take the skew.

use std::time::Duration;

use callgate::{Clock, Denial, FirebaseVerifier, verify::Check};
use callgate_testkit::TokenBuilder;
use serde_json::{Value, json};

use super::{NOW, accepted, assert_refused, at, issuer, refusal, token};

const DAY: u64 = 86_400;

/// A verifier for whom it is another time than for the issuer.
fn verifier_at(seconds: u64, millis: u64) -> FirebaseVerifier {
    let clock = Clock::manual(at(seconds) + Duration::from_millis(millis));
    issuer().verifier().clock(clock)
}

fn is_accepted(verifier: &FirebaseVerifier, token: &TokenBuilder) -> bool {
    matches!(verifier.check(&token.sign()), Check::Verified(_))
}

#[test]
fn a_token_expires_to_the_millisecond_after_the_skew() {
    let token = token().expires_at(at(NOW + 3600));
    assert!(is_accepted(&verifier_at(NOW + 3609, 999), &token));
    for (seconds, millis) in [(3610, 0), (3610, 1), (7200, 0)] {
        let verifier = verifier_at(NOW + seconds, millis);
        assert_eq!(refusal(&verifier, &token.sign()), Denial::TokenExpired);
    }
}

#[test]
fn a_token_made_in_the_future_is_early_to_the_millisecond_before_the_skew() {
    for claim in ["iat", "auth_time", "nbf"] {
        let token = token()
            .claim("iat", NOW)
            .claim(claim, NOW + 100)
            .claim("exp", NOW + 3600);
        assert!(is_accepted(&verifier_at(NOW + 90, 0), &token), "{claim}");
        for (seconds, millis) in [(89, 999), (0, 0)] {
            let verifier = verifier_at(NOW + seconds, millis);
            assert_eq!(
                refusal(&verifier, &token.sign()),
                Denial::TokenNotYetValid(claim)
            );
        }
    }
}

#[test]
fn the_skew_is_a_setting_for_all_times_alike() {
    let with = |skew: u64| {
        let skew = Duration::from_secs(skew);
        issuer().verifier().clock_skew(skew).unwrap()
    };
    let ahead = |claim, seconds| token().claim(claim, NOW + seconds);
    for claim in ["iat", "auth_time", "nbf"] {
        for skew in [0, 1, 300] {
            assert!(is_accepted(&with(skew), &ahead(claim, skew)), "{claim}");
            assert!(
                !is_accepted(&with(skew), &ahead(claim, skew + 1)),
                "{claim}"
            );
        }
    }
    for skew in [1, 300] {
        let expired = |seconds| token().claim("iat", NOW - 600).claim("exp", NOW - seconds);
        assert!(is_accepted(&with(skew), &expired(skew - 1)));
        assert!(!is_accepted(&with(skew), &expired(skew)));
    }
    assert!(!is_accepted(
        &with(0),
        &token().claim("iat", NOW - 1).claim("exp", NOW)
    ));
    let too_much = Duration::from_secs(301);
    assert!(issuer().verifier().clock_skew(too_much).is_err());
}

#[test]
fn a_user_is_known_until_exp_and_not_until_the_end_of_the_skew() {
    let token = token().expires_at(at(NOW + 3600));
    let user = accepted(&verifier_at(NOW + 3605, 0), &token.sign());
    assert_eq!(user.expires_at(), at(NOW + 3600));
}

#[test]
fn a_token_lives_24_hours_at_most() {
    let living = |seconds| token().claim("exp", NOW + seconds);
    assert!(is_accepted(&issuer().verifier(), &living(DAY)));
    let too_long = "TOKEN_INVALID invalid token: claims: exp is more than 24 hours after iat";
    let backwards = "TOKEN_INVALID invalid token: claims: exp is not after iat";
    assert_refused([
        ("a day and a second", living(DAY + 1).sign(), too_long),
        ("ten years", living(3650 * DAY).sign(), too_long),
        (
            "as long as can be",
            living(253_402_300_799 - NOW).sign(),
            too_long,
        ),
        (
            "a day and a second, long ago",
            token()
                .claim("iat", NOW - 2 * DAY)
                .claim("exp", NOW - DAY + 1)
                .sign(),
            too_long,
        ),
        ("no time", living(0).sign(), backwards),
        (
            "less than no time",
            token().claim("iat", NOW + 5).claim("exp", NOW + 4).sign(),
            backwards,
        ),
    ]);
}

#[test]
fn the_sign_in_may_be_long_ago() {
    assert!(is_accepted(
        &issuer().verifier(),
        &token().claim("auth_time", NOW - 3650 * DAY)
    ));
    assert!(is_accepted(
        &issuer().verifier(),
        &token().claim("auth_time", 0)
    ));
}

#[test]
fn the_times_are_there() {
    for (claim, expected) in [
        ("exp", "TOKEN_INVALID invalid token: claims: exp is missing"),
        ("iat", "TOKEN_INVALID invalid token: claims: iat is missing"),
        (
            "auth_time",
            "TOKEN_INVALID invalid token: claims: auth_time is missing",
        ),
    ] {
        assert_refused([(claim, token().without(claim).sign(), expected)]);
    }
    assert!(is_accepted(&issuer().verifier(), &token().without("nbf")));
}

#[test]
fn a_time_is_a_whole_number_of_seconds() {
    for (claim, expected) in [
        (
            "exp",
            "TOKEN_INVALID invalid token: claims: exp is not a time in whole seconds",
        ),
        (
            "iat",
            "TOKEN_INVALID invalid token: claims: iat is not a time in whole seconds",
        ),
        (
            "nbf",
            "TOKEN_INVALID invalid token: claims: nbf is not a time in whole seconds",
        ),
        (
            "auth_time",
            "TOKEN_INVALID invalid token: claims: auth_time is not a time in whole seconds",
        ),
    ] {
        let as_value = |value: Value| {
            let name = format!("{claim} {value}");
            (name, token().claim(claim, value).sign(), expected)
        };
        let as_text = |text: &str| {
            let claims = token().claim(claim, "HERE").claims_json();
            let claims = claims.replacen("\"HERE\"", text, 1);
            let name = format!("{claim} {text}");
            (name, token().raw_claims(claims).sign(), expected)
        };
        assert_refused([
            as_value(json!(null)),
            as_value(json!(true)),
            as_value(json!(NOW.to_string())),
            as_value(json!([NOW])),
            as_value(json!({ "seconds": NOW })),
            as_value(json!(-1)),
            as_value(json!(u64::MAX)),
            as_value(json!(i64::MAX)),
            as_value(json!(253_402_300_800_u64)),
            as_text("1767225600.0"),
            as_text("1767225600.5"),
            as_text("1.7672256e9"),
            as_text("17672256e2"),
            as_text("-0"),
            as_text("18446744073709551616"),
            as_text("99999999999999999999999999"),
        ]);
    }
}

#[test]
fn only_a_token_that_is_valid_in_all_else_is_told_to_be_late_or_early() {
    let late = || token().claim("iat", NOW - 7200).claim("exp", NOW - 3600);
    let early = || token().claim("iat", NOW + 60);
    assert_refused([
        ("late", late().sign(), "TOKEN_EXPIRED"),
        ("early", early().sign(), "TOKEN_NOT_YET_VALID"),
        (
            "late, forged",
            late().forged_with(2).sign(),
            "TOKEN_INVALID",
        ),
        ("late, unsigned", late().sign_as(""), "TOKEN_INVALID"),
        (
            "late, by an unknown key",
            late().key(3).sign(),
            "TOKEN_INVALID",
        ),
        (
            "early, forged",
            early().forged_with(2).sign(),
            "TOKEN_INVALID",
        ),
        (
            "late, of another project",
            late().claim("aud", "another-project").sign(),
            "TOKEN_INVALID",
        ),
        (
            "late, of another issuer",
            late().claim("iss", "https://example.com").sign(),
            "TOKEN_INVALID",
        ),
        (
            "late, of another user",
            late().claim("user_id", "eve").sign(),
            "TOKEN_INVALID",
        ),
        (
            "late, of a tenant",
            late().tenant("pupils").sign(),
            "TOKEN_INVALID",
        ),
        (
            "late, of no provider",
            late().without_firebase("sign_in_provider").sign(),
            "TOKEN_INVALID",
        ),
        (
            "early, of another project",
            early().claim("aud", "another-project").sign(),
            "TOKEN_INVALID",
        ),
    ]);
}

#[test]
fn a_clock_before_1970_makes_every_token_early() {
    let clock = Clock::manual(at(0) - Duration::from_hours(24));
    let verifier = issuer().verifier().clock(clock);
    assert_eq!(
        refusal(&verifier, &token().sign()),
        Denial::TokenNotYetValid("iat")
    );
}
