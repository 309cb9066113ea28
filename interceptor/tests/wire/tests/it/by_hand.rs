//! The gate as a plain service, before a handler that a test holds in its hands.

use std::{
    convert::Infallible,
    future::{Future, Pending, pending},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use callgate::{
    Callers, Clock, EndUserRule, Gate, Method, Policy, Rule, ServiceAccountRule,
    gate::{GateBuilder, GateFuture, RequestBody},
    keys::KeyStore,
};
use callgate_testkit::{
    FirebaseIssuer, GoogleIssuer, KeyServer,
    key_server::{Answer, Gate as Held},
};
use callgate_wire_tests::{
    callers_server::{ADMIN, AUDIENCE},
    server::{PROJECT, gate},
    v1::EchoRequest,
    web::frame,
};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Body as _;
use http_body_util::Full;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

use crate::{in_time, refusal};

const GRPC: &str = "application/grpc";

type Answering = Pending<Result<Response<Body>, Infallible>>;
type Handed = Request<RequestBody<Body>>;

/// A gate before a handler that hands on what it gets, and never answers.
struct ByHand {
    call: Box<dyn FnMut(Request<Body>) -> GateFuture<Answering>>,
    handed: UnboundedReceiver<Handed>,
    clock: Clock,
    issuer: FirebaseIssuer,
}

impl ByHand {
    fn new(settings: impl FnOnce(GateBuilder) -> GateBuilder) -> Self {
        let clock = Clock::manual(SystemTime::now());
        let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
        let gate = gate(KeyStore::fixed(issuer.key_set()), &clock);
        Self::behind(settings(gate), clock, issuer)
    }

    fn behind(gate: GateBuilder, clock: Clock, issuer: FirebaseIssuer) -> Self {
        let (hand, handed) = unbounded_channel();
        let mut service =
            gate.build()
                .unwrap()
                .layer(tower::service_fn(move |request| -> Answering {
                    hand.send(request).unwrap();
                    pending()
                }));
        Self {
            call: Box::new(move |request| service.call(request)),
            handed,
            clock,
            issuer,
        }
    }

    /// Calls a method with a token that ends in 100 seconds.
    fn call(&mut self, method: &str) -> GateFuture<Answering> {
        let now = self.clock.now().duration_since(UNIX_EPOCH).unwrap();
        let end = UNIX_EPOCH + Duration::from_secs(now.as_secs() + 100);
        let token = self.issuer.token("ada").expires_at(end).sign();
        let request = request(method).header("authorization", format!("Bearer {token}"));
        (self.call)(request.body(message()).unwrap())
    }
}

fn request(method: &str) -> http::request::Builder {
    Request::post(format!("/echo.v1.EchoService/{method}")).header(CONTENT_TYPE, GRPC)
}

fn message() -> Body {
    Body::new(Full::new(frame(&EchoRequest::default())))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The refusal that a call has ended with.
fn refused(answer: Poll<Result<Response<Body>, Infallible>>) -> (Code, String) {
    let Poll::Ready(Ok(response)) = answer else {
        panic!("the call goes on");
    };
    refusal(&Status::from_header_map(response.headers()).expect("a refusal"))
}

#[tokio::test]
async fn what_a_handler_took_along_is_read_no_further_than_the_token() {
    for method in ["Collect", "Chat"] {
        let mut gate = ByHand::new(|gate| gate);
        let _call = gate.call(method);
        let mut body = gate.handed.try_recv().unwrap().into_body();
        gate.clock.advance(Duration::from_secs(100));
        let frame = Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Some(Err(error))) = frame else {
            panic!("{method} is read on");
        };
        let status = error.downcast_ref::<Status>().unwrap();
        let expired = (Code::Unauthenticated, "TOKEN_EXPIRED".to_owned());
        assert_eq!(refusal(status), expired, "{method}");
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_token_though_its_handler_never_answers() {
    for method in ["Collect", "Chat", "Watch"] {
        let mut gate = ByHand::new(|gate| gate);
        let mut call = pin!(gate.call(method));
        assert!(poll(call.as_mut()).is_pending());
        gate.clock.advance(Duration::from_secs(100));
        let expired = (Code::Unauthenticated, "TOKEN_EXPIRED".to_owned());
        assert_eq!(refused(poll(call.as_mut())), expired, "{method}");
    }
    // A unary call under way is left to finish.
    let mut gate = ByHand::new(|gate| gate);
    let mut call = pin!(gate.call("SignedIn"));
    gate.clock.advance(Duration::from_secs(100));
    assert!(poll(call.as_mut()).is_pending());
}

#[tokio::test]
async fn a_call_that_says_twice_what_it_is_is_no_grpc() {
    let mut gate = ByHand::new(|gate| gate);
    for second in ["text/plain", GRPC] {
        let request = request("Public").header(CONTENT_TYPE, second);
        let call = (gate.call)(request.body(message()).unwrap());
        let Poll::Ready(Ok(response)) = poll(pin!(call)) else {
            panic!("it was let through");
        };
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    assert!(gate.handed.try_recv().is_err());
}

#[tokio::test]
async fn a_handler_whose_method_has_no_rule_is_not_reached() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let mut gate = ByHand::behind(Gate::builder(Policy::default()), clock, issuer);
    let call = pin!(gate.call("Public"));
    let Poll::Ready(Ok(response)) = poll(call) else {
        panic!("it was let through");
    };
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(gate.handed.try_recv().is_err());
}

/// What no proto can say: the caller may be absent, or a service for a user.
static ABSENT_OR_FOR_A_USER: [Method; 1] = [Method {
    path: "/echo.v1.EchoService/MayBeAbsent",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::any_of(Callers {
        end_user: Some(EndUserRule {
            may_be_absent: true,
            ..EndUserRule::SIGNED_IN
        }),
        service_account: Some(ServiceAccountRule {
            names: &["admin"],
            on_behalf_of: Some(EndUserRule::SIGNED_IN),
        }),
        ..Callers::NOBODY
    }),
}];

#[tokio::test]
async fn a_forwarded_users_token_does_not_stand_for_a_caller_who_may_be_absent() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let google = GoogleIssuer::new(AUDIENCE).clock(clock.clone());
    let builder = Gate::builder(Policy::of(&ABSENT_OR_FOR_A_USER))
        .end_users(issuer.verifier())
        .service_accounts(google.verifier([("admin", ADMIN)]));
    let token = format!("Bearer {}", issuer.token("ada").sign());
    let mut gate = ByHand::behind(builder, clock, issuer);

    let absent = request("MayBeAbsent").body(message()).unwrap();
    assert!(poll(pin!((gate.call)(absent))).is_pending());
    assert!(gate.handed.try_recv().is_ok());

    let forwarded = request("MayBeAbsent").header("x-end-user-authorization", token);
    let forwarded = forwarded.body(message()).unwrap();
    let missing = (Code::Unauthenticated, "TOKEN_MISSING".to_owned());
    assert_eq!(refused(poll(pin!((gate.call)(forwarded)))), missing);
    assert!(gate.handed.try_recv().is_err());
}

#[tokio::test]
async fn a_caller_who_goes_away_while_the_call_waits_leaves_nothing_behind() {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let held = Held::closed();
    let keys = KeyServer::start(Answer::keys(issuer.jwks()).held_by(&held))
        .await
        .unwrap();
    let store = KeyStore::fetched(keys.url()).clock(clock.clone());
    let builder = gate(store.build().unwrap(), &clock).max_open_streams(1);
    let mut gate = ByHand::behind(builder, clock, issuer);

    let mut gone = Box::pin(gate.call("Watch"));
    assert!(poll(gone.as_mut()).is_pending());
    in_time(keys.requested(1)).await;
    drop(gone);

    let mut call = pin!(gate.call("Watch"));
    assert!(poll(call.as_mut()).is_pending());
    held.open();
    // It takes the only place, which the one before it did not.
    let handed = tokio::select! {
        _ = call.as_mut() => panic!("the handler never answers"),
        handed = in_time(gate.handed.recv()) => handed.unwrap(),
    };
    assert!(!handed.headers().contains_key("authorization"));
    assert!(gate.handed.try_recv().is_err());
    let full = (Code::ResourceExhausted, "TOO_MANY_STREAMS".to_owned());
    assert_eq!(refused(poll(pin!(gate.call("Watch")))), full);
    assert_eq!(keys.requests(), 1);
}

#[tokio::test]
async fn a_message_may_be_waited_for_without_end() {
    let mut gate = ByHand::new(|gate| gate.unary_body_timeout(Duration::MAX));
    let request = request("Public").body(Body::new(NeverThere)).unwrap();
    let _call = (gate.call)(request);
    let mut body = gate.handed.try_recv().unwrap().into_body();
    let mut context = Context::from_waker(Waker::noop());
    assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
}

/// A message that does not come.
struct NeverThere;

impl http_body::Body for NeverThere {
    type Data = bytes::Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Infallible>>> {
        Poll::Pending
    }
}
