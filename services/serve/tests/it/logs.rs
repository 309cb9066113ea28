//! One line a call, with what an operator needs and nothing that must not be kept.

mod safe;

use std::sync::atomic::Ordering;

use callgate_api::votes::v1::{
    CastVoteRequest, GetResultsRequest, ListMyVotesRequest, WatchResultsRequest,
};
use callgate_serve::LogFormat;
use serde_json::Value;

use crate::{
    by_hand::{empty, grpc_web, post},
    capture::{Captured, capture},
    fixture::{CAST_VOTE, GET_RESULTS, WATCH_RESULTS, bearer, config, issuer, run, soon},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// The line about the one call that was made.
fn only_call(captured: &Captured) -> Value {
    let calls = captured.calls();
    assert_eq!(calls.len(), 1, "{}", captured.text());
    calls.into_iter().next().expect("one")
}

#[tokio::test]
async fn a_call_leaves_one_line() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let token = issuer()
        .token("ada")
        .email("ada@example.com")
        .name("Ada")
        .sign();
    let mut client = server.client().await;
    client
        .cast_vote(bearer(&token, CastVoteRequest::default()))
        .await
        .expect("an answer");
    server.stop().await;

    let line = only_call(&captured);
    assert_eq!(line["severity"], "INFO");
    assert_eq!(line["message"], format!("{CAST_VOTE} OK"));
    assert_eq!(line["method"], CAST_VOTE);
    assert_eq!(line["code"], "OK");
    assert_eq!(line["protocol"], "grpc");
    assert_eq!(line["caller"], "end_user");
    assert_eq!(line["uid"], "ada");
    assert_eq!(line["reason"], Value::Null);
    assert!(
        line["latency_ms"].as_f64().is_some_and(|ms| ms >= 0.0),
        "{line}"
    );
    assert_eq!(line["httpRequest"]["requestMethod"], "POST");
    assert_eq!(line["httpRequest"]["requestUrl"], CAST_VOTE);
    assert_eq!(line["httpRequest"]["status"], 200);
    assert!(
        line["httpRequest"]["latency"]
            .as_str()
            .is_some_and(|l| l.ends_with('s'))
    );
    let time = line["time"].as_str().expect("a time");
    assert!(
        time.len() > 20 && time.ends_with('Z') && time.as_bytes()[10] == b'T',
        "{time}"
    );
    assert_eq!(line["logging.googleapis.com/trace"], Value::Null);
}

#[tokio::test]
async fn lines_carry_the_trace_of_their_call() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let request = grpc_web(GET_RESULTS)
        .header("traceparent", parent)
        .body(empty());
    server.by_http1(request.expect("a request")).await;
    server.stop().await;

    let lines = captured.lines();
    let of_call: Vec<_> = lines
        .iter()
        .filter(|line| {
            line["logging.googleapis.com/trace"] == format!("projects/demo-project/traces/{TRACE}")
        })
        .collect();
    // The handler's own line, and the line about the call.
    assert_eq!(of_call.len(), 2, "{}", captured.text());
    for line in &of_call {
        assert_eq!(line["logging.googleapis.com/spanId"], "b7ad6b7169203331");
        assert_eq!(line["logging.googleapis.com/trace_sampled"], true);
    }
    assert_eq!(of_call[0]["cats"], 3);
    assert_eq!(of_call[0]["spans"][0]["method"], GET_RESULTS);
    assert_eq!(of_call[1]["protocol"], "grpc-web");
}

#[tokio::test]
async fn where_only_errors_are_wanted_they_still_carry_their_trace() {
    let (captured, _guard) = capture("error", LogFormat::Json);
    let server = run(config()).await;
    let token = issuer().token("ada").sign();
    let mut request = bearer(&token, ListMyVotesRequest {});
    let context = format!("{TRACE}/255;o=1").parse().expect("a value");
    request
        .metadata_mut()
        .insert("x-cloud-trace-context", context);
    let mut client = server.client().await;
    client.list_my_votes(request).await.expect_err("an error");
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    server.stop().await;

    let line = only_call(&captured);
    assert_eq!(line["severity"], "ERROR");
    assert_eq!(line["code"], "INTERNAL");
    assert_eq!(
        line["logging.googleapis.com/trace"],
        format!("projects/demo-project/traces/{TRACE}")
    );
    assert_eq!(line["logging.googleapis.com/spanId"], "00000000000000ff");
    // The handler's words are for the client, and may hold anything.
    assert!(
        !captured.text().contains("ada@example.com"),
        "{}",
        captured.text()
    );
}

#[tokio::test]
async fn a_refusal_says_which_check_failed() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let mut client = server.client().await;
    let token = issuer().token("ada").claim("aud", "demo-other").sign();
    client
        .cast_vote(bearer(&token, CastVoteRequest::default()))
        .await
        .expect_err("refused");
    server.stop().await;

    let line = only_call(&captured);
    assert_eq!(line["severity"], "INFO");
    assert_eq!(line["code"], "UNAUTHENTICATED");
    assert_eq!(line["reason"], "TOKEN_INVALID");
    let words = format!("{CAST_VOTE} UNAUTHENTICATED TOKEN_INVALID");
    assert_eq!(line["message"], words);
    assert!(
        line["denial"].as_str().is_some_and(|d| d.contains("aud")),
        "{line}"
    );
}

#[tokio::test]
async fn what_is_no_grpc_is_the_clients_fault() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let request = post(GET_RESULTS, "text/plain").body(empty());
    server.by_http2(request.expect("a request")).await;
    server.stop().await;
    let line = only_call(&captured);
    assert_eq!(line["severity"], "INFO");
    assert_eq!(line["message"], format!("{GET_RESULTS} 415"));
    assert_eq!(line["httpRequest"]["status"], 415);
}

#[tokio::test]
async fn a_stream_leaves_its_line_at_the_end() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let mut client = server.client().await;
    let watch = client
        .watch_results(WatchResultsRequest {})
        .await
        .expect("a stream");
    let mut watch = watch.into_inner();
    soon(watch.message())
        .await
        .expect("no error")
        .expect("a message");
    assert_eq!(captured.calls().len(), 0, "{}", captured.text());
    let stopped = server.begin_to_stop();
    soon(watch.message()).await.expect_err("the end");
    soon(stopped).await.expect("it ends well");

    let line = only_call(&captured);
    assert_eq!(line["method"], WATCH_RESULTS);
    assert_eq!(line["code"], "UNAVAILABLE");
    assert_eq!(line["reason"], "GOING_AWAY");
    assert_eq!(line["severity"], "INFO");
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_line_too() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    let mut client = server.client().await;
    let watch = client
        .watch_results(WatchResultsRequest {})
        .await
        .expect("a stream");
    drop(watch);
    drop(client);
    soon(async {
        while captured.calls().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    server.stop().await;
    assert_eq!(only_call(&captured)["code"], "CANCELLED");
}

#[tokio::test]
async fn a_panic_is_an_internal_error() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let server = run(config()).await;
    server.votes.broken.store(true, Ordering::Relaxed);
    let mut client = server.client().await;
    client
        .get_results(GetResultsRequest {})
        .await
        .expect_err("a panic");
    server.stop().await;
    let line = only_call(&captured);
    assert_eq!(line["code"], "INTERNAL");
    assert_eq!(line["severity"], "ERROR");
}

#[tokio::test]
async fn a_silent_filter_is_obeyed() {
    let (captured, _guard) = capture("off", LogFormat::Json);
    let server = run(config()).await;
    let mut client = server.client().await;
    client
        .cast_vote(CastVoteRequest::default())
        .await
        .expect_err("refused");
    server.stop().await;
    assert_eq!(captured.text(), "");
}
