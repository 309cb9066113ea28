//! Keys come and go.

use std::time::Duration;

use callgate_testkit::key_server::Answer;

use super::{Issuer, KeyError, SECOND, keys, until};

#[tokio::test]
async fn the_first_call_fetches_the_keys() {
    let issuer = Issuer::new(keys(&["one"])).await;
    assert!(!issuer.store.is_ready());
    assert_eq!(issuer.find("one"), "wait");
    assert_eq!(issuer.server.requests(), 0, "only waiting fetches");
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.find("one"), "one");
    assert!(issuer.store.is_ready());
    assert_eq!((issuer.server.requests(), issuer.store.fetches()), (1, 1));
}

#[tokio::test]
async fn new_keys_are_fetched_in_the_background_ahead_of_expiry() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(keys(&["one", "two"]));

    issuer.clock.advance(53 * 60 * SECOND);
    assert_eq!(issuer.find("one"), "one");
    assert_eq!(issuer.store.fetches(), 1, "too early");

    issuer.clock.advance(60 * SECOND);
    for _ in 0..100 {
        assert_eq!(issuer.find("one"), "one", "nobody waits");
    }
    assert_eq!(issuer.store.fetches(), 2, "one for all of them");
    until(|| issuer.find("two") == "two").await;
    assert_eq!(issuer.server.requests(), 2);
    assert_eq!(issuer.store.age(), Some(Duration::ZERO));
}

#[tokio::test]
async fn an_unknown_name_starts_the_refresh_that_is_due_as_well() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.clock.advance(59 * 60 * SECOND);
    issuer.server.always(keys(&["two"]));
    assert_eq!(issuer.find("two"), "wait");
    assert_eq!(issuer.wait("two").await, Ok("two".to_owned()));
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_at_its_first_use() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(keys(&["two"]));

    issuer.clock.advance(10 * SECOND);
    assert_eq!(issuer.find("two"), "wait");
    assert_eq!(issuer.wait("two").await, Ok("two".to_owned()));
    assert_eq!(issuer.find("one"), "unknown", "a key withdrawn is gone");
}

#[tokio::test]
async fn an_unknown_key_is_refused_at_once_within_the_cooldown() {
    let issuer = Issuer::new(keys(&["one"])).await;
    assert_eq!(issuer.wait("nobody").await, Err(KeyError::Unknown));
    issuer.clock.advance(9 * SECOND);
    assert_eq!(issuer.find("nobody"), "unknown");
    assert_eq!(issuer.wait("nobody").await, Err(KeyError::Unknown));
    assert_eq!(issuer.server.requests(), 1);
}

#[tokio::test]
async fn however_many_unknown_keys_come_there_is_one_fetch_a_cooldown() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    for round in 1..=3 {
        issuer.clock.advance(10 * SECOND);
        for call in 0..10_000 {
            let outcome = issuer.wait(&format!("nobody-{call}")).await;
            assert_eq!(outcome, Err(KeyError::Unknown));
        }
        assert_eq!(issuer.server.requests(), 1 + round);
    }
}

#[tokio::test]
async fn a_failed_fetch_counts_for_the_cooldown_too() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));
    // 30 seconds: the backoff alone, of 1, 2, 4, 8 seconds, would allow four.
    for _ in 0..30 {
        issuer.clock.advance(SECOND);
        for _ in 0..100 {
            let outcome = issuer.wait("nobody").await;
            assert_ne!(outcome, Ok("nobody".to_owned()));
        }
        assert_eq!(issuer.find("one"), "one", "good keys serve on");
    }
    assert_eq!(issuer.server.requests(), 1 + 3);
}
