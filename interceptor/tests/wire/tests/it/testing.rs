//! What docs/testing.md shows: the page has this code.

use std::time::{Duration, SystemTime};

use callgate::{Clock, Gate, GateLayer, Policy};
use callgate_testkit::{
    AppCheckIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
};
use callgate_wire_tests::{
    Callers,
    callers_server::ADMIN,
    v1::{
        EchoRequest,
        callers_service_client::CallersServiceClient,
        callers_service_gate::{self, CallersService, Gated, METHODS},
        callers_service_server::CallersServiceServer,
    },
};
use tonic::{Code, Request};
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

type Client = CallersServiceClient<Gate<CallersServiceServer<Gated<Callers>>>>;

/// A client that calls the service through a gate, without a network between.
fn client(gate: &GateLayer) -> Client {
    CallersServiceClient::new(gate.layer(callers_service_gate::server(Callers)))
}

// ANCHOR: refusal
#[tokio::test]
async fn a_refusal_has_a_reason() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let mut client = client(&issuer.gate(&METHODS[1..2])); // EndUser alone

    let guest = issuer.token("guest").provider("anonymous");
    let call = client.end_user(guest.request(EchoRequest::default()));
    let refusal = call.await.unwrap_err();
    assert_eq!(refusal.code(), Code::PermissionDenied);
    let details = refusal.get_error_details();
    let reason = &details.error_info().unwrap().reason;
    assert_eq!(reason, "ANONYMOUS_NOT_ALLOWED");
}
// ANCHOR_END: refusal

// ANCHOR: several
#[tokio::test]
async fn each_kind_of_caller_has_an_issuer_and_a_verifier() {
    let users = FirebaseIssuer::new("demo-callgate");
    let services = GoogleIssuer::new("https://echo.example.com");
    let gate = Gate::builder(Policy::of(&METHODS[8..9])) // UserOrService alone
        .end_users(users.verifier())
        .service_accounts(services.verifier([("admin", ADMIN)]))
        .build()
        .unwrap();
    let mut client = client(&gate);

    let ada = users.token("ada").request(EchoRequest::default());
    let answer = client.user_or_service(ada).await.unwrap();
    assert_eq!(answer.get_ref().uid, "user ada");

    let admin = services.token(ADMIN).request(EchoRequest::default());
    let answer = client.user_or_service(admin).await.unwrap();
    assert_eq!(answer.get_ref().uid, "admin");
}
// ANCHOR_END: several

// ANCHOR: time
#[tokio::test]
async fn a_token_that_has_expired_is_refused() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new("demo-callgate").clock(clock.clone());
    let mut client = client(&issuer.gate(&METHODS[1..2]));
    let ada = issuer.token("ada");
    let call = client.end_user(ada.request(EchoRequest::default()));
    assert!(call.await.is_ok());

    clock.advance(Duration::from_hours(2));
    let call = client.end_user(ada.request(EchoRequest::default()));
    let details = call.await.unwrap_err().get_error_details();
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
fn the_methods_that_the_page_takes_are_what_it_says() {
    assert_eq!(METHODS[1].path, "/echo.v1.CallersService/EndUser");
    assert_eq!(METHODS[8].path, "/echo.v1.CallersService/UserOrService");
}
