//! Bad answers cost no good keys.

use callgate_testkit::key_server::{Answer, Gate, KeyServer};
use tokio::time::Instant;

use super::{HOUR, Issuer, SECOND, jwk, jwks, keys, unavailable, until};

const BROKEN: &str = "the issuer's answer is broken off or too large";

/// Checks that such an answer gives a new store no keys, and takes no key from one that has some.
async fn is_refused(answer: Answer, reason: &'static str) {
    let issuer = Issuer::new(answer.clone()).await;
    assert_eq!(issuer.wait("one").await, unavailable(reason));

    let issuer = Issuer::new(keys(&["one"])).await;
    issuer.wait("one").await.expect("a key");
    issuer.server.always(answer);
    issuer.clock.advance(HOUR);
    assert_eq!(issuer.find("one"), "one");
    until(|| issuer.store.failures() == 1).await;
    assert_eq!(issuer.find("one"), "one", "{reason}");
}

#[tokio::test]
async fn what_is_no_key_set_is_refused() {
    let two_of_a_name = serde_json::json!({ "keys": [jwk("one"), jwk("one")] }).to_string();
    for body in [
        "",
        "<html>",
        "[]",
        r#"{"keys": []}"#,
        &format!("[{}]", jwk("one")),
        &jwks(&["weak"]),
        &two_of_a_name,
    ] {
        is_refused(Answer::keys(body), "what the issuer sent is no key set").await;
    }
}

#[tokio::test]
async fn only_a_plain_200_is_an_answer() {
    for code in [201, 204, 304, 400, 403, 404, 429, 500, 503] {
        is_refused(Answer::status(code), "the issuer refuses to answer").await;
    }
}

#[tokio::test]
async fn no_answer_is_none() {
    is_refused(Answer::none(), "the issuer cannot be reached").await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = KeyServer::start(keys(&["one"])).await.expect("a port");
    for code in [301, 302, 303, 307, 308] {
        let redirect = Answer::status(code).header("location", elsewhere.url().as_str());
        is_refused(redirect, "the issuer refuses to answer").await;
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn an_answer_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let mut body = jwks(&["one"]).into_bytes();
    body.resize(64 * 1024, b' ');
    let issuer = Issuer::new(Answer::keys(body.clone())).await;
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));

    body.push(b' ');
    is_refused(Answer::keys(body), BROKEN).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_refused() {
    let whole = jwks(&["one"]);
    for cut in [0, whole.len() / 2, whole.len() - 1] {
        let answer = Answer::keys(whole.clone()).cut_after(cut);
        is_refused(answer, BROKEN).await;
    }
    // Even if what has come would be a key set.
    let padded = Answer::keys(format!("{whole}    ")).cut_after(whole.len());
    is_refused(padded, BROKEN).await;
}

#[tokio::test]
async fn an_answer_may_take_5_seconds_in_all() {
    let never = Gate::closed();
    let issuer = Issuer::with(keys(&["one"]).held_by(&never), |store| {
        store.max_wait(60 * SECOND)
    })
    .await;
    let store = issuer.store.clone();
    let began = Instant::now();
    let call = tokio::spawn(async move { store.wait("one").await.map(|_| String::new()) });
    issuer.server.requested(1).await;
    // From here on time passes by itself, whenever everything waits. Some of the 5 seconds have passed already.
    tokio::time::pause();
    let paused = Instant::now();
    let outcome = call.await.expect("no panic");
    assert_eq!(outcome, unavailable("the issuer is too slow"));
    let (all, took) = (began.elapsed(), paused.elapsed());
    assert!(all >= 5 * SECOND && took < 6 * SECOND, "{all:?}, {took:?}");
}

#[tokio::test]
async fn an_unusable_key_spoils_no_other() {
    let issuer = Issuer::new(keys(&["weak", "one"])).await;
    assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
    assert_eq!(issuer.find("weak"), "unknown");
}
