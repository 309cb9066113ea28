//! Trailers of answers that are no errors, for which tonic has no place: a handler leaves them in the extensions of its response,
//! and this service, around the one that was generated, sends them beside `grpc-status`.
//!
//! It belongs to this server, not to callgate-serve: what the suite says of trailers holds for services that have such a wrapper.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use callgate::{HasPolicy, Method};
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tonic::{body::Body as TonicBody, server::NamedService};
use tower::Service;

/// What a handler leaves in the extensions of its response.
#[derive(Clone, Debug)]
pub(crate) struct Trailers(pub(crate) HeaderMap);

/// A service that sends the trailers that its handlers leave.
#[derive(Clone, Debug)]
pub(crate) struct WithTrailers<S>(pub(crate) S);

pin_project! {
    /// The future of a call.
    pub(crate) struct TrailersFuture<F> {
        #[pin]
        inner: F,
    }
}

pin_project! {
    /// A body that ends with these trailers too.
    struct TrailersBody {
        #[pin]
        inner: TonicBody,
        trailers: HeaderMap,
    }
}

impl<S: NamedService> NamedService for WithTrailers<S> {
    const NAME: &'static str = S::NAME;
}

impl<S: HasPolicy> HasPolicy for WithTrailers<S> {
    const METHODS: &'static [Method] = S::METHODS;
}

impl<S> Service<Request<TonicBody>> for WithTrailers<S>
where
    S: Service<Request<TonicBody>, Response = Response<TonicBody>, Error = Infallible>,
{
    type Response = Response<TonicBody>;
    type Error = Infallible;
    type Future = TrailersFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<TonicBody>) -> Self::Future {
        TrailersFuture {
            inner: self.0.call(request),
        }
    }
}

impl<F> Future for TrailersFuture<F>
where
    F: Future<Output = Result<Response<TonicBody>, Infallible>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut response = ready!(self.project().inner.poll(cx))?;
        Poll::Ready(Ok(match response.extensions_mut().remove::<Trailers>() {
            Some(Trailers(trailers)) => {
                response.map(|inner| TonicBody::new(TrailersBody { inner, trailers }))
            }
            None => response,
        }))
    }
}

impl Body for TrailersBody {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        let this = self.project();
        let mut frame = ready!(this.inner.poll_frame(cx));
        if let Some(Ok(frame)) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            trailers.extend(std::mem::take(this.trailers));
        }
        Poll::Ready(frame)
    }
}
