//! Changes at random, to any text and to any claim, and the rules by which a changed token is judged.

use std::ops::RangeInclusive;

use proptest::{prelude::*, sample::Index, test_runner::RngSeed};
use serde_json::{Value, json};

use super::NOW;

/// One change to a text.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Replace(Index, char),
    Insert(Index, char),
    Delete(Index),
    Duplicate(Index),
    Swap(Index, Index),
    Cut(Index),
    Repeat(Index, Index),
}

/// Mostly characters that tokens have.
fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        8 => proptest::char::ranges(vec!['A'..='Z', 'a'..='z', '0'..='9'].into()),
        3 => prop::sample::select(vec!['.', '-', '_', '=', '+', '/', ' ', '\n', '\0']),
        1 => any::<char>(),
    ]
}

pub(super) fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), character()).prop_map(|(at, c)| Change::Replace(at, c)),
        4 => (at(), character()).prop_map(|(at, c)| Change::Insert(at, c)),
        2 => at().prop_map(Change::Delete),
        2 => at().prop_map(Change::Duplicate),
        2 => (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        1 => at().prop_map(Change::Cut),
        1 => (at(), at()).prop_map(|(a, b)| Change::Repeat(a, b)),
    ]
}

pub(super) fn changed(text: &str, changes: &[Change]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for change in changes {
        let length = chars.len();
        if length == 0 {
            break;
        }
        match change {
            Change::Replace(at, c) => chars[at.index(length)] = *c,
            Change::Insert(at, c) => chars.insert(at.index(length + 1), *c),
            Change::Delete(at) => drop(chars.remove(at.index(length))),
            Change::Duplicate(at) => {
                let at = at.index(length);
                chars.insert(at, chars[at]);
            }
            Change::Swap(a, b) => chars.swap(a.index(length), b.index(length)),
            Change::Cut(at) => chars.truncate(at.index(length)),
            Change::Repeat(a, b) => {
                let (a, b) = (a.index(length), b.index(length));
                let again = chars[a.min(b)..a.max(b)].to_vec();
                chars.extend(again);
            }
        }
    }
    chars.into_iter().collect()
}

/// The same cases at every run.
pub(super) fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (NOW - 100_000..NOW + 100_000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "ada",
            "eve",
            "demo-callgate",
            "password",
            "https://securetoken.google.com/demo-callgate",
            "https://session.firebase.google.com/demo-callgate",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,16}", inner.clone(), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            inner.prop_map(|value| json!({ "sign_in_provider": value })),
        ]
    })
}

pub(super) const CLAIMS: [&str; 14] = [
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
    "picture",
    "phone_number",
];

/// The rules once more, on the JSON as everyone else reads it. Laxer than the verifier, it knows nothing of spelling.
pub(super) fn follows_the_rules(claims: &Value, iss: &str, lifetime: RangeInclusive<u64>) -> bool {
    let time = |name: &str| claims[name].as_u64();
    let (Some(iat), Some(exp), Some(auth_time)) = (time("iat"), time("exp"), time("auth_time"))
    else {
        return false;
    };
    let absent_or = |name: &str, right: fn(&Value) -> bool| claims.get(name).is_none_or(right);
    claims["iss"] == iss
        && claims["aud"] == "demo-callgate"
        && claims["sub"]
            .as_str()
            .is_some_and(|sub| (1..=128).contains(&sub.encode_utf16().count()))
        && claims.get("user_id").is_none_or(|id| *id == claims["sub"])
        && claims["firebase"]["sign_in_provider"]
            .as_str()
            .is_some_and(|provider| !provider.is_empty())
        && claims["firebase"].get("tenant").is_none()
        && claims["firebase"]
            .get("sign_in_second_factor")
            .is_none_or(Value::is_string)
        && [
            iat,
            auth_time,
            claims
                .get("nbf")
                .map_or(0, |nbf| nbf.as_u64().unwrap_or(u64::MAX)),
        ]
        .iter()
        .all(|time| *time <= NOW + 10)
        && NOW < exp + 10
        && exp
            .checked_sub(iat)
            .is_some_and(|lived| lifetime.contains(&lived))
        && absent_or("email", Value::is_string)
        && absent_or("email_verified", Value::is_boolean)
        && absent_or("name", Value::is_string)
        && absent_or("picture", Value::is_string)
        && absent_or("phone_number", Value::is_string)
}
