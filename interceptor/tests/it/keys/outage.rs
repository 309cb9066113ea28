//! The issuer is away.

use std::time::Duration;

use callgate::{Clock, keys::KeyStore};
use callgate_testkit::key_server::{Answer, KeyServer};

use super::{HOUR, Issuer, KeyError, SECOND, in_time, jwks, keys, unavailable, until};

#[tokio::test]
async fn at_the_start_calls_are_refused_as_our_outage_until_keys_come() {
    let issuer = Issuer::new(Answer::none()).await;
    let unreachable = unavailable("the issuer cannot be reached");
    assert_eq!(issuer.wait("one").await, unreachable);
    assert!(!issuer.store.is_ready());

    for _ in 0..1000 {
        assert_eq!(issuer.wait("one").await, unreachable, "at once");
    }
    assert_eq!(issuer.store.fetches(), 1, "the store rests");

    issuer.server.always(keys(&["one"]));
    issuer.clock.advance(SECOND);
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.store.failures(), 0);
    assert_eq!(issuer.store.failed_fetches(), 1, "it is not forgotten");
}

#[tokio::test]
async fn the_rest_grows_with_each_failure_up_to_a_minute() {
    let issuer = Issuer::new(Answer::status(500)).await;
    let mut rests = Vec::new();
    for _ in 0..9 {
        let fetches = issuer.store.fetches();
        let mut rest = 0;
        while issuer.store.fetches() == fetches {
            let outcome = issuer.wait("one").await;
            assert_eq!(outcome, unavailable("the issuer refuses to answer"));
            if issuer.store.fetches() == fetches {
                issuer.clock.advance(SECOND);
                rest += 1;
            }
        }
        rests.push(rest);
    }
    assert_eq!(rests, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
}

#[tokio::test]
async fn in_the_middle_the_old_keys_serve_until_the_stale_bound_and_not_a_second_longer() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));

    issuer.clock.advance(HOUR);
    assert_eq!(issuer.find("one"), "one");
    until(|| issuer.store.failures() == 1).await;
    assert_eq!(issuer.find("one"), "one", "a failure loses no keys");
    assert_eq!(issuer.store.fetches(), 2, "the store rests");

    issuer.clock.advance(Duration::from_secs(3599));
    assert_eq!(issuer.find("one"), "one");
    until(|| issuer.store.failures() == 2).await;

    issuer.clock.advance(SECOND);
    for kid in ["one", "nobody"] {
        assert_eq!(issuer.find(kid), "wait", "known or not");
        assert_eq!(
            issuer.wait(kid).await,
            unavailable("the issuer refuses to answer")
        );
    }

    issuer.server.always(keys(&["one"]));
    issuer.clock.advance(10 * SECOND);
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.wait("nobody").await, Err(KeyError::Unknown));
}

#[tokio::test]
async fn the_stale_bound_is_a_setting() {
    let issuer = Issuer::with(keys(&["one"]), |store| store.stale_bound(5 * SECOND)).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));
    issuer.clock.advance(HOUR + 4 * SECOND);
    assert_eq!(issuer.find("one"), "one");
    issuer.clock.advance(SECOND);
    assert_eq!(issuer.find("one"), "wait");
}

#[tokio::test]
async fn an_unknown_key_is_not_the_callers_fault_while_the_issuer_is_away() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(Answer::status(503));
    issuer.clock.advance(10 * SECOND);
    for _ in 0..2 {
        assert_eq!(
            issuer.wait("two").await,
            unavailable("the issuer refuses to answer")
        );
    }
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn ready_asks_again_until_there_are_keys() {
    let server = KeyServer::start(Answer::keys(jwks(&["one"])))
        .await
        .expect("a port");
    server.once(Answer::status(503));
    server.once(Answer::none());
    let millisecond = SECOND / 1000;
    let store = KeyStore::fetched(server.url())
        .clock(Clock::system())
        .backoff(millisecond, millisecond)
        .build()
        .expect("a store");
    in_time(store.ready()).await;
    assert!(store.is_ready());
    assert_eq!(server.requests(), 3);
    in_time(store.ready()).await;
    assert_eq!(server.requests(), 3, "it is ready already");
}
