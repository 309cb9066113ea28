//! A permit opens the method that it was made for, and no other (G3).

use std::{
    convert::Infallible,
    task::{Context, Poll},
    time::SystemTime,
};

use callgate::{Clock, EndUserRule, Gate, Method, Policy, Rule, keys::KeyStore};
use callgate_testkit::FirebaseIssuer;
use callgate_wire_tests::{
    server::{EchoServer, PROJECT, gate, with_token},
    v1::EchoRequest,
};
use http::Request;
use tonic::Code;
use tower::{Layer, Service, layer::util::Stack};

/// A layer between gate and routes that sends every call to one method: what a careless router might do.
#[derive(Clone)]
struct Reroute<S>(S, &'static str);

#[derive(Clone)]
struct RerouteLayer(&'static str);

impl<S> Layer<S> for RerouteLayer {
    type Service = Reroute<S>;

    fn layer(&self, inner: S) -> Reroute<S> {
        Reroute(inner, self.0)
    }
}

impl<S, B> Service<Request<B>> for Reroute<S>
where
    S: Service<Request<B>, Error = Infallible>,
{
    type Response = S::Response;
    type Error = Infallible;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        *request.uri_mut() = self.1.parse().unwrap();
        self.0.call(request)
    }
}

/// A server whose router sends every call to this path.
async fn rerouting_to(path: &'static str) -> EchoServer {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let gate = gate(KeyStore::fixed(issuer.key_set()), &clock);
    let layer = Stack::new(RerouteLayer(path), gate.build().unwrap());
    EchoServer::serve(clock, issuer, layer).await
}

#[tokio::test]
async fn a_permit_for_another_method_is_refused_as_our_fault() {
    let server = rerouting_to("http://echo/echo.v1.EchoService/Role").await;
    let mut client = server.client().await;

    let request = with_token(EchoRequest::default(), &server.token().sign());
    let status = client.signed_in(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate's permit is for another method");

    // The same rule does not make it the same method.
    let other = rerouting_to("http://echo/echo.v1.EchoService/Watch").await;
    let request = with_token(EchoRequest::default(), &other.token().sign());
    let status = other.client().await.signed_in(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate's permit is for another method");

    // A public method gives no permit that could be carried elsewhere.
    let status = client.public(EchoRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate is not installed");
}

#[tokio::test]
async fn without_the_gate_only_public_methods_answer() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let server = EchoServer::serve(clock, issuer, tower::layer::util::Identity::new()).await;
    let mut client = server.client().await;

    assert!(client.public(EchoRequest::default()).await.is_ok());
    let request = with_token(EchoRequest::default(), &server.token().sign());
    let status = client.signed_in(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate is not installed");
}

/// The method whose own rule demands a role.
static WITHOUT_ROLE: [Method; 1] = [Method {
    path: "/echo.v1.EchoService/Role",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::end_user(EndUserRule::SIGNED_IN),
}];

#[tokio::test]
async fn a_permit_by_another_rule_is_refused_as_our_fault() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let layer = Gate::builder(Policy::of(&WITHOUT_ROLE))
        .end_users(issuer.verifier())
        .clock(clock.clone())
        .build()
        .unwrap();
    let server = EchoServer::serve(clock, issuer, layer).await;
    let request = with_token(EchoRequest::default(), &server.token().sign());
    let status = server.client().await.role(request).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(status.message(), "the gate's permit is for another method");
}
