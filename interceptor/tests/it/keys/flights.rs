//! One fetch at a time, few calls waiting for it, and none for ever.

use std::{future::Future, pin::Pin, task::Poll};

use callgate::keys::KeyStore;
use callgate_testkit::key_server::{Answer, Gate, KeyServer};
use tokio::{task::JoinSet, time::Instant};

use super::{HOUR, Issuer, KeyError, SECOND, jwks, keys, unavailable, until};

/// Runs a future until it waits.
async fn begins_to_wait<F: Future>(future: Pin<&mut F>) -> bool {
    let mut future = Some(future);
    std::future::poll_fn(|context| {
        let future = future.take().map(|future| future.poll(context));
        Poll::Ready(matches!(future, Some(Poll::Pending)))
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_first_calls_make_one_fetch() {
    let gate = Gate::closed();
    let issuer = Issuer::with(keys(&["one"]).held_by(&gate), |store| {
        store.max_waiters(1000).max_wait(60 * SECOND)
    })
    .await;
    let mut calls = JoinSet::new();
    for _ in 0..1000 {
        let store = issuer.store.clone();
        calls.spawn(async move { store.wait("one").await.map(|key| key.kid().to_owned()) });
    }
    issuer.server.requested(1).await;
    gate.open();
    while let Some(call) = calls.join_next().await {
        assert_eq!(call.expect("no panic"), Ok("one".to_owned()));
    }
    assert_eq!((issuer.store.fetches(), issuer.server.requests()), (1, 1));
}

#[tokio::test]
async fn the_sixty_fifth_call_does_not_wait() {
    let gate = Gate::closed();
    let issuer = Issuer::new(keys(&["one"]).held_by(&gate)).await;
    let mut waiting = Vec::new();
    for _ in 0..64 {
        let mut call = Box::pin(issuer.wait("one"));
        assert!(begins_to_wait(call.as_mut()).await);
        waiting.push(call);
    }
    let crowded = unavailable("too many calls wait for keys");
    assert_eq!(issuer.wait("one").await, crowded);

    drop(waiting.pop());
    let mut next = Box::pin(issuer.wait("one"));
    assert!(begins_to_wait(next.as_mut()).await, "a seat is free again");
    waiting.push(next);

    gate.open();
    for call in waiting {
        assert_eq!(call.await, Ok("one".to_owned()));
    }
    assert_eq!(issuer.server.requests(), 1);
}

#[tokio::test]
async fn a_call_waits_2_seconds_at_most_and_the_fetch_goes_on() {
    let gate = Gate::closed();
    let server = KeyServer::start(keys(&["one"]).held_by(&gate)).await;
    let server = server.expect("a port");
    let store = KeyStore::fetched(server.url()).build().expect("a store");
    let mut first = Box::pin(store.wait("one"));
    assert!(begins_to_wait(first.as_mut()).await);
    server.requested(1).await;
    // From here on time passes by itself, whenever everything waits.
    tokio::time::pause();
    let began = Instant::now();
    let outcome = store.wait("one").await.map(|_| String::new());
    assert_eq!(outcome, unavailable("the keys are slow to arrive"));
    assert_eq!(began.elapsed().as_secs(), 2);
    tokio::time::resume();
    gate.open();
    until(|| store.is_ready()).await;
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_call_that_goes_away_stops_no_fetch() {
    let gate = Gate::closed();
    let issuer = Issuer::new(keys(&["one"]).held_by(&gate)).await;
    let mut call = Box::pin(issuer.wait("one"));
    assert!(begins_to_wait(call.as_mut()).await);
    drop(call);
    gate.open();
    until(|| issuer.find("one") == "one").await;
    assert_eq!(issuer.store.fetches(), 1);
}

#[tokio::test]
async fn a_call_of_an_unknown_key_joins_the_refresh_under_way() {
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    let gate = Gate::closed();
    issuer.server.always(keys(&["two"]).held_by(&gate));
    issuer.clock.advance(HOUR);
    assert_eq!(issuer.find("one"), "one", "this call begins the refresh");
    let mut two = Box::pin(issuer.wait("two"));
    let mut nobody = Box::pin(issuer.wait("nobody"));
    assert!(begins_to_wait(two.as_mut()).await);
    assert!(begins_to_wait(nobody.as_mut()).await);
    gate.open();
    assert_eq!(two.await, Ok("two".to_owned()));
    assert_eq!(nobody.await, Err(KeyError::Unknown));
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn a_fetch_that_a_frozen_instance_left_behind_is_given_up() {
    let gate = Gate::closed();
    let issuer = Issuer::with(keys(&["two"]), |store| store.max_wait(60 * SECOND)).await;
    issuer.server.once(keys(&["one"]).held_by(&gate));
    let mut first = Box::pin(issuer.wait("one"));
    assert!(begins_to_wait(first.as_mut()).await);
    issuer.server.requested(1).await;

    issuer.clock.advance(9 * SECOND);
    let mut second = Box::pin(issuer.wait("two"));
    assert!(begins_to_wait(second.as_mut()).await);
    assert_eq!(issuer.store.fetches(), 1, "it may still land");

    issuer.clock.advance(SECOND);
    assert_eq!(issuer.wait("two").await, Ok("two".to_owned()));
    assert_eq!(issuer.store.fetches(), 2);

    // What the first brings at last is older than what is here.
    gate.open();
    assert_eq!(first.await, Err(KeyError::Unknown));
    assert_eq!(
        (issuer.find("one"), issuer.find("two")),
        ("unknown".to_owned(), "two".to_owned())
    );
}

#[tokio::test]
async fn a_fetch_given_up_does_not_land_in_place_of_the_one_after_it() {
    let (one, two) = (Gate::closed(), Gate::closed());
    let issuer = Issuer::with(keys(&["two"]).held_by(&two), |store| {
        store.max_wait(60 * SECOND)
    })
    .await;
    issuer.server.once(keys(&["one"]).held_by(&one));
    let mut first = Box::pin(issuer.wait("one"));
    assert!(begins_to_wait(first.as_mut()).await);
    issuer.server.requested(1).await;
    issuer.clock.advance(10 * SECOND);
    let mut second = Box::pin(issuer.wait("two"));
    assert!(begins_to_wait(second.as_mut()).await);

    one.open();
    assert_eq!(first.await, unavailable("the fetch took too long"));
    assert_eq!(issuer.find("one"), "wait");
    two.open();
    assert_eq!(second.await, Ok("two".to_owned()));
}

#[tokio::test]
async fn an_answer_that_took_longer_than_the_cooldown_still_counts() {
    let issuer = Issuer::with(keys(&["one"]), |store| store.cooldown(SECOND)).await;
    issuer.wait("one").await.expect("a key");
    let gate = Gate::closed();
    issuer.server.always(keys(&["one"]).held_by(&gate));
    issuer.clock.advance(SECOND);
    let mut call = Box::pin(issuer.wait("nobody"));
    assert!(begins_to_wait(call.as_mut()).await);
    issuer.clock.advance(2 * SECOND);
    gate.open();
    assert_eq!(call.await, Err(KeyError::Unknown));
    assert_eq!(issuer.store.fetches(), 2);
}

#[tokio::test]
async fn a_fetch_given_up_makes_room_even_if_the_clock_was_set_back() {
    let gate = Gate::closed();
    let issuer = Issuer::new(keys(&["one"])).await;
    issuer
        .server
        .once(Answer::keys(jwks(&["two"])).held_by(&gate));
    let mut first = Box::pin(issuer.wait("one"));
    assert!(begins_to_wait(first.as_mut()).await);
    issuer.clock.set(super::start_of_time() - 24 * HOUR);
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
}

#[tokio::test]
async fn a_runtime_that_ends_in_the_middle_of_a_fetch_leaves_the_store_usable() {
    let issuer = Issuer::new(keys(&["one"])).await;
    let store = issuer.store.clone();
    let other = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let mut call = Box::pin(store.wait("one"));
            assert!(begins_to_wait(call.as_mut()).await);
        });
    });
    until(|| other.is_finished()).await;
    other.join().expect("no panic");
    assert_eq!(
        issuer.wait("one").await,
        unavailable("the fetch was cut off")
    );
    issuer.clock.advance(SECOND);
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
}
