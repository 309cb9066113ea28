//! Keys are never older than promised (G15).

use std::time::Duration;

use callgate::keys::KeyStoreBuilder;
use callgate_testkit::key_server::{Answer, Gate};

use super::{HOUR, Issuer, SECOND, jwks, keys, start_of_time, unavailable, until};

const MINUTE: u32 = 60;
const NEARLY_AN_HOUR: Duration = Duration::from_secs(3599);

/// Checks that keys that came with this answer are used until they are so many seconds old, the issuer being away since.
async fn usable_for(
    seconds: u32,
    answer: Answer,
    settings: impl FnOnce(KeyStoreBuilder) -> KeyStoreBuilder,
) {
    let issuer = Issuer::with(answer, settings).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));
    issuer.clock.advance((seconds - 1) * SECOND);
    assert_eq!(issuer.find("one"), "one", "expired before {seconds} s");
    issuer.clock.advance(SECOND);
    assert_eq!(issuer.find("one"), "wait", "usable after {seconds} s");
}

fn no_stale(store: KeyStoreBuilder) -> KeyStoreBuilder {
    store.stale_bound(Duration::ZERO)
}

fn kept(cache_control: &str) -> Answer {
    Answer::keys(jwks(&["one"])).header("cache-control", cache_control)
}

#[tokio::test]
async fn keys_are_used_for_max_age_less_age() {
    usable_for(600, kept("max-age=600"), no_stale).await;
    usable_for(500, kept("max-age=600").header("age", "100"), no_stale).await;
}

#[tokio::test]
async fn keys_are_used_for_a_minute_at_least_and_a_day_at_most() {
    for answer in [
        kept("max-age=0"),
        kept("no-store"),
        kept("no-cache, max-age=600"),
        kept("max-age=600").header("age", "600"),
    ] {
        usable_for(MINUTE, answer, no_stale).await;
    }
    for huge in ["max-age=86401", "max-age=99999999999999999999999"] {
        usable_for(24 * 60 * MINUTE, kept(huge), no_stale).await;
    }
}

#[tokio::test]
async fn keys_of_which_nothing_is_said_are_used_for_an_hour() {
    usable_for(60 * MINUTE, Answer::keys(jwks(&["one"])), no_stale).await;
    usable_for(60 * MINUTE, kept("max-age=soon"), no_stale).await;
}

#[tokio::test]
async fn the_age_in_all_can_be_limited() {
    let six_hours = |store: KeyStoreBuilder| store.max_age_total(6 * HOUR);
    usable_for(6 * 60 * MINUTE, kept("max-age=86400"), six_hours).await;
    // What a cache on the way held them for counts.
    let held = kept("max-age=86400").header("age", "3600");
    usable_for(5 * 60 * MINUTE, held, six_hours).await;
    // A smaller one is not made larger.
    usable_for(2 * 60 * MINUTE, kept("max-age=3600"), six_hours).await;
}

#[tokio::test]
async fn a_limited_age_leaves_time_to_fetch_new_keys() {
    let issuer = Issuer::with(kept("max-age=86400"), |store| store.max_age_total(6 * HOUR)).await;
    issuer.wait("one").await.expect("a key");
    issuer.clock.advance(5 * HOUR);
    assert_eq!(issuer.find("one"), "one");
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn keys_age_from_when_they_were_asked_for() {
    let gate = Gate::closed();
    let issuer = Issuer::with(keys(&["one"]).held_by(&gate), no_stale).await;
    tokio::join!(async { issuer.wait("one").await.expect("a key") }, async {
        issuer.server.requested(1).await;
        issuer.clock.advance(5 * SECOND);
        gate.open();
    });
    assert_eq!(issuer.store.age(), Some(5 * SECOND));
}

#[tokio::test]
async fn a_clock_set_back_does_not_make_keys_young_again() {
    let issuer = Issuer::with(keys(&["one"]), no_stale).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));
    issuer.clock.advance(NEARLY_AN_HOUR);
    assert_eq!(issuer.find("one"), "one");

    // A correction by some seconds is no reason to give the keys up, but they do not last longer for it.
    issuer.clock.set(start_of_time() + HOUR - 30 * SECOND);
    assert_eq!(issuer.find("one"), "one");
    assert_eq!(issuer.store.age(), Some(NEARLY_AN_HOUR));

    for back_to in [start_of_time() + HOUR / 2, start_of_time() - 24 * HOUR] {
        issuer.clock.set(back_to);
        assert_eq!(issuer.find("one"), "wait", "nobody knows how old they are");
    }
}

#[tokio::test]
async fn a_clock_set_right_by_some_seconds_costs_no_fetch() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.clock.set(start_of_time() - 30 * SECOND);
    assert_eq!(issuer.find("one"), "one");
    assert_eq!(issuer.store.fetches(), 1);
}

#[tokio::test]
async fn a_clock_set_back_costs_one_fetch_and_no_call() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.clock.advance(24 * HOUR);
    issuer.wait("one").await.expect("a key");
    issuer.clock.set(start_of_time());
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.find("one"), "one");
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn a_clock_set_back_does_not_prolong_the_rest_after_a_failure() {
    let issuer = Issuer::new(Answer::status(503)).await;
    issuer.clock.advance(24 * HOUR);
    let refused = unavailable("the issuer refuses to answer");
    assert_eq!(issuer.wait("one").await, refused);
    issuer.server.always(keys(&["one"]));
    issuer.clock.set(start_of_time());
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
}

#[tokio::test]
async fn keys_that_expired_while_nobody_called_are_replaced_before_the_next_call() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(keys(&["one", "two"]));
    issuer.clock.advance(48 * HOUR);
    assert_eq!(issuer.find("one"), "wait");
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    until(|| issuer.find("two") == "two").await;
    assert_eq!(issuer.store.fetches(), 2);
}
