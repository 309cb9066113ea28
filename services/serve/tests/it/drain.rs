//! The end: streams are ended, calls finish, and nobody can hold it up.

use std::time::Duration;

use bytes::Bytes;
use callgate_api::votes::v1::{
    CastVoteRequest, GetResultsRequest, WatchResultsRequest, WatchResultsResponse,
};
use callgate_serve::Limits;
use http::Request;
use http_body_util::{BodyExt, Full};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::{
    by_hand::{framed, grpc_web},
    fixture::{CAST_VOTE, Running, WATCH_RESULTS, bearer, config, issuer, limited, run, soon},
};

/// Far longer than any of these takes, and shorter than a test may.
const LONG: Duration = Duration::from_secs(15);

async fn patient() -> Running {
    run(limited(Limits {
        drain_timeout: LONG,
        // So that it is not this which ends anything here.
        header_timeout: Duration::from_mins(1),
        ..Limits::default()
    }))
    .await
}

#[tokio::test]
async fn an_idle_server_stops_at_once() {
    let server = run(config()).await;
    assert!(server.stop().await < Duration::from_secs(5));
}

#[tokio::test]
async fn a_live_stream_ends_with_proper_trailers() {
    let server = patient().await;
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

    let stopped = server.begin_to_stop();
    let end = soon(watch.message()).await.expect_err("the end");
    assert_eq!(end.code(), Code::Unavailable);
    let info = end.get_details_error_info().expect("a reason");
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("GOING_AWAY", "callgate")
    );
    soon(stopped).await.expect("it ends well");
}

#[tokio::test]
async fn a_live_stream_of_grpc_web_ends_with_a_trailer_frame() {
    for version in [1, 2] {
        let server = patient().await;
        let request = grpc_web(WATCH_RESULTS)
            .header("host", "localhost")
            .body(framed(&WatchResultsRequest {}))
            .expect("a request");
        let response = if version == 1 {
            soon(server.http1().await.send_request(request)).await
        } else {
            let (mut head, body) = request.into_parts();
            head.headers.remove("host");
            head.uri = format!("http://localhost{WATCH_RESULTS}")
                .parse()
                .expect("a URI");
            let request = Request::from_parts(head, body);
            soon(server.http2().await.send_request(request)).await
        };
        let mut body = response.expect("an answer").into_body();
        let first = soon(body.frame())
            .await
            .expect("a frame")
            .expect("no error");
        let first = first.into_data().expect("data");
        let stopped = server.begin_to_stop();
        let rest = soon(body.collect()).await.expect("a whole body").to_bytes();
        let whole = crate::by_hand::Answer {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: Bytes::from([first, rest].concat()),
        };
        let (messages, trailers) = whole.web_frames::<WatchResultsResponse>();
        assert_eq!(messages.len(), 1);
        assert!(trailers.contains("grpc-status:14"), "{trailers}");
        assert!(trailers.contains("grpc-status-details-bin:"), "{trailers}");
        soon(stopped).await.expect("it ends well");
    }
}

#[tokio::test]
async fn a_unary_call_under_way_finishes() {
    let server = patient().await;
    server.votes.free.forget_permits(1000);
    let mut client = server.client().await;
    let token = issuer().token("ada").sign();
    let mut second = client.clone();
    let vote = tokio::spawn(async move {
        client
            .cast_vote(bearer(&token, CastVoteRequest::default()))
            .await
    });
    soon(server.votes.entered.notified()).await;
    let votes = server.votes.clone();
    let address = server.address;
    let mut watch = second
        .watch_results(WatchResultsRequest {})
        .await
        .expect("a stream")
        .into_inner();
    soon(watch.message())
        .await
        .expect("no error")
        .expect("a message");
    let mut idle = server.http1().await;
    let page = Request::get("/").header("host", "x").body(Full::default());
    let page = idle.send_request(page.expect("a request")).await;
    page.expect("an answer")
        .collect()
        .await
        .expect("a whole page");
    let stopped = server.begin_to_stop();
    // When the stream has ended, the server has begun to stop: no new connections, none that are idle, but the call goes on.
    soon(watch.message()).await.expect_err("the end");
    assert!(
        TcpStream::connect(address).await.is_err(),
        "it still accepts"
    );
    soon(async {
        while !idle.is_closed() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(!stopped.is_finished() && !vote.is_finished());
    votes.free.add_permits(1);
    let vote = soon(vote).await.expect("a task").expect("an answer");
    assert_eq!(
        vote.into_inner().vote.map(|v| v.display_name).as_deref(),
        Some("ada")
    );
    soon(stopped).await.expect("it ends well");
}

#[tokio::test]
async fn silent_and_half_sent_peers_are_cut_when_the_last_call_is_done() {
    let server = patient().await;
    let mut peers = Vec::new();
    for said in [
        &b""[..],
        b"PRI * HT",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-",
        // HTTP/2, with settings, and then nothing.
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0",
    ] {
        let mut peer = server.tcp().await;
        peer.write_all(said).await.expect("sent");
        peers.push(peer);
    }
    // The client keeps its connection open as well.
    let mut client = server.client().await;
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");

    assert!(server.stop().await < Duration::from_secs(10));
    for mut peer in peers {
        let mut said = Vec::new();
        let _ = soon(peer.read_to_end(&mut said)).await;
    }
}

#[tokio::test]
async fn a_half_sent_message_holds_it_up_to_the_bound_and_no_longer() {
    let server = run(limited(Limits {
        drain_timeout: Duration::from_millis(300),
        ..Limits::default()
    }))
    .await;
    let mut peer = server.tcp().await;
    let token = issuer().token("ada").sign();
    let head = format!(
        "POST {CAST_VOTE} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n"
    );
    peer.write_all(head.as_bytes()).await.expect("sent");
    // The server asks for the body when the handler does: the call is under way.
    let mut said = [0; 25];
    soon(peer.read_exact(&mut said)).await.expect("an answer");
    assert!(said.starts_with(b"HTTP/1.1 100 Continue"));
    peer.write_all(&[0, 0]).await.expect("sent");

    let took = server.stop().await;
    assert!(
        (Duration::from_millis(250)..Duration::from_secs(5)).contains(&took),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_handler_that_hangs_is_cut_at_the_bound() {
    let server = run(limited(Limits {
        drain_timeout: Duration::from_millis(300),
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
    assert!(server.stop().await < Duration::from_secs(5));
    soon(vote).await.expect("a task").expect_err("cut off");
}

#[tokio::test]
async fn a_page_under_way_is_sent_to_its_end() {
    let (more, chunks) = tokio::sync::mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    let body = axum::body::Body::from_stream(tokio_stream::wrappers::ReceiverStream::new(chunks));
    let body = std::sync::Arc::new(std::sync::Mutex::new(Some(body)));
    let pages = axum::Router::new().route(
        "/",
        axum::routing::get(move || async move {
            body.lock()
                .expect("nobody panicked")
                .take()
                .unwrap_or_default()
        }),
    );
    let limits = Limits {
        drain_timeout: LONG,
        ..Limits::default()
    };
    let server = crate::fixture::run_with(limited(limits), |server| {
        server.web(pages).end_users(issuer().verifier())
    })
    .await;
    let request = Request::get("/").header("host", "x").body(Full::default());
    let response = soon(
        server
            .http1()
            .await
            .send_request(request.expect("a request")),
    )
    .await;
    let mut page = response.expect("an answer").into_body();
    more.send(Ok("first".into())).await.expect("a reader");
    let first = soon(page.frame())
        .await
        .expect("a frame")
        .expect("no error");
    assert_eq!(first.into_data().expect("data"), "first");
    let stopped = server.begin_to_stop();
    more.send(Ok(", last".into())).await.expect("a reader");
    drop(more);
    assert_eq!(
        soon(page.collect()).await.expect("a whole page").to_bytes(),
        ", last"
    );
    soon(stopped).await.expect("it ends well");
}
