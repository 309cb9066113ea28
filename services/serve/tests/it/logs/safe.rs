//! What no log holds, and what is told in its place (G23).

use callgate_api::votes::v1::{
    CastVoteRequest, GetResultsRequest, ListMyVotesRequest, ResetVotesRequest,
};
use callgate_serve::LogFormat;
use callgate_testkit::GoogleIssuer;
use serde_json::Value;

use super::only_call;
use crate::{
    by_hand::{empty, grpc_web, post},
    capture::capture,
    fixture::{CAST_VOTE, GET_RESULTS, bearer, config, issuer, run},
};

#[tokio::test]
async fn a_line_names_the_service_that_calls() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let admin = "admin@demo-project.iam.gserviceaccount.com";
    let token = GoogleIssuer::new("https://votes.example.com").token(admin);
    let mut client = server.client().await;
    client
        .reset_votes(bearer(&token.sign(), ResetVotesRequest {}))
        .await
        .expect("an answer");
    server.stop().await;

    let line = only_call(&captured);
    assert_eq!(line["caller"], "service_account");
    assert_eq!(line["service"], "admin");
    assert_eq!(line["uid"], Value::Null);
    assert!(!captured.text().contains('@'), "{}", captured.text());
}

#[tokio::test]
async fn nothing_secret_is_ever_logged() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let (captured, _guard) = capture("trace", format);
        let server = run(config()).await;
        let token = issuer()
            .token("ada")
            .email("ada@example.com")
            .name("Ada Lovelace")
            .sign();
        let mut client = server.client().await;
        let tokens = [
            token.clone(),
            issuer().token("eve").email("eve@example.com").key(3).sign(),
            format!("{token}x"),
            "opaque-secret".to_owned(),
        ];
        for token in &tokens {
            let _ = client
                .cast_vote(bearer(token, CastVoteRequest::default()))
                .await;
            let _ = client
                .list_my_votes(bearer(token, ListMyVotesRequest {}))
                .await;
            for path in [CAST_VOTE, "/votes.v1.VoteService/Unknown"] {
                let request = grpc_web(path)
                    .header("authorization", format!("Bearer {token}"))
                    .header("x-firebase-appcheck", token)
                    .header("x-serverless-authorization", format!("Bearer {token}"))
                    .header("cookie", format!("__session={token}"))
                    .header("x-private", "header-value")
                    .body(empty())
                    .expect("a request");
                server.by_http1(request).await;
            }
        }
        let odd = post(CAST_VOTE, "text/header-value").body(empty());
        server.by_http2(odd.expect("a request")).await;
        server.stop().await;
        let text = captured.text();
        assert!(text.contains(CAST_VOTE), "{text}");
        for token in &tokens {
            for part in token.split('.') {
                assert!(!text.contains(part), "{part} is in {text}");
            }
        }
        for secret in ["@example.com", "Lovelace", "header-value"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_are_bounded_escaped_and_no_method() {
    let (captured, _guard) = capture("debug", LogFormat::Json);
    let server = run(config()).await;
    let path = format!("/votes.v1.VoteService/{}", "x".repeat(200));
    server
        .by_http1(grpc_web(&path).body(empty()).expect("a request"))
        .await;
    server.stop().await;

    let calls = captured.calls();
    let at_debug = calls
        .iter()
        .find(|line| line["severity"] == "DEBUG")
        .expect("a path");
    assert_eq!(at_debug["path"].as_str().map(str::len), Some(64));
    let line = calls
        .iter()
        .find(|line| line["code"] != Value::Null)
        .expect("a line");
    assert_eq!(line["method"], "unknown");
    assert_eq!(line["code"], "UNIMPLEMENTED");
    assert!(!captured.text().contains(&"x".repeat(65)));
}

#[tokio::test]
async fn control_characters_are_escaped_in_both_formats() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let (captured, _guard) = capture("info", format);
        let server = run(config()).await;
        let mut client = server.client().await;
        // The handler's line holds a line break and an escape sequence.
        client
            .get_results(GetResultsRequest {})
            .await
            .expect("an answer");
        server.stop().await;
        let text = captured.text();
        assert!(!text.contains('\u{1b}'), "{text:?}");
        assert!(text.contains("read\\nthe "), "{text}");
        if format == LogFormat::Text {
            assert!(!text.contains("\"severity\""), "{text}");
            assert!(text.contains(&format!(" INFO {GET_RESULTS} OK ")), "{text}");
        }
    }
}
