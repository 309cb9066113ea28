//! Trailers of answers that are no errors, for which tonic has no place.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tonic::{Status, body::Body as TonicBody};
use tower::{Layer, Service};

/// Trailers that a handler sends with an answer that is no error: metadata after its last message, beside `grpc-status`.
///
/// A handler leaves them in the extensions of its response. An error needs none of this: `tonic::Status` has metadata of its own. What
/// gRPC itself says in trailers, such as `grpc-status`, is not the handler's to set, and is sent as it is.
///
/// ```
/// use callgate_serve::Trailers;
/// use http::{HeaderMap, HeaderValue};
/// use tonic::Response;
///
/// let mut trailers = HeaderMap::new();
/// trailers.insert("rows-read", HeaderValue::from(42));
/// let mut response = Response::new(());
/// response.extensions_mut().insert(Trailers(trailers));
/// ```
#[derive(Clone, Debug)]
pub struct Trailers(pub HeaderMap);

/// Sends the trailers that handlers leave.
#[derive(Clone, Debug)]
pub(crate) struct TrailersLayer;

/// The service that [`TrailersLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct WithTrailers<S>(S);

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

impl<S> Layer<S> for TrailersLayer {
    type Service = WithTrailers<S>;

    fn layer(&self, inner: S) -> WithTrailers<S> {
        WithTrailers(inner)
    }
}

impl<S, B> Service<Request<B>> for WithTrailers<S>
where
    S: Service<Request<B>, Response = Response<TonicBody>>,
{
    type Response = Response<TonicBody>;
    type Error = S::Error;
    type Future = TrailersFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        TrailersFuture {
            inner: self.0.call(request),
        }
    }
}

impl<F, E> Future for TrailersFuture<F>
where
    F: Future<Output = Result<Response<TonicBody>, E>>,
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
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.project();
        let mut frame = ready!(this.inner.poll_frame(cx));
        if let Some(Ok(frame)) = &mut frame
            && let Some(trailers) = frame.trailers_mut()
        {
            // gRPC's own come last, and take the place of the handler's of the same name.
            let grpcs = mem::replace(trailers, mem::take(this.trailers));
            trailers.extend(grpcs);
        }
        Poll::Ready(frame)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use http_body_util::{BodyExt, StreamBody};
    use tower::{ServiceExt, service_fn};

    use super::*;

    fn trailers<const N: usize>(of: [(&'static str, &str); N]) -> HeaderMap {
        let pairs = of.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        HeaderMap::from_iter(pairs)
    }

    #[tokio::test]
    async fn a_handlers_trailers_are_sent_and_grpcs_own_are_not_for_it_to_set() {
        let handler = service_fn(|()| async {
            let end = Frame::trailers(trailers([("grpc-status", "0")]));
            let body = StreamBody::new(tokio_stream::once(Ok::<_, Status>(end)));
            let mut response = Response::new(TonicBody::new(body));
            let left = trailers([("rows-read", "42"), ("grpc-status", "16")]);
            response.extensions_mut().insert(Trailers(left));
            Ok::<_, Infallible>(response)
        });
        let service = TrailersLayer.layer(handler.map_request(|_: Request<()>| ()));
        let response = service.oneshot(Request::new(())).await.unwrap();
        let sent = response.into_body().collect().await.unwrap();
        let all = trailers([("rows-read", "42"), ("grpc-status", "0")]);
        assert_eq!(sent.trailers(), Some(&all));
    }
}
