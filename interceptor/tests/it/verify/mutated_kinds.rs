//! Session cookies, App Check tokens and the emulator's tokens, changed at random like ID tokens.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::{AppCheckVerifier, SessionCookieVerifier, verify::Check};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    NOW, app_check,
    changes::{CLAIMS, any_value, cases, change, changed, follows_the_rules},
    emulator, session_cookie,
};

const DAY: u64 = 86_400;

static COOKIES: LazyLock<SessionCookieVerifier> =
    LazyLock::new(|| session_cookie::issuer().verifier());
static APPS: LazyLock<AppCheckVerifier> = LazyLock::new(|| app_check::issuer().verifier());

static COOKIE: LazyLock<String> = LazyLock::new(|| session_cookie::cookie().sign());
static APP: LazyLock<String> = LazyLock::new(|| app_check::token().sign());

fn is_cookie(token: &str) -> bool {
    matches!(COOKIES.check(token), Check::Verified(_))
}

fn is_app(token: &str) -> bool {
    matches!(APPS.check(token), Check::Verified(_))
}

fn is_right_cookie(claims: &Value) -> bool {
    follows_the_rules(claims, session_cookie::ISSUER, 300..=14 * DAY)
}

fn is_right_app(claims: &Value) -> bool {
    let (Some(iat), Some(exp)) = (claims["iat"].as_u64(), claims["exp"].as_u64()) else {
        return false;
    };
    let ours = |aud: &Value| aud == "projects/123456789012" || aud == "projects/demo-callgate";
    claims["iss"] == app_check::ISSUER
        && claims["aud"]
            .as_array()
            .is_some_and(|aud| aud.iter().all(Value::is_string) && aud.iter().any(ours))
        && claims["sub"]
            .as_str()
            .is_some_and(|sub| (1..=128).contains(&sub.len()))
        && claims
            .get("nbf")
            .is_none_or(|nbf| nbf.as_u64().is_some_and(|nbf| nbf <= NOW + 10))
        && iat <= NOW + 10
        && NOW < exp + 10
        && exp
            .checked_sub(iat)
            .is_some_and(|lived| (1..=7 * DAY).contains(&lived))
}

/// Whether an emulator's token is right, as everyone else reads it.
fn is_right_emulated(token: &str) -> bool {
    let Some([header, claims, ""]) = token
        .split('.')
        .collect::<Vec<_>>()
        .first_chunk::<3>()
        .copied()
    else {
        return false;
    };
    let read = |part| {
        let text = URL_SAFE_NO_PAD.decode(part).ok()?;
        serde_json::from_slice::<Value>(&text).ok()
    };
    let (Some(header), Some(claims)) = (read(header), read(claims)) else {
        return false;
    };
    header["alg"] == "none"
        && header.get("kid").is_none()
        && follows_the_rules(
            &claims,
            "https://securetoken.google.com/demo-callgate",
            1..=DAY,
        )
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn a_changed_cookie_is_refused(changes in prop::collection::vec(change(), 1..4)) {
        let token = changed(&COOKIE, &changes);
        prop_assert_eq!(is_cookie(&token), token == *COOKIE);
    }

    #[test]
    fn a_changed_app_check_token_is_refused(changes in prop::collection::vec(change(), 1..4)) {
        let token = changed(&APP, &changes);
        prop_assert_eq!(is_app(&token), token == *APP);
    }

    #[test]
    fn a_changed_token_of_the_emulator_is_accepted_only_by_the_rules(
        header in prop::collection::vec(change(), 0..2),
        claims in prop::collection::vec(change(), 0..3),
        token in prop::collection::vec(change(), 0..2),
    ) {
        let good = emulator::token();
        let good = good
            .clone()
            .raw_header(changed(&good.header_json(), &header))
            .raw_claims(changed(&good.claims_json(), &claims));
        let token = changed(&good.sign(), &token);
        if matches!(emulator::verifier().check(&token), Check::Verified(_)) {
            prop_assert!(is_right_emulated(&token), "{}", token);
        }
    }
}

// Each of these is signed, which takes longer than all the rest.
proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_cookies_claims_changed_and_signed_are_accepted_only_by_the_rules(
        changes in prop::collection::vec((prop::sample::select(&CLAIMS), prop::option::of(any_value())), 1..3),
    ) {
        let mut cookie = session_cookie::cookie();
        for (claim, value) in changes {
            cookie = match value {
                Some(value) => cookie.claim(claim, value),
                None => cookie.without(claim),
            };
        }
        let claims = serde_json::from_str(&cookie.claims_json()).unwrap();
        prop_assert_eq!(is_cookie(&cookie.sign()), is_right_cookie(&claims));
    }

    #[test]
    fn an_apps_claims_changed_and_signed_are_accepted_only_by_the_rules(
        changes in prop::collection::vec(
            (prop::sample::select(&["iss", "aud", "sub", "exp", "iat", "nbf"]), prop::option::of(any_value())),
            1..3,
        ),
    ) {
        let mut token = app_check::token();
        for (claim, value) in changes {
            token = match value {
                Some(value) => token.claim(claim, value),
                None => token.without(claim),
            };
        }
        let claims = serde_json::from_str(&token.claims_json()).unwrap();
        prop_assert_eq!(is_app(&token.sign()), is_right_app(&claims));
    }

    #[test]
    fn an_apps_claims_misspelled_and_signed_are_accepted_only_by_the_rules(
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let token = app_check::token();
        let text = changed(&token.claims_json(), &changes);
        if is_app(&token.raw_claims(text.clone()).sign()) {
            let claims = serde_json::from_str(&text);
            prop_assert!(claims.is_ok_and(|claims| is_right_app(&claims)), "{}", text);
        }
    }
}
