//! Look-ups that end late, or not at all.

use tokio::runtime::{Builder, Runtime};

use super::*;

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

#[tokio::test]
async fn a_look_up_that_was_given_up_takes_no_later_one_along() {
    let server = Server::start(0).await;
    let (revocation, clock) = revocation(&server.url);
    let mut frozen = pin!(ask(&revocation, MINUTE));
    begin(frozen.as_mut());
    soon(server.asked_times(1)).await;
    clock.advance(Duration::from_hours(1));
    let mut second = pin!(ask(&revocation, MINUTE));
    begin(second.as_mut());
    soon(server.asked_times(2)).await;

    // The first one ends after all. Its answer is too old, and the second is still under way.
    server.answers(1);
    assert_eq!(frozen.await, Ok(()));
    let mut third = pin!(ask(&revocation, MINUTE));
    begin(third.as_mut());
    server.answers(usize::MAX);
    assert_eq!((second.await, third.await), (Ok(()), Ok(())));
    assert_eq!(server.asked(), 2, "the third call joins the second");
}

#[test]
fn a_look_up_that_a_runtime_took_along_is_waited_for_by_nobody() {
    let (first, second) = (runtime(), runtime());
    let server = second.block_on(Server::start(usize::MAX));
    let (revocation, _) = revocation(&server.url);
    first.block_on(async { begin(pin!(ask(&revocation, MINUTE))) });
    drop(first);
    assert_eq!(second.block_on(ask(&revocation, MINUTE)), Ok(()));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn after_the_clock_was_set_back_no_look_up_is_waited_for_that_may_be_old() {
    let server = Server::start(0).await;
    let (revocation, clock) = revocation(&server.url);
    let mut first = pin!(ask(&revocation, MINUTE));
    begin(first.as_mut());
    soon(server.asked_times(1)).await;
    clock.set(clock.now() - Duration::from_hours(1));
    let mut second = pin!(ask(&revocation, MINUTE));
    begin(second.as_mut());
    soon(server.asked_times(2)).await;
    server.answers(usize::MAX);
    assert_eq!((first.await, second.await), (Ok(()), Ok(())));
}
