//! Who calls, for handlers that ask: only the gate says so, and for the method that it let the call through to (G3).

use std::convert::Infallible;

use callgate::{Caller, EndUserRule, Method, Rule, gate::RequestBody};
use callgate_testkit::FirebaseIssuer;
use http::{Extensions, Request, Response, header};
use tonic::{Code, Status, body::Body};
use tower::{Layer, ServiceExt, service_fn};

const GREET: Method = Method {
    path: "/greeter.v1.GreeterService/Greet",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::end_user(EndUserRule::SIGNED_IN),
};
const PART: Method = Method {
    path: "/greeter.v1.GreeterService/Part",
    ..GREET
};
const GREET_ANYONE: Method = Method {
    path: "/greeter.v1.GreeterService/GreetAnyone",
    rule: Rule::end_user(EndUserRule {
        may_be_absent: true,
        ..EndUserRule::SIGNED_IN
    }),
    ..GREET
};
const HOURS: Method = Method {
    path: "/greeter.v1.GreeterService/Hours",
    rule: Rule::PUBLIC,
    ..GREET
};
static METHODS: [Method; 4] = [GREET, PART, GREET_ANYONE, HOURS];

/// What a handler behind the gate learns that says it is for `asked` where `called` is called, with a token if there is one.
async fn learned(called: &Method, asked: &Method, token: Option<String>) -> Result<Caller, Status> {
    let asked = *asked;
    let handler = service_fn(move |request: Request<RequestBody<Body>>| async move {
        let learned = Caller::of(request.extensions(), &asked);
        // It may be asked again.
        let again = Caller::of(request.extensions(), &asked);
        assert_eq!(learned.as_ref().ok(), again.as_ref().ok());
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(learned);
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::post(called.path).header(header::CONTENT_TYPE, "application/grpc");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Body::empty()).expect("a request");
    let gate = FirebaseIssuer::new("demo-greeter").gate(&METHODS);
    let Ok(mut response) = gate.layer(handler).oneshot(request).await;
    let learned = response.extensions_mut().remove();
    learned.expect("the gate let the call through")
}

fn token() -> String {
    FirebaseIssuer::new("demo-greeter").token("ada").sign()
}

#[track_caller]
fn assert_refused(learned: Result<Caller, Status>, message: &str) {
    let status = learned.expect_err("nobody is to be learned of");
    assert_eq!((status.code(), status.message()), (Code::Internal, message));
}

#[tokio::test]
async fn a_handler_that_asks_learns_whom_the_gate_verified() {
    let caller = learned(&GREET, &GREET, Some(token())).await.unwrap();
    let Caller::EndUser(user) = caller else {
        panic!("not an end user: {caller:?}");
    };
    assert_eq!(user.id().uid, "ada");

    let caller = learned(&GREET_ANYONE, &GREET_ANYONE, None).await.unwrap();
    assert_eq!(caller, Caller::Unknown);
}

#[tokio::test]
async fn a_handler_that_asks_for_another_method_learns_of_nobody() {
    let another = "the gate's permit is for another method";
    // The same rule does not make it the same method, nor does the same path.
    assert_refused(learned(&GREET, &PART, Some(token())).await, another);
    let laxer = Method {
        rule: GREET_ANYONE.rule,
        ..GREET
    };
    assert_refused(learned(&GREET, &laxer, Some(token())).await, another);
    let open = Method {
        rule: Rule::PUBLIC,
        ..GREET
    };
    assert_refused(learned(&GREET, &open, Some(token())).await, another);
    // A public method gives no permit that could be used elsewhere.
    let no_gate = "the gate is not installed";
    assert_refused(learned(&HOURS, &GREET, Some(token())).await, no_gate);
}

#[test]
fn without_the_gate_nobody_is_learned_of_whatever_else_is_there() {
    let mut extensions = Extensions::new();
    let no_gate = "the gate is not installed";
    assert_refused(Caller::of(&extensions, &GREET), no_gate);
    // Whoever may be absent is not taken for absent.
    assert_refused(Caller::of(&extensions, &GREET_ANYONE), no_gate);
    // A caller that someone else has put there is none, however real.
    let user = FirebaseIssuer::new("demo-greeter").end_user("ada");
    extensions.insert(user.clone());
    extensions.insert(Caller::EndUser(user));
    assert_refused(Caller::of(&extensions, &GREET), no_gate);
}

#[tokio::test]
async fn a_public_method_has_no_caller_with_a_gate_or_without() {
    let caller = learned(&HOURS, &HOURS, Some(token())).await.unwrap();
    assert_eq!(caller, Caller::Unknown);
    let caller = Caller::of(&Extensions::new(), &HOURS).unwrap();
    assert_eq!(caller, Caller::Unknown);
}
