//! The service over the network, behind its gate, with tokens that are verified as in production.

use std::time::{Duration, SystemTime};

use callgate::Clock;
use callgate_serve::{Config, Server};
use callgate_testkit::FirebaseIssuer;
use hello_world::v1::{
    GetCountRequest, GreetRequest, WatchCountRequest,
    hello_world_service_client::HelloWorldServiceClient,
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt;

/// A running service, who signs its users' tokens, and the clock that both go by.
struct Running {
    client: HelloWorldServiceClient<Channel>,
    issuer: FirebaseIssuer,
    clock: Clock,
}

async fn start() -> Running {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new("demo-hello-world").clock(clock.clone());
    let config = Config {
        address: ([127, 0, 0, 1], 0).into(),
        project_id: Some(issuer.project_id().to_owned()),
        ..Config::default()
    };
    let bound = Server::new(config)
        .expect("a configuration")
        .clock(clock.clone())
        .end_users(issuer.verifier())
        .service(hello_world::service())
        .bind()
        .await
        .expect("a free port");
    let url = format!("http://{}", bound.local_addr());
    tokio::spawn(bound.serve(std::future::pending()));
    let client = HelloWorldServiceClient::connect(url).await;
    Running {
        client: client.expect("a server"),
        issuer,
        clock,
    }
}

/// Why the gate refused a call.
fn reason(refusal: &Status) -> String {
    let details = refusal.get_error_details();
    let info = details.error_info();
    info.map(|it| it.reason.clone()).unwrap_or_default()
}

#[tokio::test]
async fn everyone_reads_the_count() {
    let mut it = start().await;
    let answer = it.client.get_count(GetCountRequest {}).await;
    assert_eq!(answer.expect("it is public").get_ref().count, 0);
}

#[tokio::test]
async fn only_who_is_signed_in_is_greeted() {
    let mut it = start().await;
    let refusal = it.client.greet(GreetRequest {}).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unauthenticated);
    assert_eq!(reason(&refusal), "TOKEN_MISSING");

    let forged = it.issuer.token("ada").forged_with(3);
    let call = forged.request(GreetRequest {});
    let refusal = it.client.greet(call).await.unwrap_err();
    assert_eq!(reason(&refusal), "TOKEN_INVALID");

    let ada = it.issuer.token("ada").name("Ada");
    let answer = it.client.greet(ada.request(GreetRequest {})).await;
    assert_eq!(answer.expect("a greeting").get_ref().text, "Hello Ada");
    let answer = it.client.get_count(GetCountRequest {}).await;
    assert_eq!(answer.expect("a count").get_ref().count, 1);
}

#[tokio::test]
async fn watchers_see_each_greeting_until_their_token_ends() {
    let mut it = start().await;
    let refusal = it.client.watch_count(WatchCountRequest {}).await;
    assert_eq!(reason(&refusal.unwrap_err()), "TOKEN_MISSING");

    let ada = it.issuer.token("ada");
    let call = ada.request(WatchCountRequest {});
    let mut counts = it.client.watch_count(call).await.unwrap().into_inner();
    assert_eq!(counts.message().await.unwrap().unwrap().count, 0);
    let call = ada.request(GreetRequest {});
    it.client.greet(call).await.unwrap();
    assert_eq!(counts.message().await.unwrap().unwrap().count, 1);

    it.clock.advance(Duration::from_hours(1));
    let call = it.issuer.token("bob").request(GreetRequest {});
    it.client.greet(call).await.unwrap();
    let end = counts.message().await.unwrap_err();
    assert_eq!(end.code(), Code::Unauthenticated);
    assert_eq!(reason(&end), "TOKEN_EXPIRED");
}
