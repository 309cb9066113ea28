//! gRPC-Web as browsers and proxies write it: in text, with parameters, in any case.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use callgate_api::votes::v1::{GetResultsRequest, GetResultsResponse};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};

use crate::{
    by_hand::{Answer, empty, framed, post},
    fixture::{CAST_VOTE, GET_RESULTS, config, run},
};

const TEXT: &str = "application/grpc-web-text";

/// A message as gRPC-Web's text has it.
async fn text(path: &str, accept: Option<&str>) -> Request<Full<Bytes>> {
    let frame = framed(&GetResultsRequest {}).collect().await;
    let frame = STANDARD.encode(frame.expect("bytes").to_bytes());
    let mut request = post(path, TEXT);
    if let Some(accept) = accept {
        request = request.header("accept", accept);
    }
    request.body(Full::from(frame)).expect("a request")
}

/// Four characters at a time, since each frame has its own padding.
fn decoded(mut answer: Answer) -> Answer {
    let quanta = answer.body.chunks(4);
    let bytes = quanta.flat_map(|quantum| STANDARD.decode(quantum).expect("base64"));
    answer.body = bytes.collect();
    answer
}

#[tokio::test]
async fn a_content_type_may_have_parameters_and_any_case() {
    let server = run(config()).await;
    for content_type in [
        "application/grpc-web+proto; charset=utf-8",
        "application/grpc-web;charset=\"UTF-8\"",
        "Application/gRPC-Web",
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
            assert_eq!(answer.status, StatusCode::OK, "{content_type}");
            let (messages, trailers) = answer.web_frames::<GetResultsResponse>();
            assert_eq!(messages.len(), 1);
            assert!(trailers.contains("grpc-status:0"), "{trailers}");
        }
    }
}

#[tokio::test]
async fn who_sends_text_is_answered_in_text() {
    let server = run(config()).await;
    for accept in [None, Some(TEXT), Some("*/*")] {
        for answer in [
            server.by_http1(text(GET_RESULTS, accept).await).await,
            server.by_http2(text(GET_RESULTS, accept).await).await,
        ] {
            assert_eq!(
                answer.header("content-type"),
                Some("application/grpc-web-text+proto"),
                "{accept:?}"
            );
            let (messages, trailers) = decoded(answer).web_frames::<GetResultsResponse>();
            let cats = messages.into_iter().filter_map(|m| m.results);
            assert_eq!(cats.map(|r| r.cats).collect::<Vec<_>>(), [3]);
            assert!(trailers.contains("grpc-status:0"), "{trailers}");
        }
    }
    let binary = text(GET_RESULTS, Some("application/grpc-web+proto")).await;
    let (messages, _) = server
        .by_http1(binary)
        .await
        .web_frames::<GetResultsResponse>();
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn who_sends_text_is_refused_in_text() {
    let server = run(config()).await;
    let refused = server.by_http1(text(CAST_VOTE, None).await).await;
    assert_eq!(
        refused.header("content-type"),
        Some("application/grpc-web-text+proto")
    );
    assert_eq!(refused.header("grpc-status"), Some("16"));
    assert!(refused.body.is_empty());
}

#[tokio::test]
async fn text_may_have_padding_in_the_middle() {
    let server = run(config()).await;
    let frame = framed(&GetResultsRequest {}).collect().await;
    let frame = frame.expect("bytes").to_bytes();
    let pieces = frame.chunks(2).map(|piece| STANDARD.encode(piece));
    let request = post(GET_RESULTS, TEXT)
        .body(Full::from(pieces.collect::<String>()))
        .expect("a request");
    let answer = decoded(server.by_http1(request).await);
    assert_eq!(answer.web_frames::<GetResultsResponse>().0.len(), 1);

    let malformed = post(GET_RESULTS, TEXT)
        .body(Full::from("AAAAAAA"))
        .expect("a request");
    let refused = server.by_http1(malformed).await;
    assert_eq!(refused.header("grpc-status"), Some("13"));
}
