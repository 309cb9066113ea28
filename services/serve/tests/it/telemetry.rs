//! Traces and metrics, received over the wire.

#![expect(
    clippy::float_cmp,
    reason = "counts are whole numbers, which compare exactly"
)]

mod away;
mod spans;

use std::time::Duration;

use callgate_api::votes::v1::{
    CastVoteRequest, GetResultsRequest, ListMyVotesRequest, ResetVotesRequest, WatchResultsRequest,
};
use callgate_serve::{
    Config, KeySource, PoolUse, TelemetryConfig,
    telemetry::{Instrument, METRICS},
};
use callgate_testkit::{GoogleIssuer, KeyServer, jwks, key_server::Answer};

use crate::{
    by_hand::{empty, grpc_web, post},
    fixture::{CAST_VOTE, GET_RESULTS, Running, bearer, config, issuer, run, run_with, soon},
    otlp::Receiver,
};

const ADA: &str = "votes.v1.VoteService/CastVote";
const RESULTS: &str = "votes.v1.VoteService/GetResults";
const WATCH: &str = "votes.v1.VoteService/WatchResults";

/// Sends to the receiver, metrics in the end only.
fn sending_to(receiver: &Receiver) -> Config {
    Config {
        telemetry: TelemetryConfig {
            endpoint: Some(receiver.url().parse().expect("a URL")),
            service_name: Some("votes".to_owned()),
            metric_interval: Duration::from_hours(1),
            ..TelemetryConfig::default()
        },
        ..config()
    }
}

/// Sends metrics again and again.
fn often(mut config: Config) -> Config {
    config.telemetry.metric_interval = Duration::from_millis(20);
    config
}

async fn until(mut holds: impl FnMut() -> bool) {
    soon(async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

fn calls(receiver: &Receiver, method: &str, code: &str, caller: &str, reason: &str) -> f64 {
    let mut attributes = vec![
        ("rpc.method", method),
        ("rpc.response.status_code", code),
        ("callgate.caller", caller),
    ];
    if !reason.is_empty() {
        attributes.push(("callgate.reason", reason));
    }
    receiver.value("callgate.calls", &attributes)
}

/// Calls of every kind: admitted, refused, failed, streamed.
async fn call_everything(server: &Running) {
    let token = issuer().token("ada").email("ada@example.com").sign();
    let mut client = server.client().await;
    for _ in 0..3 {
        client
            .cast_vote(bearer(&token, CastVoteRequest::default()))
            .await
            .expect("an answer");
    }
    client
        .cast_vote(CastVoteRequest::default())
        .await
        .expect_err("no token");
    client
        .cast_vote(bearer("no.token.atall", CastVoteRequest::default()))
        .await
        .expect_err("no token");
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");
    client
        .list_my_votes(bearer(&token, ListMyVotesRequest {}))
        .await
        .expect_err("a fault");
    let admin = "admin@demo-project.iam.gserviceaccount.com";
    let admin = GoogleIssuer::new("https://votes.example.com").token(admin);
    client
        .reset_votes(bearer(&admin.sign(), ResetVotesRequest {}))
        .await
        .expect("an answer");
    let watch = client.watch_results(WatchResultsRequest {}).await;
    let mut watch = watch.expect("a stream").into_inner();
    soon(watch.message()).await.expect("a message");
    // It goes on until the server stops.
    tokio::spawn(async move { while watch.message().await.is_ok_and(|m| m.is_some()) {} });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_counted_by_method_status_caller_and_reason() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    call_everything(&server).await;
    server.stop().await;

    let calls = |method, code, caller, reason| calls(&receiver, method, code, caller, reason);
    assert_eq!(calls(ADA, "OK", "end_user", ""), 3.0);
    assert_eq!(
        calls(ADA, "UNAUTHENTICATED", "unknown", "TOKEN_MISSING"),
        1.0
    );
    assert_eq!(
        calls(ADA, "UNAUTHENTICATED", "unknown", "TOKEN_MALFORMED"),
        1.0
    );
    assert_eq!(calls(RESULTS, "OK", "unknown", ""), 1.0);
    let list = "votes.v1.VoteService/ListMyVotes";
    assert_eq!(calls(list, "INTERNAL", "end_user", ""), 1.0);
    let reset = "votes.v1.VoteService/ResetVotes";
    assert_eq!(calls(reset, "OK", "service_account", ""), 1.0);
    assert_eq!(calls(WATCH, "UNAVAILABLE", "unknown", "GOING_AWAY"), 1.0);
    assert_eq!(receiver.points("callgate.calls").values.len(), 7, "no more");

    let took = |method: &str, streaming: &str, code: &str| {
        receiver.value(
            "rpc.server.call.duration",
            &[
                ("rpc.system.name", "grpc"),
                ("rpc.method", method),
                ("callgate.streaming", streaming),
                ("rpc.response.status_code", code),
            ],
        )
    };
    assert_eq!(took(ADA, "false", "OK"), 3.0);
    assert_eq!(took(ADA, "false", "UNAUTHENTICATED"), 2.0);
    assert_eq!(took(WATCH, "true", "UNAVAILABLE"), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_metric_of_the_list_is_sent_as_the_list_has_it_and_no_other() {
    let receiver = Receiver::start().await;
    let keys = KeyServer::start(Answer::keys(jwks(&[1])))
        .await
        .expect("a port");
    let mut config = sending_to(&receiver);
    config.keys.firebase = KeySource::Url(keys.url());
    let pool = PoolUse {
        used: 2,
        idle: 3,
        most: 10,
    };
    let server = run_with(config, |server| server.database_pool("votes", move || pool)).await;
    call_everything(&server).await;
    server.stop().await;

    let mut expected: Vec<_> = METRICS.iter().map(|metric| metric.name).collect();
    expected.sort_unstable();
    assert_eq!(receiver.names(), expected);
    for metric in METRICS {
        let points = receiver.points(metric.name);
        let kind = match metric.kind {
            Instrument::Counter => "counter",
            Instrument::Histogram => "histogram",
            Instrument::UpDownCounter => "up-down counter",
            Instrument::Gauge => "gauge",
            _ => "another",
        };
        assert_eq!(points.kind, kind, "{}", metric.name);
        assert_eq!(points.unit, metric.unit, "{}", metric.name);
        assert!(!points.values.is_empty(), "{}", metric.name);
        for (attributes, _) in points.values {
            let mut missing = metric.attributes.to_vec();
            missing.retain(|name| !attributes.contains_key(*name));
            // A call that was not refused has no reason.
            missing.retain(|name| *name != "callgate.reason");
            assert_eq!(missing, [""; 0], "{}", metric.name);
            for name in attributes.keys() {
                assert!(metric.attributes.contains(&name.as_str()), "{name}");
            }
        }
    }
    let pool = |state| {
        let of_state = [
            ("db.client.connection.pool.name", "votes"),
            ("db.client.connection.state", state),
        ];
        receiver.value("db.client.connection.count", &of_state)
    };
    assert_eq!((pool("used"), pool("idle")), (2.0, 3.0));
    let most = [("db.client.connection.pool.name", "votes")];
    assert_eq!(receiver.value("db.client.connection.max", &most), 10.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_that_clients_make_up_are_one_label() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    for path in [
        "/votes.v1.VoteService/NoSuch",
        "/a.B/C",
        "/x/ada@example.com",
    ] {
        let request = grpc_web(path).body(empty()).expect("a request");
        server.by_http1(request).await;
    }
    let request = post(GET_RESULTS, "text/plain").body(empty());
    server.by_http2(request.expect("a request")).await;
    server.stop().await;

    let other = calls(
        &receiver,
        "_OTHER",
        "UNIMPLEMENTED",
        "unknown",
        "METHOD_UNKNOWN",
    );
    assert_eq!(other, 3.0);
    assert_eq!(
        calls(&receiver, RESULTS, "UNKNOWN", "unknown", "NOT_GRPC"),
        1.0
    );
    assert_eq!(receiver.points("callgate.calls").values.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_are_counted_by_what_became_of_them() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    call_everything(&server).await;
    server.stop().await;

    let tokens = |kind, outcome| {
        let of_outcome = [("callgate.token", kind), ("callgate.outcome", outcome)];
        receiver.value("callgate.tokens", &of_outcome)
    };
    assert_eq!(tokens("firebase", "verified"), 1.0);
    assert_eq!(tokens("firebase", "cached"), 3.0);
    assert_eq!(tokens("firebase", "refused"), 1.0);
    assert_eq!(tokens("google", "verified"), 1.0);
    let time = |kind| receiver.value("callgate.verification.time", &[("callgate.token", kind)]);
    assert!(time("firebase") > 0.0 && time("firebase") < 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_age_of_keys_and_failures_to_fetch_them_are_told() {
    let receiver = Receiver::start().await;
    let keys = KeyServer::start(Answer::status(503)).await.expect("a port");
    let mut config = often(sending_to(&receiver));
    config.keys.firebase = KeySource::Url(keys.url());
    let server = run_with(config, |server| server).await;
    let of_firebase = |name| receiver.value(name, &[("callgate.token", "firebase")]);
    until(|| !receiver.names().is_empty() && of_firebase("callgate.keys.failing") > 0.0).await;
    assert!(of_firebase("callgate.keys.failures") >= 1.0);
    assert!(!receiver.names().contains(&"callgate.keys.age".to_owned()));

    keys.always(Answer::keys(jwks(&[1])));
    until(|| receiver.names().contains(&"callgate.keys.age".to_owned())).await;
    until(|| of_firebase("callgate.keys.failing") == 0.0).await;
    assert!(of_firebase("callgate.keys.failures") >= 1.0, "a total");
    assert!(of_firebase("callgate.keys.fetches") > of_firebase("callgate.keys.failures"));
    assert!(of_firebase("callgate.keys.age") < 60.0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_streams_are_counted_while_they_are_open() {
    let receiver = Receiver::start().await;
    let server = run(often(sending_to(&receiver))).await;
    let open = || match receiver.names().is_empty() {
        true => -1.0,
        false => receiver.value("callgate.streams.open", &[]),
    };
    until(|| open() == 0.0).await;
    let mut client = server.client().await;
    let watch = client.watch_results(WatchResultsRequest {}).await;
    let watch = watch.expect("a stream");
    until(|| open() == 1.0).await;
    drop((watch, client));
    until(|| open() == 0.0).await;
    server.stop().await;
    assert_eq!(calls(&receiver, WATCH, "CANCELLED", "unknown", ""), 1.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_names_a_person_or_holds_a_token() {
    let receiver = Receiver::start().await;
    let server = run(sending_to(&receiver)).await;
    let token = issuer()
        .token("a-user-s-id")
        .email("ada@example.com")
        .name("Ada Lovelace")
        .sign();
    let mut client = server.client().await;
    let tokens = [token.as_str(), &format!("{token}x"), "opaque-secret"];
    for token in tokens {
        let _ = client
            .cast_vote(bearer(token, CastVoteRequest::default()))
            .await;
        let _ = client
            .list_my_votes(bearer(token, ListMyVotesRequest {}))
            .await;
    }
    server.stop().await;
    assert!(receiver.spans().len() >= 6, "there is something to look at");
    let sent = String::from_utf8_lossy(&receiver.bytes()).into_owned();
    assert!(sent.contains(&CAST_VOTE[1..]));
    let (_, signature) = token.rsplit_once('.').expect("a token");
    for secret in [
        "a-user-s-id",
        "ada@",
        "Ada Lovelace",
        "opaque-secret",
        signature,
    ] {
        assert!(!sent.contains(secret), "{secret}");
    }
}
