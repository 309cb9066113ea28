//! Every kind of stream ends with the caller's token (G19), and their number is limited (G21).

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use callgate_wire_tests::{
    server::{EchoServer, with_token},
    v1::EchoRequest,
};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code::{DeadlineExceeded, ResourceExhausted, Unauthenticated};

use crate::{in_time, refusal};

/// As long as the tokens below live. The gate's timers run in real time, so it is short.
pub(crate) const LIFE: Duration = Duration::from_millis(200);

/// A server, and a token that ends when the clock has been turned by [`LIFE`].
pub(crate) async fn server_and_short_token() -> (EchoServer, String) {
    let server = EchoServer::start().await;
    // Tokens count in whole seconds: begin a little before one of them.
    let whole = server
        .clock
        .now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs()
        + 100;
    let end = std::time::UNIX_EPOCH + Duration::from_secs(whole);
    let token = server.token().expires_at(end).sign();
    server.clock.set(end - LIFE);
    (server, token)
}

#[tokio::test]
async fn a_server_stream_ends_with_the_token_as_proper_trailers() {
    let (server, token) = server_and_short_token().await;
    let mut client = server.client().await;
    let request = with_token(EchoRequest::default(), &token);
    let mut stream = client.watch(request).await.unwrap().into_inner();
    assert_eq!(stream.message().await.unwrap().unwrap().uid, "ada");
    server.clock.advance(LIFE);
    let status = in_time(stream.message()).await.unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_EXPIRED".into()));
}

#[tokio::test]
async fn a_client_stream_ends_with_the_token() {
    let (server, token) = server_and_short_token().await;
    let mut client = server.client().await;
    let (sender, receiver) = mpsc::channel(1);
    let call = tokio::spawn(async move {
        let request = with_token(ReceiverStream::new(receiver), &token);
        client.collect(request).await
    });
    sender.send(EchoRequest::default()).await.unwrap();
    server.clock.advance(LIFE);
    let status = in_time(call).await.unwrap().unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_EXPIRED".into()));
}

#[tokio::test]
async fn a_stream_in_both_directions_ends_with_the_token() {
    let (server, token) = server_and_short_token().await;
    let mut client = server.client().await;
    let (sender, receiver) = mpsc::channel(1);
    sender.send(EchoRequest::default()).await.unwrap();
    let request = with_token(ReceiverStream::new(receiver), &token);
    let mut stream = client.chat(request).await.unwrap().into_inner();
    assert_eq!(stream.message().await.unwrap().unwrap().uid, "ada");
    server.clock.advance(LIFE);
    // Nothing goes out after the end, not even the answer to a message that is there.
    sender.send(EchoRequest::default()).await.unwrap();
    let status = in_time(stream.message()).await.unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_EXPIRED".into()));
}

#[tokio::test]
async fn a_stream_goes_on_where_the_timer_fires_before_the_wall_clock_is_there() {
    let (server, token) = server_and_short_token().await;
    let mut client = server.client().await;
    let (sender, receiver) = mpsc::channel(1);
    let request = with_token(ReceiverStream::new(receiver), &token);
    sender.send(EchoRequest::default()).await.unwrap();
    let mut stream = client.chat(request).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    // The timer fires meanwhile, but by the wall clock, which stands still, the token lives.
    assert!(
        tokio::time::timeout(2 * LIFE, stream.message())
            .await
            .is_err()
    );
    sender.send(EchoRequest::default()).await.unwrap();
    assert!(stream.message().await.unwrap().is_some());
}

#[tokio::test]
async fn a_public_stream_has_no_token_to_end_with() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    let mut stream = client
        .watch_public(EchoRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert!(stream.message().await.unwrap().is_some());
    server.clock.advance(Duration::from_hours(48));
    assert!(tokio::time::timeout(LIFE, stream.message()).await.is_err());
}

#[tokio::test]
async fn a_unary_call_under_way_is_left_to_finish() {
    let (server, token) = server_and_short_token().await;
    let mut client = server.client().await;
    let answer = client
        .signed_in(with_token(EchoRequest::default(), &token))
        .await;
    server.clock.advance(LIFE);
    assert!(answer.is_ok());
    let status = client
        .signed_in(with_token(EchoRequest::default(), &token))
        .await
        .map(|_| ());
    // The clock skew, 10 s, is the verifier's: a call that begins now still passes.
    assert!(status.is_ok());
}

#[tokio::test]
async fn more_streams_than_the_instance_may_hold_are_refused_until_one_ends() {
    let server = EchoServer::start_with(|gate| gate.max_open_streams(2)).await;
    let mut client = server.client().await;
    let first = client.watch_public(EchoRequest::default()).await.unwrap();
    let request = with_token(EchoRequest::default(), &server.token().sign());
    let _second = client.watch(request).await.unwrap();

    let status = client
        .watch_public(EchoRequest::default())
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&status),
        (ResourceExhausted, "TOO_MANY_STREAMS".into())
    );
    assert!(
        client.public(EchoRequest::default()).await.is_ok(),
        "unary calls go on"
    );

    drop(first);
    // The server learns of it a moment later.
    let freed = async { while client.watch_public(EchoRequest::default()).await.is_err() {} };
    in_time(freed).await;
}

/// A body of which nothing ever comes.
struct Silent;

impl http_body::Body for Silent {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_unary_request_that_does_not_arrive_is_cut_off() {
    let within = Duration::from_millis(50);
    let server = EchoServer::start_with(|gate| {
        gate.unary_body_timeout(within)
            .clock(callgate::Clock::system())
    })
    .await;
    let url = format!("{}/echo.v1.EchoService/Public", server.url());
    let response = callgate_wire_tests::web::client(reqwest::Version::HTTP_2)
        .post(url)
        .header("content-type", "application/grpc")
        .body(reqwest::Body::wrap(Silent))
        .send();
    let response = in_time(response).await.unwrap();
    let status = response.headers()["grpc-status"].to_str().unwrap();
    assert_eq!(status, (DeadlineExceeded as i32).to_string());
}
