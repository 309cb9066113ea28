//! One span a call, in the trace that the call came with.

use std::fmt::Write;

use callgate_api::votes::v1::{CastVoteRequest, GetResultsRequest, ListMyVotesRequest};
use callgate_serve::{LogFormat, Sampler};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode};

use super::{ADA, RESULTS, sending_to};
use crate::{
    by_hand::{empty, grpc_web},
    capture::capture,
    fixture::{GET_RESULTS, bearer, issuer, run},
    otlp::{Attributes, Receiver, attributes},
};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn expected(attributes: &[(&str, &str)]) -> Attributes {
    let owned = |(k, v): &(&str, &str)| ((*k).to_owned(), (*v).to_owned());
    attributes.iter().map(owned).collect()
}

fn only(receiver: &Receiver) -> Span {
    let spans = receiver.spans();
    assert_eq!(spans.len(), 1, "{spans:?}");
    spans.into_iter().next().expect("one")
}

// The logs are captured of this thread, so it has to be the only one.
#[tokio::test]
async fn a_span_is_a_part_of_the_trace_that_the_call_came_with_and_log_lines_name_it() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    let request = grpc_web(GET_RESULTS)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .body(empty());
    server.by_http1(request.expect("a request")).await;
    server.stop().await;

    let span = only(&receiver);
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), PARENT);
    assert_eq!(span.name, RESULTS);
    assert_eq!(span.kind, 2, "of a server");
    assert!(span.end_time_unix_nano > span.start_time_unix_nano);
    let of_call = captured.lines().into_iter().filter(|line| {
        line["logging.googleapis.com/trace"] == format!("projects/demo-project/traces/{TRACE}")
    });
    let spans: Vec<_> = of_call
        .map(|line| line["logging.googleapis.com/spanId"].clone())
        .collect();
    // The handler's own line, and the line about the call.
    assert_eq!(spans, [hex(&span.span_id).as_str(); 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn googles_header_will_do_and_without_one_a_trace_begins() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    let mut client = server.client().await;
    let mut request = tonic::Request::new(GetResultsRequest {});
    let context = format!("{TRACE}/255;o=1").parse().expect("a value");
    request
        .metadata_mut()
        .insert("x-cloud-trace-context", context);
    client.get_results(request).await.expect("an answer");
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    server.stop().await;

    let spans = receiver.spans();
    assert_eq!(hex(&spans[0].trace_id), TRACE);
    assert_eq!(hex(&spans[0].parent_span_id), "00000000000000ff");
    assert_ne!(hex(&spans[1].trace_id), TRACE);
    assert_eq!(spans[1].parent_span_id, [0; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_span_says_how_the_call_ended() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    let token = issuer().token("ada").sign();
    let mut client = server.client().await;
    client
        .cast_vote(bearer(&token, CastVoteRequest::default()))
        .await
        .expect("an answer");
    client
        .cast_vote(CastVoteRequest::default())
        .await
        .expect_err("no token");
    client
        .list_my_votes(bearer(&token, ListMyVotesRequest {}))
        .await
        .expect_err("a fault");
    server.stop().await;

    let spans = receiver.spans();
    let status = |span: &Span| span.status.as_ref().map_or(StatusCode::Unset, Status::code);
    assert_eq!(
        attributes(&spans[0].attributes),
        expected(&[
            ("rpc.system.name", "grpc"),
            ("rpc.method", ADA),
            ("rpc.response.status_code", "OK"),
            ("callgate.caller", "end_user"),
            ("callgate.protocol", "grpc"),
        ])
    );
    assert_eq!(status(&spans[0]), StatusCode::Unset);
    assert_eq!(
        attributes(&spans[1].attributes),
        expected(&[
            ("rpc.system.name", "grpc"),
            ("rpc.method", ADA),
            ("rpc.response.status_code", "UNAUTHENTICATED"),
            ("callgate.caller", "unknown"),
            ("callgate.reason", "TOKEN_MISSING"),
            ("callgate.protocol", "grpc"),
        ])
    );
    assert_eq!(status(&spans[1]), StatusCode::Unset, "the caller's fault");
    assert_eq!(status(&spans[2]), StatusCode::Error, "ours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_is_told_and_no_two_servers_are_the_same() {
    let mut instances = Vec::new();
    for _ in 0..2 {
        let receiver = Receiver::start().await;
        let server = run(sending_to(&receiver)).await;
        let mut client = server.client().await;
        client
            .get_results(GetResultsRequest {})
            .await
            .expect("an answer");
        server.stop().await;
        let resource = receiver.resource();
        assert_eq!(resource["service.name"], "votes");
        assert_eq!(resource["gcp.project_id"], "demo-project");
        instances.push(resource["service.instance.id"].clone());
    }
    assert_ne!(instances[0], instances[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_not_traced_is_counted_all_the_same() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    let request = grpc_web(GET_RESULTS)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-00"))
        .body(empty());
    server.by_http1(request.expect("a request")).await;
    server.stop().await;
    assert_eq!(receiver.spans(), []);
    assert_eq!(super::calls(&receiver, RESULTS, "OK", "unknown", ""), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sampler_may_overrule_the_caller() {
    let receiver = Receiver::start().await;
    let mut config = sending_to(&receiver);
    config.telemetry.sampler = Sampler {
        ratio: 0.0,
        parent_based: false,
    };
    let server = run(config).await;
    let request = grpc_web(GET_RESULTS)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .body(empty());
    server.by_http1(request.expect("a request")).await;
    server.stop().await;
    assert_eq!(receiver.spans(), []);
}
