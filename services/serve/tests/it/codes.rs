//! Status codes where tonic's are not those of gRPC's documents.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};

use crate::{
    by_hand::{empty, grpc_web},
    fixture::{GET_RESULTS, WATCH_RESULTS, config, run},
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
