//! Health follows the keys, and the end.

use callgate_api::votes::v1::GetResultsRequest;
use callgate_serve::{Config, KeySource, Keys};
use callgate_testkit::{
    KeyServer,
    key_server::{Answer, Gate},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::fixture::{config, issuer, run, run_with, soon};

const VOTES: &str = "votes.v1.VoteService";

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

#[tokio::test]
async fn a_service_is_serving_once_its_keys_are_there() {
    let held = Gate::closed();
    let answer = Answer::keys(issuer().jwks()).held_by(&held);
    let keys = KeyServer::start(answer).await.expect("a key server");
    let config = Config {
        keys: Keys {
            firebase: KeySource::Url(keys.url()),
            ..Keys::default()
        },
        ..config()
    };
    let server = run_with(config, |server| server).await;
    let mut health = HealthClient::new(server.channel().await);

    let own = health
        .check(about(""))
        .await
        .expect("an answer")
        .into_inner();
    assert_eq!(own.status(), ServingStatus::Serving);
    let watch = health.watch(about(VOTES)).await.expect("a stream");
    let mut watch = watch.into_inner();
    let first = soon(watch.message())
        .await
        .expect("no error")
        .expect("a message");
    assert_eq!(first.status(), ServingStatus::NotServing);
    // Public methods work meanwhile.
    let mut client = server.client().await;
    client
        .get_results(GetResultsRequest {})
        .await
        .expect("an answer");

    held.open();
    let second = soon(watch.message())
        .await
        .expect("no error")
        .expect("a message");
    assert_eq!(second.status(), ServingStatus::Serving);
    let unknown = health.check(about("other.v1.Other")).await;
    assert_eq!(unknown.expect_err("unknown").code(), tonic::Code::NotFound);
}

#[tokio::test]
async fn health_says_that_the_server_stops() {
    let server = run(config()).await;
    let mut health = HealthClient::new(server.channel().await);
    for service in [VOTES, ""] {
        let status = health
            .check(about(service))
            .await
            .expect("an answer")
            .into_inner();
        assert_eq!(status.status(), ServingStatus::Serving);
    }
    let mut watches = Vec::new();
    for service in [VOTES, ""] {
        let mut watch = health
            .watch(about(service))
            .await
            .expect("a stream")
            .into_inner();
        let first = soon(watch.message())
            .await
            .expect("no error")
            .expect("a message");
        assert_eq!(first.status(), ServingStatus::Serving);
        watches.push(watch);
    }
    let stopped = server.begin_to_stop();
    for mut watch in watches {
        let last = soon(watch.message())
            .await
            .expect("no error")
            .expect("a message");
        assert_eq!(last.status(), ServingStatus::NotServing);
        let end = soon(watch.message()).await.expect_err("the end");
        assert_eq!(end.code(), tonic::Code::Unavailable);
    }
    soon(stopped).await.expect("it ends well");
}
