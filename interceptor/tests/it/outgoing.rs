//! Calls to other services: which credentials go out, and where to.

mod settings;

use std::{
    future::poll_fn,
    time::{Duration, SystemTime},
};

use callgate::{
    Clock,
    google::{IdTokens, Metadata},
    outgoing::{Callee, Channel, acting_for},
    verify::Check,
};
use callgate_testkit::FirebaseIssuer;
use futures_util::future::join_all;
use http::HeaderMap;
use tonic::{Code, Request, Status, body::Body};
use tonic_types::StatusExt;
use tower::Service as _;

use crate::{
    google_id_tokens::{START, VOTES, jwt},
    google_server::{Reply, Server},
};

/// A service that is called, and whoever gives the tokens for it.
struct Setting {
    callee: Server,
    metadata: Server,
    clock: Clock,
    channel: Channel,
}

impl Setting {
    async fn new() -> Self {
        Self::with(|callee| callee).await
    }

    async fn with(settings: impl FnOnce(Callee) -> Callee) -> Self {
        let (callee, metadata) = (Server::start().await, Server::start().await);
        let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(START));
        let tokens = Metadata::at(&metadata.address.to_string()).expect("a host");
        let tokens = IdTokens::metadata_server(&tokens).clock(clock.clone());
        let settled = Callee::new(&callee.url(""), VOTES, &tokens).expect("a callee");
        Self {
            channel: settings(settled).channel(),
            callee,
            metadata,
            clock,
        }
    }

    /// Whoever gives the tokens has this one next, which expires so many seconds after the start.
    fn has_token(&self, expires_after: u64) -> String {
        let token = jwt(VOTES, expires_after);
        self.metadata.then(Reply::Metadata(token.clone()));
        token
    }

    async fn call(&self) -> Status {
        self.call_with(Request::new(())).await
    }

    async fn call_with(&self, request: Request<()>) -> Status {
        self.call_at("/votes.v1.VoteService/CastVote", request)
            .await
    }

    async fn call_at(&self, uri: &str, request: Request<()>) -> Status {
        let (metadata, extensions, ()) = request.into_parts();
        let mut request = http::Request::new(Body::empty());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = uri.parse().expect("a URI");
        *request.headers_mut() = metadata.into_headers();
        *request.extensions_mut() = extensions;
        let mut channel = self.channel.clone();
        poll_fn(|cx| channel.poll_ready(cx)).await.expect("ready");
        match channel.call(request).await {
            Ok(response) => Status::from_header_map(response.headers())
                .unwrap_or_else(|| Status::unknown(response.status().as_str())),
            Err(error) => Status::from_error(error.into()),
        }
    }

    /// The headers of the one call that has reached the callee.
    fn sent(&self) -> HeaderMap {
        let mut asked = self.callee.asked();
        assert_eq!(asked.len(), 1);
        asked.remove(0).headers
    }
}

#[tokio::test]
async fn every_call_carries_the_services_own_token_and_nothing_else() {
    let it = Setting::new().await;
    let own = it.has_token(3600);
    it.callee.then(Reply::Grpc(Code::Ok));
    assert_eq!(it.call().await.code(), Code::Ok);
    let sent = it.sent();
    assert_eq!(sent["authorization"], format!("Bearer {own}"));
    assert!(!sent.contains_key("x-serverless-authorization"));
    assert!(!sent.contains_key("x-end-user-authorization"));
}

#[tokio::test]
async fn iam_is_shown_the_token_where_it_looks_for_it() {
    let it = Setting::with(Callee::behind_iam).await;
    let own = format!("Bearer {}", it.has_token(3600));
    it.callee.then(Reply::Grpc(Code::Ok));
    assert_eq!(it.call().await.code(), Code::Ok);
    let sent = it.sent();
    assert_eq!(sent["authorization"], own);
    assert_eq!(sent["x-serverless-authorization"], own);
}

#[tokio::test]
async fn a_user_is_forwarded_by_the_token_that_the_user_came_with_and_for_one_call() {
    let it = Setting::new().await;
    let issuer = FirebaseIssuer::new("demo-callgate");
    let token = issuer.token("ada").sign();
    let Check::Verified(ada) = issuer.verifier().check(&token) else {
        panic!("a valid token");
    };
    let own = it.has_token(3600);
    for _ in 0..2 {
        it.callee.then(Reply::Grpc(Code::Ok));
    }

    let request = acting_for(&ada, Request::new(()));
    assert_eq!(it.call_with(request).await.code(), Code::Ok);
    let sent = it.sent();
    assert_eq!(sent["authorization"], format!("Bearer {own}"));
    assert_eq!(sent["x-end-user-authorization"], format!("Bearer {token}"));

    assert_eq!(it.call().await.code(), Code::Ok);
    assert!(!it.sent().contains_key("x-end-user-authorization"));
}

#[tokio::test]
async fn a_credential_that_is_in_the_metadata_already_does_not_go_out() {
    let it = Setting::new().await;
    let own = it.has_token(3600);
    it.callee.then(Reply::Grpc(Code::Ok));
    let mut request = Request::new(());
    for name in [
        "authorization",
        "x-serverless-authorization",
        "x-end-user-authorization",
    ] {
        let value = "Bearer other".parse().expect("a value");
        request.metadata_mut().append(name, value);
    }
    assert_eq!(it.call_with(request).await.code(), Code::Ok);
    let sent = it.sent();
    let values: Vec<_> = sent.get_all("authorization").iter().collect();
    assert_eq!(values, [&format!("Bearer {own}")]);
    assert!(!format!("{sent:?}").contains("other"));
}

#[tokio::test]
async fn without_a_token_a_call_fails_and_does_not_go_out() {
    let it = Setting::new().await;
    let status = it.call().await;
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("was not called"), "{status}");
    let details = status.get_error_details();
    let reason = details.error_info().map(|it| it.reason.as_str());
    assert_eq!(reason, Some("OWN_TOKEN_UNAVAILABLE"));
    assert!(it.callee.asked().is_empty());
    assert_eq!(it.callee.connections(), 0);
}

#[tokio::test]
async fn a_token_that_the_callee_refuses_is_replaced_for_the_next_call() {
    for refusal in [
        Reply::Grpc(Code::Unauthenticated),
        Reply::Status(401, String::new()),
    ] {
        let it = Setting::new().await;
        let (one, two) = (it.has_token(3600), it.has_token(3601));
        it.callee.then(refusal).then(Reply::Grpc(Code::Ok));
        assert_ne!(it.call().await.code(), Code::Ok);
        let sent = it.sent();
        assert_eq!(sent["authorization"], format!("Bearer {one}"), "once");
        assert_eq!(it.call().await.code(), Code::Ok);
        assert_eq!(it.sent()["authorization"], format!("Bearer {two}"));
    }
}

#[tokio::test]
async fn refusals_do_not_make_a_request_for_a_token_each() {
    let it = Setting::new().await;
    for number in 0..100 {
        it.has_token(3600 + number);
        it.callee.then(Reply::Grpc(Code::Unauthenticated));
    }
    for _ in 0..100 {
        assert_eq!(it.call().await.code(), Code::Unauthenticated);
    }
    assert_eq!(it.metadata.asked().len(), 2);
}

#[tokio::test]
async fn another_error_of_the_callee_is_not_the_tokens_fault() {
    let it = Setting::new().await;
    it.has_token(3600);
    for code in [Code::PermissionDenied, Code::Unavailable, Code::NotFound] {
        it.callee.then(Reply::Grpc(code));
        assert_eq!(it.call().await.code(), code);
    }
    assert_eq!(it.metadata.asked().len(), 1);
}

#[tokio::test]
async fn a_thousand_first_calls_ask_for_one_token() {
    let it = Setting::new().await;
    it.has_token(3600);
    for _ in 0..1000 {
        it.callee.then(Reply::Grpc(Code::Ok));
    }
    let codes = join_all((0..1000).map(|_| it.call())).await;
    assert!(codes.iter().all(|status| status.code() == Code::Ok));
    assert_eq!(it.metadata.asked().len(), 1);
    assert_eq!(it.callee.connections(), 1);
}

#[tokio::test]
async fn a_client_that_names_another_origin_still_calls_the_one_of_its_channel() {
    let it = Setting::new().await;
    let elsewhere = Server::start().await;
    it.has_token(3600);
    it.callee.then(Reply::Grpc(Code::Ok));
    let uri = elsewhere.url("/votes.v1.VoteService/CastVote");
    assert_eq!(it.call_at(&uri, Request::new(())).await.code(), Code::Ok);
    assert!(elsewhere.asked().is_empty());
    assert!(it.sent().contains_key("authorization"));
}

#[tokio::test]
async fn a_connection_that_may_have_died_in_a_frozen_instance_is_not_used() {
    let it = Setting::new().await;
    it.has_token(3600);
    for (seconds, connections) in [(0, 1), (59, 1), (59, 1), (60, 2), (3, 2)] {
        it.clock.advance(Duration::from_secs(seconds));
        it.callee.then(Reply::Grpc(Code::Ok));
        assert_eq!(it.call().await.code(), Code::Ok);
        assert_eq!(it.callee.connections(), connections);
    }
}

#[tokio::test]
async fn a_callee_that_is_away_is_unavailable() {
    // Nobody listens on the port that was reserved for tcpmux.
    let tokens = IdTokens::fixed("own").expect("a token");
    let callee = Callee::new("http://127.0.0.1:1", VOTES, &tokens).expect("a callee");
    let mut it = Setting::new().await;
    it.channel = callee.channel();
    assert_eq!(it.call().await.code(), Code::Unavailable);
}
