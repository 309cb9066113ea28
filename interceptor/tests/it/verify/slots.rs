//! The suite that tries every token in every slot, before gates that are right and gates that are not.

use callgate_testkit::confusion::{Issuers, Kind, Rule, Slot, slots};
use http::{HeaderMap, HeaderValue};

use super::confusion::{issuers, verifiers};

/// Of each slot: no token; of each kind one that is right, 15 other signatures (16 of the emulator's), 8 issuers, 9 audiences,
/// 2 wrong times, one that is there twice, one by a wrong scheme.
const CASES: usize = 5 * (1 + 6 * (1 + 15 + 8 + 9 + 2 + 2) + 1);

const USER: (Kind, Slot) = (Kind::Firebase, Slot::Authorization);
const BEARER_COOKIE: (Kind, Slot) = (Kind::SessionCookie, Slot::Authorization);
const COOKIE: (Kind, Slot) = (Kind::SessionCookie, Slot::SessionCookie);
const INTERNAL: (Kind, Slot) = (Kind::Iap, Slot::IapAssertion);
const SERVICE: (Kind, Slot) = (Kind::Google, Slot::Authorization);
const FORWARDED: (Kind, Slot) = (Kind::Firebase, Slot::EndUserAuthorization);
const APP: (Kind, Slot) = (Kind::AppCheck, Slot::AppCheck);
const EMULATED: (Kind, Slot) = (Kind::Emulator, Slot::Authorization);

/// How a gate reads a slot.
type Read = fn(&HeaderMap, Slot) -> Option<String>;

/// What the slot holds, if that is one token in the slot's own form.
fn one_token(headers: &HeaderMap, slot: Slot) -> Option<String> {
    let mut values = values(headers, slot);
    let value = values.pop().filter(|_| values.is_empty())?;
    match slot {
        Slot::Authorization | Slot::EndUserAuthorization => {
            value.strip_prefix("Bearer ").map(str::to_owned)
        }
        Slot::SessionCookie | Slot::IapAssertion | Slot::AppCheck => Some(value),
    }
}

fn first_token(headers: &HeaderMap, slot: Slot) -> Option<String> {
    let value = values(headers, slot).into_iter().next()?;
    Some(value.trim_start_matches("Bearer ").to_owned())
}

fn last_word(headers: &HeaderMap, slot: Slot) -> Option<String> {
    let mut values = values(headers, slot);
    let value = values.pop().filter(|_| values.is_empty())?;
    value.split(' ').next_back().map(str::to_owned)
}

fn values(headers: &HeaderMap, slot: Slot) -> Vec<String> {
    let (name, prefix) = match slot {
        Slot::Authorization => ("authorization", ""),
        Slot::SessionCookie => ("cookie", "__session="),
        Slot::IapAssertion => ("x-goog-iap-jwt-assertion", ""),
        Slot::EndUserAuthorization => ("x-end-user-authorization", ""),
        Slot::AppCheck => ("x-firebase-appcheck", ""),
    };
    let values = headers.get_all(name).iter();
    let text = |value: &HeaderValue| Some(value.to_str().ok()?.strip_prefix(prefix)?.to_owned());
    values.filter_map(text).collect()
}

/// A gate that admits whoever brings one of each of these.
fn gate(
    issuers: &Issuers,
    demands: &'static [&'static [(Kind, Slot)]],
    read: Read,
) -> impl AsyncFnMut(HeaderMap) -> bool + use<> {
    let accepts = verifiers(issuers);
    async move |headers| {
        demands.iter().all(|any_of| {
            any_of.iter().any(|(kind, slot)| {
                read(&headers, *slot).is_some_and(|token| accepts(*kind, &token))
            })
        })
    }
}

async fn tried(
    admits: &[(Kind, Slot)],
    besides: &[(Kind, Slot)],
    demands: &'static [&'static [(Kind, Slot)]],
    read: Read,
) -> usize {
    let issuers = issuers();
    let gate = gate(&issuers, demands, read);
    slots(&issuers, Rule { admits, besides }, gate).await
}

#[tokio::test]
async fn a_gate_that_reads_each_kind_in_its_slot_passes() {
    let demands: [&'static [&'static [(Kind, Slot)]]; 6] = [
        &[&[USER]],
        &[&[USER, BEARER_COOKIE, COOKIE]],
        &[&[INTERNAL]],
        &[&[SERVICE]],
        &[&[INTERNAL, SERVICE]],
        &[&[EMULATED]],
    ];
    for demands in demands {
        assert_eq!(tried(demands[0], &[], demands, one_token).await, CASES);
    }
}

#[tokio::test]
async fn a_gate_that_demands_two_tokens_passes_for_each() {
    for (first, second) in [(SERVICE, FORWARDED), (FORWARDED, SERVICE)] {
        let cases = tried(&[first], &[second], &[&[SERVICE], &[FORWARDED]], one_token).await;
        assert_eq!(cases, CASES);
    }
    for (first, second) in [(USER, APP), (APP, USER)] {
        assert_eq!(
            tried(&[first], &[second], &[&[USER], &[APP]], one_token).await,
            CASES
        );
    }
}

#[tokio::test]
#[should_panic(expected = "accepted in Authorization: a token of Iap")]
async fn a_gate_that_takes_an_assertion_for_a_bearer_token_is_told() {
    tried(
        &[USER],
        &[],
        &[&[USER, (Kind::Iap, Slot::Authorization)]],
        one_token,
    )
    .await;
}

#[tokio::test]
#[should_panic(expected = "accepted in EndUserAuthorization: a token of Firebase")]
async fn a_gate_that_takes_a_forwarded_token_for_the_callers_own_is_told() {
    tried(&[USER], &[], &[&[USER, FORWARDED]], one_token).await;
}

#[tokio::test]
#[should_panic(expected = "accepted in SessionCookie: no token")]
async fn a_gate_that_does_not_ask_for_the_second_token_is_told() {
    tried(&[APP], &[USER], &[&[USER]], one_token).await;
}

#[tokio::test]
#[should_panic(expected = "refused in SessionCookie: a token of SessionCookie")]
async fn a_gate_that_does_not_read_a_slot_of_the_rule_is_told() {
    tried(&[USER, COOKIE], &[], &[&[USER]], one_token).await;
}

#[tokio::test]
#[should_panic(expected = "a token of Firebase that is there twice")]
async fn a_gate_that_takes_the_first_of_two_tokens_is_told() {
    tried(&[USER], &[], &[&[USER]], first_token).await;
}

#[tokio::test]
#[should_panic(expected = "a token of Firebase by a wrong scheme")]
async fn a_gate_that_does_not_look_at_the_scheme_is_told() {
    tried(&[USER], &[], &[&[USER]], last_word).await;
}
