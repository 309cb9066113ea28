//! One call, behind the gate and without one, to a handler that does nothing but take its caller.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use callgate::{EndUserRule, FirebaseVerifier, Gate, Method, Policy, Rule, generated};
use http::{
    Request, Response, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, TE, USER_AGENT},
};
use tonic::body::Body;
use tower::{Layer, Service};

static METHODS: [Method; 1] = [Method {
    path: "/bench.v1.EchoService/Echo",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::end_user(EndUserRule::SIGNED_IN),
}];

type Answer = Result<Response<Body>, Infallible>;

/// What a call has on it as it comes from tonic's transport.
pub struct Call {
    uri: Uri,
    headers: HeaderMap,
}

impl Call {
    /// A call by the user of this token.
    ///
    /// # Panics
    ///
    /// Where the token is no header's value.
    pub fn new(token: &str) -> Self {
        let authorization = HeaderValue::try_from(format!("Bearer {token}")).expect("a token");
        let text = HeaderValue::from_static;
        Self {
            uri: Uri::from_static(METHODS[0].path),
            headers: HeaderMap::from_iter([
                (TE, text("trailers")),
                (CONTENT_TYPE, text("application/grpc")),
                (AUTHORIZATION, authorization),
                (USER_AGENT, text("grpc-rust-tonic/0.14")),
            ]),
        }
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        // The transport leaves something there, too.
        request.extensions_mut().insert(0_u16);
        request
    }
}

/// Calls a handler that has no gate before it.
pub fn without_a_gate() -> impl FnMut(&Call) {
    let mut service = tower::service_fn(|request: Request<Body>| answer(&request));
    move |call| succeeds(service.call(call.request()))
}

/// Calls a handler behind the gate, with this verifier for its end users.
///
/// # Panics
///
/// Where there can be no such gate.
pub fn behind_the_gate(verifier: FirebaseVerifier) -> impl FnMut(&Call) {
    let gate = Gate::builder(Policy::of(&METHODS)).end_users(verifier);
    let mut service = gate
        .build()
        .expect("a gate")
        .layer(tower::service_fn(|request| {
            let mut request = tonic::Request::from_http(request);
            let caller = generated::end_user(&mut request, &METHODS[0]);
            assert!(caller.is_ok(), "the gate let it through");
            answer(&request)
        }));
    move |call| succeeds(service.call(call.request()))
}

fn answer<R>(_: &R) -> Ready<Answer> {
    ready(Ok(Response::new(Body::empty())))
}

fn succeeds(call: impl Future<Output = Answer>) {
    let answer = pin!(call).poll(&mut Context::from_waker(Waker::noop()));
    assert!(
        matches!(answer, Poll::Ready(Ok(response)) if response.headers().is_empty()),
        "no refusal"
    );
}
