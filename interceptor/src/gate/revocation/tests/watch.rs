//! Watches over the users of open streams.

use std::task::{Context, Poll, Waker};

use super::*;
use crate::accounts::AccountsError;

static EACH_MINUTE: EndUserRule = within(MINUTE);
static EACH_CALL: EndUserRule = within(ZERO);
static ONCE: EndUserRule = within(Duration::MAX);

const fn within(within: Duration) -> EndUserRule {
    EndUserRule {
        revocation_checked_within: Some(within),
        ..EndUserRule::SIGNED_IN
    }
}

/// Lets a watch ask, and find its answer.
async fn turn(watch: &mut Watch, revocation: &Revocation) -> Poll<Denial> {
    let mut context = Context::from_waker(Waker::noop());
    if let Poll::Ready(denial) = watch.poll_over(&mut context) {
        return Poll::Ready(denial);
    }
    // Joins the look-up that the watch began.
    let _ = ask(revocation, MINUTE).await;
    watch.poll_over(&mut context)
}

#[tokio::test]
async fn a_stream_is_asked_about_when_its_answer_is_too_old() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    clock.advance(MINUTE / 2);
    let mut watch = Watch::new(revocation.clone(), &EACH_MINUTE, ada()).expect("a watch");
    assert!(turn(&mut watch, &revocation).await.is_pending());
    server.says(DISABLED);
    // The answer that let the call in is a minute old now, not the stream.
    clock.advance(Duration::from_secs(29));
    assert!(turn(&mut watch, &revocation).await.is_pending());
    assert_eq!(server.asked(), 1);
    clock.advance(SECOND);
    assert!(turn(&mut watch, &revocation).await.is_pending());
    assert_eq!(server.asked(), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!(
        turn(&mut watch, &revocation).await,
        Poll::Ready(Denial::UserDisabled)
    );
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_stream_outlives_a_hiccup_but_no_outage() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    let mut watch = Watch::new(revocation.clone(), &EACH_MINUTE, ada()).expect("a watch");
    assert!(turn(&mut watch, &revocation).await.is_pending());
    for _ in 0..2 {
        server.says(AWAY);
        clock.advance(MINUTE + SECOND);
        for _ in 0..9 {
            assert!(turn(&mut watch, &revocation).await.is_pending());
            clock.advance(SECOND);
        }
        server.says(THERE);
        assert!(turn(&mut watch, &revocation).await.is_pending());
    }
    server.says(AWAY);
    clock.advance(MINUTE + SECOND);
    for _ in 0..10 {
        assert!(turn(&mut watch, &revocation).await.is_pending());
        clock.advance(SECOND);
    }
    let end = turn(&mut watch, &revocation).await;
    assert!(matches!(
        end,
        Poll::Ready(Denial::AccountsUnavailable(AccountsError::Unavailable(_)))
    ));
}

fn poll(watch: &mut Watch) -> Poll<Denial> {
    watch.poll_over(&mut Context::from_waker(Waker::noop()))
}

#[tokio::test]
async fn a_stream_that_nobody_answers_about_ends_after_ten_seconds() {
    let server = Server::start(0).await;
    let (revocation, clock) = revocation(&server.url);
    let mut watch = Watch::new(revocation, &EACH_MINUTE, ada()).expect("a watch");
    assert!(poll(&mut watch).is_pending());
    clock.advance(Duration::from_millis(9_999));
    assert!(poll(&mut watch).is_pending());
    clock.advance(Duration::from_millis(1));
    let end = poll(&mut watch);
    assert!(matches!(end, Poll::Ready(Denial::AccountsUnavailable(_))));
}

#[tokio::test]
async fn an_outage_that_is_told_late_ends_the_stream_too() {
    let server = Server::start(usize::MAX).await;
    server.says(AWAY);
    let (revocation, clock) = revocation(&server.url);
    let mut watch = Watch::new(revocation.clone(), &EACH_MINUTE, ada()).expect("a watch");
    assert!(poll(&mut watch).is_pending());
    // Joins the look-up that the watch began: it has failed when the watch looks again.
    assert!(is_outage(&ask(&revocation, MINUTE).await));
    clock.advance(10 * SECOND);
    let end = poll(&mut watch);
    assert!(matches!(end, Poll::Ready(Denial::AccountsUnavailable(_))));
}

#[tokio::test]
async fn a_stream_is_asked_about_once_a_second_at_most() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    let mut watch = Watch::new(revocation.clone(), &EACH_CALL, ada()).expect("a watch");
    assert!(turn(&mut watch, &revocation).await.is_pending());
    for _ in 0..10 {
        clock.advance(SECOND / 10);
        assert!(poll(&mut watch).is_pending());
    }
    // Waits for whatever is under way.
    assert_eq!(ask(&revocation, ZERO).await, Ok(()));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_rule_of_any_length_can_be_watched() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    let mut watch = Watch::new(revocation.clone(), &ONCE, ada()).expect("a watch");
    assert!(turn(&mut watch, &revocation).await.is_pending());
    clock.advance(MINUTE);
    assert!(poll(&mut watch).is_pending());
    assert_eq!(server.asked(), 1);
}

#[test]
fn a_rule_that_does_not_ask_has_no_watch() {
    let (revocation, _) = revocation("http://127.0.0.1:9");
    assert!(Watch::new(revocation, &EndUserRule::SIGNED_IN, ada()).is_none());
}
