//! `WatchMyProfile`.

use std::time::{Duration, SystemTime};

use callgate::Clock;
use callgate_api::profiles::v1::{WatchMyProfileRequest, profile_service_gate::ProfileService};
use callgate_testkit::FirebaseIssuer;
use futures_util::StreamExt;
use serde_json::json;
use tonic::{Code, Request};

use crate::{
    accounts_server::AccountsServer,
    service::{Service, reason, with_token},
};

#[tokio::test]
async fn a_profile_is_told_at_once_and_again_when_the_account_changed() {
    let server = AccountsServer::start(json!({"localId": "ada", "displayName": "Ada"})).await;
    let profiles = server.profiles().look_again_every(Duration::from_millis(5));
    let ada = FirebaseIssuer::new("demo-callgate").end_user("ada");
    let request = Request::new(WatchMyProfileRequest {});
    let response = profiles
        .watch_my_profile(ada, request)
        .await
        .expect("a stream");
    let names = response.into_inner().map(|message| {
        let profile = message.expect("a message").profile.expect("a profile");
        profile.account.expect("an account").display_name
    });
    let mut names = std::pin::pin!(names);
    assert_eq!(names.next().await.as_deref(), Some("Ada"));
    server.becomes(json!({"localId": "ada", "displayName": "Countess Ada"}));
    assert_eq!(names.next().await.as_deref(), Some("Countess Ada"));
}

#[tokio::test]
async fn an_open_stream_ends_when_its_user_is_disabled() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let request = with_token(WatchMyProfileRequest {}, &issuer.token("ada").sign());
    let stream = service.client.watch_my_profile(request).await;
    let mut stream = stream.expect("a stream").into_inner();
    assert!(stream.message().await.expect("a message").is_some());
    accounts.becomes(json!({"localId": "ada", "disabled": true}));
    // What changed may be told before.
    let status = loop {
        if let Err(status) = stream.message().await {
            break status;
        }
    };
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(reason(&status), "USER_DISABLED");
}

#[tokio::test]
async fn an_open_stream_ends_with_its_users_token_by_the_clock_that_the_server_was_given() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new("demo-callgate").clock(clock.clone());
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start_by(clock.clone(), &issuer, &accounts).await;
    let request = with_token(WatchMyProfileRequest {}, &issuer.token("ada").sign());
    let stream = service.client.watch_my_profile(request).await;
    let mut stream = stream.expect("a stream").into_inner();
    assert!(stream.message().await.expect("a message").is_some());
    clock.advance(Duration::from_hours(1));
    accounts.becomes(json!({"localId": "ada", "displayName": "Ada"}));
    let status = stream.message().await.expect_err("its token has ended");
    assert_eq!(reason(&status), "TOKEN_EXPIRED");
}
