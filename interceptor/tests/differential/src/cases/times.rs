//! Times. None is closer to the present than a minute: firebase-admin goes by the machine's clock, some seconds later.

use serde_json::{Value, json};

use super::{now, token, with_text};
use crate::{Settings, case::Cases, issuer::Issuer};

const DAY: u64 = 86_400;

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
    let now = now(issuer);
    forms(issuer, cases, now);
    lifetimes(issuer, cases, now);

    let token = || {
        token(issuer)
            .claim("iat", now - 600)
            .claim("auth_time", now - 600)
    };
    let exp = |exp: u64| token().claim("exp", exp);
    for (variant, token) in [
        ("two minutes ago", exp(now - 120)),
        ("an hour ago", exp(now - 3600).claim("iat", now - 7200)),
        (
            "a year ago",
            exp(now - 365 * DAY).claim("iat", now - 365 * DAY - 3600),
        ),
        ("zero", exp(0)),
        ("at the time of iat", exp(now - 600)),
        ("before iat and in the past", exp(now - 660)),
        (
            "before iat and in the future",
            exp(now + 120).claim("iat", now + 180),
        ),
        ("ten years from now", exp(now + 3650 * DAY)),
        ("in milliseconds", exp((now + 3600) * 1000)),
        ("as large as numbers go", exp(u64::MAX)),
    ] {
        cases.add("exp", variant, token.sign());
    }
    cases.add_with(
        Settings::WideSkew,
        "exp",
        "two minutes ago for a skew of five",
        exp(now - 120).sign(),
    );
    cases.add_with(
        Settings::WideSkew,
        "exp",
        "ten minutes ago for a skew of five",
        exp(now - 600).claim("iat", now - 1200).sign(),
    );

    for (variant, iat) in [
        ("at the time of iat for a skew of five", now + 120),
        ("before iat for a skew of five", now + 180),
    ] {
        let token = exp(now + 120).claim("iat", iat).sign();
        cases.add_with(Settings::WideSkew, "exp", variant, token);
    }

    for claim in ["iat", "auth_time", "nbf"] {
        for (variant, seconds) in [
            ("in two minutes", 120),
            ("in half an hour", 1800),
            ("in a year", 365 * DAY),
        ] {
            let at = now + seconds;
            let token = token().claim(claim, at).claim("exp", now + 3600);
            cases.add(claim, variant, token.sign());
        }
        cases.add(
            claim,
            "in milliseconds",
            token().claim(claim, now * 1000).sign(),
        );
        let soon = token().claim(claim, now + 120).sign();
        cases.add_with(
            Settings::WideSkew,
            claim,
            "in two minutes for a skew of five",
            soon,
        );
        let late = token().claim(claim, now + 600).sign();
        cases.add_with(
            Settings::WideSkew,
            claim,
            "in ten minutes for a skew of five",
            late,
        );
    }
    cases.add(
        "auth_time",
        "after iat and in the past",
        token().claim("auth_time", now - 120).sign(),
    );
    cases.add("auth_time", "zero", token().claim("auth_time", 0).sign());
    cases.add("nbf", "zero", token().claim("nbf", 0).sign());
    cases.add("iat", "zero", token().claim("iat", 0).sign());
    cases.add(
        "nbf",
        "after exp and in the future",
        exp(now + 3600).claim("nbf", now + 7200).sign(),
    );
}

/// From `iat` to `exp`, whatever the time is.
fn lifetimes<I: Issuer>(issuer: &I, cases: &mut Cases, now: u64) {
    let lives = |from: u64, seconds: u64| {
        let token = token(issuer).claim("auth_time", from).claim("iat", from);
        token.claim("exp", from + seconds).sign()
    };
    let longest = I::KIND.longest();
    for (variant, from, seconds) in [
        ("two minutes", now, 120),
        ("a second less than five minutes", now - 60, 299),
        ("five minutes", now - 60, 300),
        ("a day", now - 600, DAY),
        ("a day and a second", now - 600, DAY + 1),
        ("fourteen days", now - 600, 14 * DAY),
        ("fourteen days and a second", now - 600, 14 * DAY + 1),
        ("fifteen days", now - 600, 15 * DAY),
        ("a year", now - 600, 365 * DAY),
        (
            "as long as it may, almost all of it past",
            now + 120 - longest,
            longest,
        ),
        (
            "too long, almost all of it past",
            now + 120 - longest,
            longest + 60,
        ),
    ] {
        cases.add("lifetime", variant, lives(from, seconds));
    }
    for (variant, from, seconds) in [
        (
            "a second less than five minutes for a skew of five",
            now - 60,
            299,
        ),
        (
            "fourteen days and a second for a skew of five",
            now - 600,
            14 * DAY + 1,
        ),
        ("from the future for a skew of five", now + 120, 3600),
    ] {
        cases.add_with(
            Settings::WideSkew,
            "lifetime",
            variant,
            lives(from, seconds),
        );
    }
}

/// A right time of each claim, in every form but the right one.
fn forms(issuer: &impl Issuer, cases: &mut Cases, now: u64) {
    let token = || token(issuer);
    for (claim, time) in [
        ("exp", now + 3600),
        ("iat", now - 120),
        ("auth_time", now - 120),
        ("nbf", now - 120),
    ] {
        for (variant, value) in [
            ("null", Value::Null),
            ("true", json!(true)),
            ("a string of it", json!(time.to_string())),
            ("an empty string", json!("")),
            ("in an array", json!([time])),
            ("in an object", json!({ "seconds": time })),
            ("negative", json!(-1)),
        ] {
            cases.add(claim, variant, token().claim(claim, value).sign());
        }
        for (variant, text) in [
            ("with a fraction", format!("{time}.5")),
            ("with a fraction of zero", format!("{time}.0")),
            ("with an exponent", format!("{time}e0")),
            ("negative zero", "-0".to_owned()),
            ("beyond 64 bits", "99999999999999999999999".to_owned()),
            ("beyond floating point", "1e999".to_owned()),
            ("with a zero before", format!("0{time}")),
            ("NaN", "NaN".to_owned()),
        ] {
            cases.add(claim, variant, with_text(&token(), claim, &text));
        }
        if claim != "nbf" {
            cases.add(claim, "missing", token().without(claim).sign());
        }
    }
    let none = token().without("exp").without("iat").without("auth_time");
    cases.add("times", "none", none.sign());
}
