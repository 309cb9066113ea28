//! Valid tokens and wrong ones of every sort, of any kind.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate_testkit::{TokenBuilder, flip_bit};
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z.
pub(super) const NOW: u64 = 1_767_225_600;

const CLAIMS: [&str; 15] = [
    "iss",
    "aud",
    "sub",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "user_id",
    "firebase",
    "email",
    "email_verified",
    "name",
    "roles",
    "hd",
    "gcip",
];

pub(super) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Whatever a claim may be set to: every type, near and far times, the right values of other claims.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(""),
        json!("ada"),
        json!("x".repeat(129)),
        json!("demo-callgate"),
        json!(["demo-callgate"]),
        json!(["projects/demo-callgate", "projects/1"]),
        json!("https://securetoken.google.com/demo-other"),
        json!("accounts.google.com"),
        json!("https://cloud.google.com/iap"),
        json!("other@demo-callgate.iam.gserviceaccount.com"),
        json!({}),
        json!({"sign_in_provider": ""}),
        json!({"sign_in_provider": "phone", "tenant": "pupils"}),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
    ];
    let times = [
        0,
        NOW - 86_401,
        NOW - 300,
        NOW - 299,
        NOW - 10,
        NOW - 9,
        NOW,
        NOW + 10,
        NOW + 11,
        NOW + 31,
        NOW + 660,
        NOW + 661,
        NOW + 86_400,
        NOW + 86_401,
        NOW + 14 * 86_400,
        NOW + 14 * 86_400 + 1,
    ];
    values.extend(times.map(|time| json!(time)));
    values
}

/// Variants of a valid token, itself among them.
pub(super) fn of<I: Clone>(valid: &TokenBuilder<I>) -> Vec<String> {
    let token = || valid.clone();
    let whole = valid.sign();
    let mut tokens = vec![
        String::new(),
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        "a".repeat(9000),
        whole.clone(),
        token().sign_as(""),
        token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        "x.y.SIGNATURE_REMOVED_BY_GOOGLE".to_owned(),
        token()
            .raw_header("x")
            .sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        token().forged_with(3).sign(),
        token().forged_with(3).expires_at(at(NOW - 60)).sign(),
        token().key(2).sign(),
        token().key(3).sign(),
        token().emulated().sign(),
        token().header("alg", "none").sign_as(""),
        token().header("alg", "HS256").sign(),
        token().header("alg", "RS256").sign(),
        token().header("alg", "ES256").sign(),
        token().header("crit", json!([])).sign(),
        token().header("typ", "JOSE").sign(),
        token().without_header("typ").sign(),
        token().header("kid", "").sign(),
        token().repeat_header("kid", "test-key-1").sign(),
        token().without_header("kid").sign(),
        token().without_header("alg").sign(),
        token().raw_header("[]").sign(),
        token().raw_claims("[]").sign(),
        token().raw_claims("{").sign(),
        token().raw_claims("{}").sign(),
        token().repeat_claim("iss", "x").sign(),
    ];
    for ago in [0, 1, 9, 10, 11, 29, 30, 31] {
        let short = token().issued_at(at(NOW - 330));
        tokens.push(short.expires_at(at(NOW - ago)).sign());
    }
    for part in 0..3 {
        let bits = match whole.split('.').nth(part) {
            None | Some("") => 0,
            Some(_) => 64,
        };
        tokens.extend((0..bits).map(|bit| flip_bit(&whole, part, bit)));
    }
    for claim in CLAIMS {
        tokens.push(token().without(claim).sign());
        tokens.extend(
            values()
                .into_iter()
                .map(|value| token().claim(claim, value).sign()),
        );
    }
    tokens
}
