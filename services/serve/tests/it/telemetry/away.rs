//! No receiver, or one that does not answer: no call notices.

use std::time::Duration;

use callgate_api::votes::v1::GetResultsRequest;
use callgate_serve::LogFormat;
use tokio::net::TcpListener;

use super::{often, sending_to, until};
use crate::{
    capture::capture,
    fixture::{config, run},
    otlp::Receiver,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_endpoint_nothing_is_sent() {
    let receiver = Receiver::start().await;
    let server = run(config()).await;
    let mut client = server.client().await;
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    server.stop().await;
    assert_eq!(receiver.requests(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_never_answers_holds_up_neither_calls_nor_the_end() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = silent.local_addr().expect("an address");
    let receiver = Receiver::start().await;
    let mut config = sending_to(&receiver);
    config.telemetry.endpoint = format!("http://{address}").parse().ok();
    let server = run(config).await;
    let mut client = server.client().await;
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    drop(client);
    let took = server.stop().await;
    // Shorter than the 10 s of one request, which the end does not wait for.
    assert!(took < Duration::from_secs(8), "{took:?}");
    drop(silent);
}

// The logs are captured of this thread, so it has to be the only one.
#[tokio::test]
async fn a_receiver_that_is_away_is_told_of_once_and_so_is_its_return() {
    let (captured, _guard) = capture("info", LogFormat::Json);
    let receiver = Receiver::start().await;
    receiver.go_away(true);
    let server = run(often(sending_to(&receiver))).await;
    until(|| receiver.requests() > 3).await;
    receiver.go_away(false);
    until(|| !receiver.names().is_empty()).await;
    until(|| captured.text().contains("are sent again")).await;
    server.stop().await;

    let lines: Vec<_> = captured
        .lines()
        .into_iter()
        .filter(|line| line["target"] == "callgate_serve::telemetry::client")
        .map(|line| (line["severity"].clone(), line["message"].clone()))
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0].0, "WARNING");
    assert!(
        lines[0]
            .1
            .as_str()
            .is_some_and(|text| text.contains("HTTP 502"))
    );
    assert_eq!(lines[1].0, "INFO");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_receiver_gets_the_headers_that_are_configured() {
    let receiver = Receiver::start().await;
    let mut config = sending_to(&receiver);
    let name = http::HeaderName::from_static("api-key");
    let value = http::HeaderValue::from_static("secret");
    config.telemetry.headers = vec![(name, value)];
    let server = run(config).await;
    server.stop().await;
    let headers = receiver.headers();
    assert!(!headers.is_empty());
    assert!(headers.iter().all(|head| head["api-key"] == "secret"));
}
