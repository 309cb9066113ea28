//! Status codes as gRPC's documents have them, where tonic gives others, so that clients of every kind find what they know.
//!
//! - A method that takes one message gets none, or a second one: `UNIMPLEMENTED` ("Request cardinality violation" in gRPC's
//!   `statuscodes.md`). tonic answers INTERNAL to none, and does not mind a second one.
//! - A message is larger than the service allows: `RESOURCE_EXHAUSTED`, as in gRPC's implementations in C++, Go and Java. tonic
//!   answers `OUT_OF_RANGE`, which the same document keeps for applications.
//!
//! It belongs behind the gate: a refused call is not read.

mod one_message;
mod too_large;

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use callgate::Policy;
use http::{Request, Response};
use pin_project_lite::pin_project;
use tonic::{Status, body::Body};
use tower::{Layer, Service};

use one_message::RequestBody;
use too_large::StreamBody;

/// Mends the codes of answers.
#[derive(Clone, Debug)]
pub(crate) struct CodesLayer {
    pub(crate) policy: Arc<Policy>,
}

/// The service that [`CodesLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct Codes<S> {
    inner: S,
    policy: Arc<Policy>,
}

pin_project! {
    /// The future of a call through [`Codes`].
    pub(crate) struct CodesFuture<F> {
        #[pin]
        inner: F,
        // Whether it may go on reading after its answer has begun.
        reads_on: bool,
    }
}

impl<S> Layer<S> for CodesLayer {
    type Service = Codes<S>;

    fn layer(&self, inner: S) -> Codes<S> {
        Codes {
            inner,
            policy: self.policy.clone(),
        }
    }
}

impl<S, B> Service<Request<B>> for Codes<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = CodesFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = self.policy.method(request.uri().path());
        let takes_one = method.is_some_and(|method| !method.client_streaming);
        let reads_on = method.is_some_and(|m| m.client_streaming && m.server_streaming);
        CodesFuture {
            inner: self
                .inner
                .call(request.map(|body| RequestBody::new(body, takes_one))),
            reads_on,
        }
    }
}

impl<F, E> Future for CodesFuture<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut response = ready!(this.inner.poll(cx))?;
        if too_large::mend(response.headers_mut()) {
            // It has the other code.
            response.extensions_mut().remove::<Status>();
        }
        Poll::Ready(Ok(match this.reads_on {
            true => response.map(|body| Body::new(StreamBody::new(body))),
            false => response,
        }))
    }
}
