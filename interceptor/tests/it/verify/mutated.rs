//! Tokens and claims changed at random: what is accepted is what Google signed, and says what the rules demand.

use std::sync::LazyLock;

use callgate::{FirebaseVerifier, verify::Check};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    changes::{self, CLAIMS, any_value, cases, change, changed},
    issuer, token,
};

fn is_accepted(token: &str) -> bool {
    static VERIFIER: LazyLock<FirebaseVerifier> = LazyLock::new(|| issuer().verifier());
    matches!(VERIFIER.check(token), Check::Verified(_))
}

/// A valid token.
static GOOD: LazyLock<String> = LazyLock::new(|| token().email("ada@example.com").sign());

/// What is demanded of an ID token.
fn follows_the_rules(claims: &Value) -> bool {
    let issuer = "https://securetoken.google.com/demo-callgate";
    changes::follows_the_rules(claims, issuer, 1..=86_400)
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
