//! Rules without `callgate-build`: written by hand, in front of whatever tower serves.

use std::convert::Infallible;

use callgate::{Caller, EndUserRule, Gate, Method, Policy, Rule};
use callgate_testkit::FirebaseIssuer;
use http::{Request, Response};
use tonic::{Code, Status, body::Body};
use tower::{Layer, ServiceExt, service_fn};

static GREET: Method = Method {
    path: "/greeter.v1.GreeterService/Greet",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::end_user(EndUserRule::SIGNED_IN),
};

fn who<B>(request: &Request<B>) -> Result<String, Status> {
    match Caller::of(request.extensions(), &GREET)? {
        Caller::EndUser(user) => Ok(user.id().uid.to_owned()),
        other => Err(Status::internal(format!("not for {}", other.kind()))),
    }
}

#[tokio::test]
async fn a_rule_written_by_hand_guards_any_tower_service() {
    let issuer = FirebaseIssuer::new("demo-greeter");
    let gate = Gate::builder(Policy::default().and([&GREET]))
        .end_users(issuer.verifier())
        .build()
        .unwrap();
    let service = gate.layer(service_fn(|request| async move {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(who(&request).unwrap());
        Ok::<_, Infallible>(response)
    }));
    let token = issuer.token("ada").sign();
    let request = Request::post(GREET.path)
        .header("content-type", "application/grpc")
        .header("authorization", format!("Bearer {token}"));
    let request = request.body(Body::empty()).unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.extensions().get(), Some(&"ada".to_owned()));

    let without_gate = who(&Request::new(())).unwrap_err();
    assert_eq!(without_gate.code(), Code::Internal);
}
