//! Status codes where tonic's are not those of gRPC's documents, and answers that come before the request's end.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    by_hand::{empty, grpc_web},
    fixture::{CAST_VOTE, GET_RESULTS, WATCH_RESULTS, config, run, soon},
};

#[tokio::test]
async fn a_method_that_takes_one_message_gets_exactly_one() {
    let server = run(config()).await;
    let frame = empty().collect().await.expect("bytes").to_bytes();
    for path in [GET_RESULTS, WATCH_RESULTS] {
        for body in [Bytes::new(), [&frame[..], &frame[..]].concat().into()] {
            let request = || {
                grpc_web(path)
                    .body(Full::new(body.clone()))
                    .expect("a request")
            };
            for answer in [
                server.by_http1(request()).await,
                server.by_http2(request()).await,
            ] {
                assert_eq!(answer.header("grpc-status"), Some("12"), "{answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn over_http1_an_answer_may_come_before_the_requests_end_and_a_next_request_after_it() {
    let server = run(config()).await;
    let mut peer = server.tcp().await;
    let head = |path: &str, length: usize| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/grpc-web\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    let mut said = Vec::new();
    let body = vec![0; 2 << 20];

    // Refused, since there is no token, while most of the body is yet to come.
    let refused = head(CAST_VOTE, body.len());
    peer.write_all(refused.as_bytes()).await.expect("sent");
    while !String::from_utf8_lossy(&said).contains("grpc-status: 16") {
        let read = soon(peer.read_buf(&mut said)).await.expect("an answer");
        assert_ne!(read, 0, "the connection was closed");
    }
    soon(peer.write_all(&body)).await.expect("the rest is read");

    let frame = empty().collect().await.expect("bytes").to_bytes();
    let next = head(GET_RESULTS, frame.len());
    peer.write_all(next.as_bytes()).await.expect("sent");
    peer.write_all(&frame).await.expect("sent");
    while !String::from_utf8_lossy(&said).contains("grpc-status:0") {
        let read = soon(peer.read_buf(&mut said)).await.expect("an answer");
        assert_ne!(read, 0, "the connection was closed");
    }
}
