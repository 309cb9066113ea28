//! What is too large, too much, or too slow.

use std::time::Duration;

use callgate_api::votes::v1::{
    CastVoteRequest, GetResultsRequest, WatchResultsRequest, vote_service_gate,
};
use callgate_serve::{Limits, Server};
use http::StatusCode;
use http_body_util::Full;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
};

use crate::{
    by_hand::{empty, grpc_web},
    fixture::{
        CAST_VOTE, GET_RESULTS, Running, bearer, config, issuer, limited, run, service_accounts,
        soon, votes,
    },
};

#[tokio::test]
async fn a_header_list_too_large_is_refused() {
    let server = run(config()).await;
    let with = |bytes: usize| {
        grpc_web(GET_RESULTS)
            .header("x-large", "x".repeat(bytes))
            .body(empty())
            .expect("a request")
    };
    assert_eq!(server.by_http1(with(30_000)).await.status, StatusCode::OK);
    assert_eq!(server.by_http2(with(30_000)).await.status, StatusCode::OK);
    let too_large = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    assert_eq!(server.by_http1(with(33_000)).await.status, too_large);
    assert_eq!(server.by_http2(with(33_000)).await.status, too_large);
}

#[tokio::test]
async fn http2_clients_are_told_the_limits() {
    let server = run(config()).await;
    let mut peer = server.tcp().await;
    peer.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .expect("sent");
    let mut head = [0; 9];
    soon(peer.read_exact(&mut head)).await.expect("a frame");
    assert_eq!(head[3], 4, "no SETTINGS: {head:?}");
    let mut settings = vec![0; usize::from(head[2])];
    soon(peer.read_exact(&mut settings)).await.expect("a frame");
    let told = |id: u8| {
        let of_id = settings.chunks(6).find(|setting| setting[..2] == [0, id]);
        of_id.map(|setting| u32::from_be_bytes([setting[2], setting[3], setting[4], setting[5]]))
    };
    // RFC 9113, section 6.5.2.
    assert_eq!(told(3), Some(200), "SETTINGS_MAX_CONCURRENT_STREAMS");
    assert_eq!(told(6), Some(32 << 10), "SETTINGS_MAX_HEADER_LIST_SIZE");
}

#[tokio::test]
async fn a_message_too_large_is_refused() {
    let server = run(config()).await;
    let message = |bytes: usize| {
        let mut frame = vec![0];
        frame.extend(u32::try_from(bytes).expect("a length").to_be_bytes());
        // An unknown field of this length, which is skipped.
        let mut field = vec![0x7a];
        prost::encode_length_delimiter(bytes - 5, &mut field).expect("a length");
        field.resize(bytes, b'x');
        frame.extend(field);
        grpc_web(GET_RESULTS)
            .body(Full::new(frame.into()))
            .expect("a request")
    };
    let answer = server.by_http1(message(3 << 20)).await;
    let (_, trailers) = answer.web_frames::<callgate_api::votes::v1::GetResultsResponse>();
    assert!(trailers.contains("grpc-status:0"), "{answer:?}");
    let answer = server.by_http1(message((4 << 20) + 1)).await;
    let status = answer.header("grpc-status").map(str::to_owned);
    assert_eq!(status.as_deref(), Some("8"), "{:?}", answer.headers);
}

#[tokio::test]
async fn a_service_sets_its_own_limit_on_messages() {
    let limits = Limits {
        message_size: 10,
        ..Limits::default()
    };
    let bound = Server::new(limited(limits))
        .expect("a server")
        .service(vote_service_gate::server(votes()).max_decoding_message_size(limits.message_size))
        .end_users(issuer().verifier())
        .service_accounts(service_accounts())
        .bind()
        .await
        .expect("a free port");
    let address = bound.local_addr();
    tokio::spawn(bound.serve(std::future::pending()));
    let channel = tonic::transport::Channel::from_shared(format!("http://{address}"))
        .expect("an address")
        .connect()
        .await
        .expect("a server");
    let mut client = tonic_health::pb::health_client::HealthClient::new(channel.clone());
    let request = tonic_health::pb::HealthCheckRequest {
        service: "x".repeat(11),
    };
    let refused = client.check(request).await.expect_err("too large");
    assert_eq!(refused.code(), tonic::Code::ResourceExhausted);

    let mut client = ServerReflectionClient::new(channel);
    let request = ServerReflectionRequest {
        host: "x".repeat(11),
        message_request: None,
    };
    let answers = client.server_reflection_info(tokio_stream::once(request));
    let mut answers = answers.await.expect("a stream").into_inner();
    // It ends without a word.
    let answer = answers.message().await.expect("no error");
    assert!(answer.is_none(), "{answer:?}");
}

#[tokio::test]
async fn more_streams_than_allowed_are_refused() {
    let server = run(limited(Limits {
        open_streams: 1,
        ..Limits::default()
    }))
    .await;
    let mut client = server.client().await;
    let first = client
        .watch_results(WatchResultsRequest {})
        .await
        .expect("a stream");
    let second = client.watch_results(WatchResultsRequest {}).await;
    assert_eq!(
        second.expect_err("too many").code(),
        tonic::Code::ResourceExhausted
    );
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("no stream");
    drop(first);
}

#[tokio::test]
async fn a_unary_message_that_does_not_come_is_not_waited_for() {
    let server = run(limited(Limits {
        unary_body_timeout: Duration::from_millis(50),
        ..Limits::default()
    }))
    .await;
    let mut stream = server.tcp().await;
    let head = format!(
        "POST {GET_RESULTS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 100\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = vec![0; 1000];
    let read = soon(stream.read(&mut answer)).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.contains("grpc-status: 4"), "{answer}");
}

/// What the server says to these bytes until it hangs up.
pub(crate) async fn until_cut(server: &Running, bytes: &[u8]) -> Vec<u8> {
    let mut stream = server.tcp().await;
    stream.write_all(bytes).await.expect("sent");
    let mut said = Vec::new();
    // A reset is an end too.
    let _ = soon(stream.read_to_end(&mut said)).await;
    said
}

#[tokio::test]
async fn who_does_not_begin_in_time_is_cut_off() {
    let server = run(limited(Limits {
        header_timeout: Duration::from_millis(50),
        keep_alive_interval: Duration::from_millis(50),
        keep_alive_timeout: Duration::from_millis(50),
        ..Limits::default()
    }))
    .await;
    assert_eq!(until_cut(&server, b"").await, b"", "silent");
    assert_eq!(
        until_cut(&server, b"PRI * HTTP/2").await,
        b"",
        "half a preface"
    );
    until_cut(&server, b"POST / HTTP/1.1\r\nhost: ").await;
    // HTTP/2 without an answer to pings.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    assert!(!until_cut(&server, preface).await.is_empty());
}

/// How old a connection may become: longer than it takes to begin a call on it, and shorter than what else would end it.
const AGE: Duration = Duration::from_secs(20);

/// Lets the time pass in which a connection becomes old. What waits for less is over too.
async fn grow_old() {
    tokio::time::pause();
    tokio::time::advance(AGE).await;
    tokio::time::resume();
}

#[tokio::test]
async fn an_old_connection_is_renewed_and_its_streams_end() {
    let server = run(limited(Limits {
        connection_age: AGE,
        connection_grace: Duration::from_millis(50),
        ..Limits::default()
    }))
    .await;
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
    grow_old().await;
    let end = soon(watch.message()).await.expect_err("the end");
    assert_eq!(end.code(), tonic::Code::Unavailable);
    // The client makes a new connection by itself.
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
}

#[tokio::test]
async fn a_call_on_an_old_connection_may_finish() {
    let server = run(limited(Limits {
        connection_age: AGE,
        header_timeout: Duration::from_mins(1),
        ..Limits::default()
    }))
    .await;
    server.votes.free.forget_permits(1000);
    let mut client = server.client().await;
    let token = issuer().token("ada").sign();
    let vote = tokio::spawn(async move {
        client
            .cast_vote(bearer(&token, CastVoteRequest::default()))
            .await
    });
    soon(server.votes.entered.notified()).await;
    // A connection beside it, idle, ends: so old are both.
    let mut idle = server.tcp().await;
    let request = format!("POST {CAST_VOTE} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
    idle.write_all(request.as_bytes()).await.expect("sent");
    let mut said = vec![0; 8];
    soon(idle.read_exact(&mut said)).await.expect("an answer");
    grow_old().await;
    soon(idle.read_to_end(&mut said)).await.expect("an end");
    server.votes.free.add_permits(1);
    soon(vote).await.expect("a task").expect("it finishes");
}
