//! A token that counts once only: App Check is asked, and anything but its plain word is a refusal.

use std::time::Duration;

use callgate::{
    App, AppCheckVerifier, Denial,
    google::{Credentials, Metadata},
};

use super::{APP_ID, issuer, token};
use crate::google_server::{Reply, Server};

fn verifier(server: &Server) -> AppCheckVerifier {
    issuer()
        .verifier()
        .credentials(Credentials::fixed("secret").expect("a token"))
        .base_url(&server.url(""))
        .expect("a loopback address")
}

/// A verifier whose access tokens come from the same server, as from the metadata server.
fn verifier_by_metadata(server: &Server) -> AppCheckVerifier {
    let metadata = Metadata::at(&server.address.to_string()).expect("a host");
    issuer()
        .verifier()
        .credentials(Credentials::metadata_server(&metadata))
        .base_url(&server.url(""))
        .expect("a loopback address")
}

async fn answer(reply: Reply) -> Result<App, Denial> {
    let server = Server::start().await;
    server.then(reply);
    verifier(&server).consume(&token().sign()).await
}

#[track_caller]
fn assert_unavailable(answer: &Result<App, Denial>, name: &str) {
    assert!(
        matches!(answer, Err(Denial::AppCheckUnavailable(_))),
        "{name}: {answer:?}"
    );
}

#[tokio::test]
async fn a_token_that_was_not_used_before_is_used_up() {
    let server = Server::start().await;
    server.then(Reply::ok("{}"));
    let token = token().sign();
    let app = verifier(&server).consume(&token).await.expect("an app");
    assert_eq!(app.id(), APP_ID);

    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].method, "POST");
    assert_eq!(
        asked[0].target,
        "/v1beta/projects/demo-callgate:verifyAppCheckToken"
    );
    assert_eq!(asked[0].headers["authorization"], "Bearer secret");
    assert_eq!(asked[0].headers["content-type"], "application/json");
    assert_eq!(asked[0].body, format!(r#"{{"app_check_token":"{token}"}}"#));
    for body in [
        r#"{"alreadyConsumed":false}"#,
        r#"{ "alreadyConsumed" : false, "more": [1] }"#,
    ] {
        assert!(answer(Reply::ok(body)).await.is_ok(), "{body}");
    }
}

#[tokio::test]
async fn a_token_that_was_used_before_is_refused() {
    let refused = Denial::AppCheckRequired("used before".to_owned());
    assert_eq!(
        answer(Reply::ok(r#"{"alreadyConsumed":true}"#)).await,
        Err(refused)
    );
}

#[tokio::test]
async fn whatever_else_is_answered_is_no_answer() {
    for body in [
        "",
        "{",
        "[]",
        "[false]",
        "null",
        "true",
        "{} x",
        r#"{"alreadyConsumed":null}"#,
        r#"{"alreadyConsumed":"false"}"#,
        r#"{"alreadyConsumed":0}"#,
        r#"{"alreadyConsumed":[]}"#,
        r#"{"alreadyConsumed":true,"alreadyConsumed":false}"#,
        "<html></html>",
    ] {
        assert_unavailable(&answer(Reply::ok(body)).await, body);
    }
    let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(16 * 1024));
    assert_unavailable(&answer(Reply::ok(long)).await, "a long answer");
    for status in [201, 204, 302, 400, 401, 403, 404, 429, 500, 503] {
        let answer = answer(Reply::Status(status, "{}".to_owned())).await;
        assert_unavailable(&answer, &status.to_string());
    }
    assert_unavailable(&answer(Reply::CutOff("{".to_owned())).await, "cut off");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = Server::start().await;
    server
        .then(Reply::Redirect(server.url("/elsewhere")))
        .then(Reply::ok("{}"));
    assert_unavailable(
        &verifier(&server).consume(&token().sign()).await,
        "a redirect",
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn silence_and_outage_are_refusals_within_the_timeout() {
    let server = Server::start().await;
    server.then(Reply::Never);
    let hasty = verifier(&server).timeout(Duration::from_millis(50));
    let token = token().sign();
    let answer = tokio::time::timeout(Duration::from_secs(20), hasty.consume(&token)).await;
    assert_eq!(
        answer.expect("an end"),
        Err(Denial::AppCheckUnavailable("no answer in time".to_owned()))
    );
    // Nobody listens on the port that was reserved for tcpmux.
    let nowhere = verifier(&server).base_url("http://127.0.0.1:1").unwrap();
    assert_unavailable(&nowhere.consume(&token).await, "nobody");
}

#[tokio::test]
async fn a_refused_access_token_is_replaced_once() {
    let server = Server::start().await;
    server
        .then(Reply::token("one", 3600))
        .then(Reply::Status(401, String::new()))
        .then(Reply::token("two", 3600))
        .then(Reply::ok("{}"));
    assert!(
        verifier_by_metadata(&server)
            .consume(&token().sign())
            .await
            .is_ok()
    );
    let asked = server.asked();
    assert_eq!(asked[1].headers["authorization"], "Bearer one");
    assert_eq!(asked[3].headers["authorization"], "Bearer two");

    server
        .then(Reply::token("one", 3600))
        .then(Reply::Status(401, String::new()))
        .then(Reply::token("two", 3600))
        .then(Reply::Status(401, String::new()));
    assert_unavailable(
        &verifier_by_metadata(&server).consume(&token().sign()).await,
        "twice",
    );
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn credentials_that_are_away_are_a_refusal() {
    let server = Server::start().await;
    server.then(Reply::Status(503, String::new()));
    assert_unavailable(
        &verifier_by_metadata(&server).consume(&token().sign()).await,
        "away",
    );
    assert_eq!(server.asked().len(), 1, "App Check was not asked");
}

#[tokio::test]
async fn a_token_that_is_not_valid_is_sent_nowhere() {
    let server = Server::start().await;
    for token in [
        token().forged_with(8),
        token().claim("iss", "x"),
        token().claim("exp", 1),
    ] {
        let answer = verifier(&server).consume(&token.sign()).await;
        assert!(matches!(answer, Err(Denial::TokenInvalid(_))), "{answer:?}");
    }
    assert_eq!(server.asked().len(), 0);
}

#[tokio::test]
async fn without_credentials_nothing_can_be_consumed() {
    let server = Server::start().await;
    let without = issuer().verifier();
    assert!(!without.can_consume() && verifier(&server).can_consume());
    assert_unavailable(
        &without.consume(&token().sign()).await,
        "without credentials",
    );
}

#[test]
fn a_token_travels_over_https_or_not_at_all() {
    for url in [
        "http://example.com",
        "ftp://localhost",
        "https://user@example.com",
        "https://example.com?x",
        "https://example.com#x",
        "example.com",
    ] {
        assert!(issuer().verifier().base_url(url).is_err(), "{url}");
    }
    assert!(
        issuer()
            .verifier()
            .base_url("https://example.com/path/")
            .is_ok()
    );
}
