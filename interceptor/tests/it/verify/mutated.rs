//! Tokens and claims changed at random: what is accepted is what Google signed, and says what the rules demand.

use std::sync::LazyLock;

use callgate::{FirebaseVerifier, verify::Check};
use proptest::{prelude::*, sample::Index, test_runner::RngSeed};
use serde_json::{Value, json};

use super::{NOW, issuer, token};

/// One change to a text.
#[derive(Clone, Debug)]
enum Change {
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

fn change() -> impl Strategy<Value = Change> {
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

fn changed(text: &str, changes: &[Change]) -> String {
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

fn is_accepted(token: &str) -> bool {
    static VERIFIER: LazyLock<FirebaseVerifier> = LazyLock::new(|| issuer().verifier());
    matches!(VERIFIER.check(token), Check::Verified(_))
}

/// A valid token.
static GOOD: LazyLock<String> = LazyLock::new(|| token().email("ada@example.com").sign());

/// The same cases at every run.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

fn any_value() -> impl Strategy<Value = Value> {
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

const CLAIMS: [&str; 14] = [
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
fn follows_the_rules(claims: &Value) -> bool {
    let time = |name: &str| claims[name].as_u64();
    let (Some(iat), Some(exp), Some(auth_time)) = (time("iat"), time("exp"), time("auth_time"))
    else {
        return false;
    };
    let absent_or = |name: &str, right: fn(&Value) -> bool| claims.get(name).is_none_or(right);
    claims["iss"] == "https://securetoken.google.com/demo-callgate"
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
        && iat < exp
        && exp <= iat + 86_400
        && absent_or("email", Value::is_string)
        && absent_or("email_verified", Value::is_boolean)
        && absent_or("name", Value::is_string)
        && absent_or("picture", Value::is_string)
        && absent_or("phone_number", Value::is_string)
}

proptest! {
    #![proptest_config(cases(5000))]

    #[test]
    fn a_changed_token_is_refused(changes in prop::collection::vec(change(), 1..4)) {
        let token = changed(&GOOD, &changes);
        prop_assert_eq!(is_accepted(&token), token == *GOOD);
    }

    #[test]
    fn a_token_with_one_part_changed_is_refused(
        part in 0..3_usize,
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let mut parts: Vec<String> = GOOD.split('.').map(str::to_owned).collect();
        parts[part] = changed(&parts[part], &changes);
        let token = parts.join(".");
        prop_assert_eq!(is_accepted(&token), token == *GOOD);
    }
}

// Each of these is signed, which takes longer than all the rest.
proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn claims_changed_and_signed_are_accepted_only_by_the_rules(
        changes in prop::collection::vec((prop::sample::select(&CLAIMS), prop::option::of(any_value())), 1..3),
    ) {
        let mut token = token();
        for (claim, value) in changes {
            token = match value {
                Some(value) => token.claim(claim, value),
                None => token.without(claim),
            };
        }
        let claims = serde_json::from_str(&token.claims_json()).unwrap();
        prop_assert_eq!(is_accepted(&token.sign()), follows_the_rules(&claims));
    }

    #[test]
    fn claims_misspelled_and_signed_are_accepted_only_by_the_rules(
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let token = token();
        let text = changed(&token.claims_json(), &changes);
        if is_accepted(&token.raw_claims(text.clone()).sign()) {
            let claims = serde_json::from_str(&text);
            prop_assert!(claims.is_ok_and(|claims| follows_the_rules(&claims)), "{}", text);
        }
    }

    #[test]
    fn a_header_misspelled_and_signed_is_accepted_only_by_the_rules(
        changes in prop::collection::vec(change(), 1..4),
    ) {
        let token = token();
        let text = changed(&token.header_json(), &changes);
        if is_accepted(&token.raw_header(text.clone()).sign()) {
            let header: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(header["alg"] == "RS256" && header["kid"] == "test-key-1", "{}", text);
        }
    }
}
