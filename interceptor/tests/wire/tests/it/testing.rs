//! What docs/testing.md shows: the page has this code.

use std::time::{Duration, SystemTime};

use callgate::{Clock, Gate, GateLayer, HasPolicy, Policy};
use callgate_testkit::{
    AppCheckIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
};
use callgate_wire_tests::{
    Callers,
    v1::{
        EchoRequest,
        callers_service_client::CallersServiceClient,
        callers_service_gate::{self, CallersService, Gated},
        callers_service_server::CallersServiceServer,
    },
};
use tonic::{Code, Request, metadata::MetadataValue};
use tonic_types::StatusExt;
use tower::Layer;

// ANCHOR: handler
#[tokio::test]
async fn a_handler_is_called_with_a_verified_caller() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let ada = issuer.token("ada").email("ada@example.com").end_user();

    let answer = Callers.end_user(ada, Request::new(EchoRequest::default()));
    assert_eq!(answer.await.unwrap().get_ref().uid, "user ada");
}
// ANCHOR_END: handler

// ANCHOR: client
type Server = CallersServiceServer<Gated<Callers>>;

/// A client that calls the service through a gate, without a network between.
fn client(gate: &GateLayer) -> CallersServiceClient<Gate<Server>> {
    CallersServiceClient::new(gate.layer(callers_service_gate::server(Callers)))
}

/// A call that brings a token.
fn with(header: &'static str, token: &str) -> Request<EchoRequest> {
    let mut request = Request::new(EchoRequest::default());
    let token = MetadataValue::try_from(token).unwrap();
    request.metadata_mut().insert(header, token);
    request
}
// ANCHOR_END: client

// ANCHOR: service
#[tokio::test]
async fn a_service_lets_in_whom_its_rule_names_and_nobody_else() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let gate = Gate::builder(Policy::of(&callers_service_gate::METHODS[1..2])) // EndUser
        .end_users(issuer.verifier())
        .build()
        .unwrap();
    let mut client = client(&gate);

    let ada = format!("Bearer {}", issuer.token("ada").sign());
    let answer = client.end_user(with("authorization", &ada)).await.unwrap();
    assert_eq!(answer.get_ref().uid, "user ada");

    let guest = issuer.token("guest").provider("anonymous").sign();
    let guest = format!("Bearer {guest}");
    let refusal = client.end_user(with("authorization", &guest)).await;
    let refusal = refusal.unwrap_err();
    assert_eq!(refusal.code(), Code::PermissionDenied);
    let details = refusal.get_error_details();
    assert_eq!(
        details.error_info().unwrap().reason,
        "ANONYMOUS_NOT_ALLOWED"
    );
}
// ANCHOR_END: service

// ANCHOR: time
#[tokio::test]
async fn a_token_that_has_expired_is_refused() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new("demo-callgate").clock(clock.clone());
    let gate = Gate::builder(Policy::of(&callers_service_gate::METHODS[1..2]))
        .end_users(issuer.verifier())
        .clock(clock.clone())
        .build()
        .unwrap();
    let ada = format!("Bearer {}", issuer.token("ada").sign());
    let mut client = client(&gate);
    assert!(client.end_user(with("authorization", &ada)).await.is_ok());

    clock.advance(Duration::from_hours(2));
    let refusal = client.end_user(with("authorization", &ada)).await;
    let details = refusal.unwrap_err().get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "TOKEN_EXPIRED");
}
// ANCHOR_END: time

// ANCHOR: kinds
#[test]
fn every_kind_of_caller_can_be_made_for_a_handler() {
    let user = FirebaseIssuer::new("demo-callgate").end_user("ada");
    assert_eq!(user.id().uid, "ada");

    let session = SessionCookieIssuer::new("demo-callgate").end_user("ada");
    assert!(session.by_session_cookie());

    let service = "/projects/123456789012/locations/europe-west1/services/echo";
    let eve = IapIssuer::new(service)
        .assertion("eve")
        .hosted_domain("example.com");
    assert_eq!(eve.internal_user().hosted_domain(), Some("example.com"));

    let admin = GoogleIssuer::new("https://echo.example.com").service_account("admin");
    assert_eq!(admin.name(), "admin");

    let app = AppCheckIssuer::new("demo-callgate", 123_456_789_012).app("1:123456789012:web:a1");
    assert_eq!(app.id(), "1:123456789012:web:a1");
}
// ANCHOR_END: kinds

#[test]
fn the_method_that_the_page_takes_is_the_one_for_end_users() {
    let path = <Server as HasPolicy>::METHODS[1].path;
    assert_eq!(path, "/echo.v1.CallersService/EndUser");
}
