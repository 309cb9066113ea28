//! What goes over the wire: gRPC, gRPC-Web and pages on one port.

use std::sync::atomic::Ordering;

use axum::{Router, routing::get};
use callgate_api::votes::v1::{
    CastVoteRequest, CastVoteResponse, GetResultsRequest, GetResultsResponse, WatchResultsRequest,
    WatchResultsResponse,
};
use http::{Request, StatusCode};
use http_body_util::Full;

use crate::{
    by_hand::{empty, framed, grpc_web, post},
    fixture::{CAST_VOTE, GET_RESULTS, WATCH_RESULTS, bearer, config, issuer, run, run_with, soon},
};

#[tokio::test]
async fn native_grpc_passes_the_gate() {
    let server = run(config()).await;
    let mut client = server.client().await;
    let results = client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    assert_eq!(results.into_inner().results.map(|r| r.cats), Some(3));

    let token = issuer().token("ada").sign();
    let vote = client
        .cast_vote(bearer(&token, CastVoteRequest::default()))
        .await;
    let vote = vote.expect("an answer").into_inner().vote;
    assert_eq!(vote.map(|v| v.display_name).as_deref(), Some("ada"));

    let refused = client.cast_vote(CastVoteRequest::default()).await;
    assert_eq!(
        refused.expect_err("no token").code(),
        tonic::Code::Unauthenticated
    );
}

#[tokio::test]
async fn grpc_web_passes_the_gate_over_both_versions_of_http() {
    let server = run(config()).await;
    let token = issuer().token("ada").sign();
    let request = || {
        grpc_web(CAST_VOTE)
            .header("authorization", format!("Bearer {token}"))
            .body(framed(&CastVoteRequest::default()))
            .expect("a request")
    };
    for answer in [
        server.by_http1(request()).await,
        server.by_http2(request()).await,
    ] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.header("content-type"),
            Some("application/grpc-web+proto")
        );
        let (messages, trailers) = answer.web_frames::<CastVoteResponse>();
        let names = messages
            .into_iter()
            .filter_map(|m| m.vote)
            .map(|v| v.display_name);
        assert_eq!(names.collect::<Vec<_>>(), ["ada"]);
        assert!(trailers.contains("grpc-status:0"), "{trailers}");
    }
}

#[tokio::test]
async fn pages_and_calls_share_the_port() {
    let pages = Router::new()
        .route("/", get(|| async { "the page" }))
        .route("/votes.v1.VoteService/", get(|| async { "no method" }));
    let server = run_with(config(), |server| {
        server.web(pages).end_users(issuer().verifier())
    })
    .await;
    let page = |path: &str| Request::get(path).body(Full::default()).expect("a request");
    assert_eq!(server.by_http1(page("/")).await.body, "the page");
    assert_eq!(server.by_http2(page("/")).await.body, "the page");
    // What is in the policy is never a page, what is not in it always.
    let method = server.by_http1(page(GET_RESULTS)).await;
    assert_eq!(method.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        server.by_http1(page("/votes.v1.VoteService/")).await.body,
        "no method"
    );
    let call = grpc_web(GET_RESULTS).body(empty()).expect("a request");
    let (messages, _) = server
        .by_http1(call)
        .await
        .web_frames::<GetResultsResponse>();
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn without_pages_that_is_said_in_words() {
    let server = run(config()).await;
    let answer = server
        .by_http1(Request::get("/").body(Full::default()).expect("a request"))
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(!answer.body.is_empty());
}

#[tokio::test]
async fn what_is_not_grpc_reaches_no_handler() {
    let server = run(config()).await;
    for content_type in [
        "text/plain",
        "application/json",
        "application/grpc-web+json",
        "application/grpc-web+proto; charset",
        "application/grpc-web+proto, application/grpc",
        "application/grpc; charset=utf-8",
        "application/grpcx",
    ] {
        let request = || {
            post(GET_RESULTS, content_type)
                .body(empty())
                .expect("a request")
        };
        for answer in [
            server.by_http1(request()).await,
            server.by_http2(request()).await,
        ] {
            assert_eq!(
                answer.status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{content_type}"
            );
        }
    }
    for method in ["GET", "PUT", "OPTIONS", "HEAD"] {
        for content_type in ["application/grpc", "application/grpc-web+proto"] {
            let request = || {
                Request::builder()
                    .method(method)
                    .uri(GET_RESULTS)
                    .header("content-type", content_type)
                    .body(empty())
                    .expect("a request")
            };
            for answer in [
                server.by_http1(request()).await,
                server.by_http2(request()).await,
            ] {
                let status = match method {
                    "OPTIONS" => StatusCode::FORBIDDEN,
                    _ => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                };
                assert_eq!(answer.status, status, "{method} {content_type}");
                assert!(!answer.headers.contains_key("grpc-status"), "{answer:?}");
            }
        }
    }
    let two = || {
        grpc_web(GET_RESULTS)
            .header("content-type", "text/plain")
            .body(empty())
            .expect("a request")
    };
    for answer in [server.by_http1(two()).await, server.by_http2(two()).await] {
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}

#[tokio::test]
async fn a_method_without_a_rule_is_unimplemented() {
    let server = run(config()).await;
    for path in [
        "/votes.v1.VoteService/Unknown",
        "/votes.v1.VoteService/GetResults/",
        "//votes.v1.VoteService/GetResults",
        "/votes.v1.VoteService/getResults",
        "/votes.v1.VoteService/%47etResults",
    ] {
        let answer = server
            .by_http1(grpc_web(path).body(empty()).expect("a request"))
            .await;
        assert_eq!(answer.header("grpc-status"), Some("12"), "{path}");
        assert_eq!(answer.header("grpc-status-details-bin"), None, "{path}");
    }
}

#[tokio::test]
async fn a_server_may_answer_to_its_own_names_only() {
    let server = run_with(config(), |server| {
        let names = ["localhost:8080".to_owned()];
        server.only_hosts(names).end_users(issuer().verifier())
    })
    .await;
    for (host, status) in [
        ("localhost:8080", StatusCode::OK),
        ("evil.example:8080", StatusCode::MISDIRECTED_REQUEST),
    ] {
        let request = grpc_web(GET_RESULTS).header("host", host).body(empty());
        let sent = server
            .http1()
            .await
            .send_request(request.expect("a request"))
            .await;
        assert_eq!(sent.expect("an answer").status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_clients_deadline_is_kept() {
    let server = run(config()).await;
    server.votes.free.forget_permits(1000);
    let request = grpc_web(CAST_VOTE)
        .header("grpc-timeout", "20m")
        .header(
            "authorization",
            format!("Bearer {}", issuer().token("ada").sign()),
        )
        .body(framed(&CastVoteRequest::default()))
        .expect("a request");
    let answer = server.by_http1(request).await;
    assert_eq!(answer.header("grpc-status"), Some("4"));
}

#[tokio::test]
async fn a_stream_ends_at_the_clients_deadline() {
    let server = run(config()).await;
    for timeout in ["20m", "0m"] {
        let request = || {
            grpc_web(WATCH_RESULTS)
                .header("grpc-timeout", timeout)
                .body(empty())
                .expect("a request")
        };
        for answer in [
            server.by_http1(request()).await,
            server.by_http2(request()).await,
        ] {
            let (_, trailers) = answer.web_frames::<WatchResultsResponse>();
            let told = trailers.contains("grpc-status:4");
            assert!(
                told || answer.header("grpc-status") == Some("4"),
                "{answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_handler_that_panics_takes_no_other_call_along() {
    let server = run(config()).await;
    let mut client = server.client().await;
    let mut watch = client
        .watch_results(WatchResultsRequest {})
        .await
        .expect("a stream")
        .into_inner();
    soon(watch.message())
        .await
        .expect("no error")
        .expect("a message");
    server.votes.broken.store(true, Ordering::Relaxed);
    client
        .get_results(GetResultsRequest {})
        .await
        .expect_err("a panic");
    server.votes.broken.store(false, Ordering::Relaxed);
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    let stopped = server.begin_to_stop();
    let end = soon(watch.message()).await.expect_err("the end");
    assert_eq!(end.code(), tonic::Code::Unavailable);
    soon(stopped).await.expect("it ends well");
}
