//! The end of calls when the server stops: streams are ended with `UNAVAILABLE`, all others are counted until they are done.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use callgate::{ERROR_DOMAIN, Policy};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::task_tracker::TaskTrackerToken,
};
use tonic::{Code, Status, body::Body as TonicBody};
use tonic_types::{ErrorDetails, StatusExt};
use tower::{Layer, Service};

/// The reason in the status of a call that ends because its server or its connection does.
pub(crate) const GOING_AWAY: &str = "GOING_AWAY";

/// How many frames of a stream that is being ended are still passed on, where they are ready: health's last word, for one.
const LAST_FRAMES: u8 = 16;

/// Ends streaming calls once its token is cancelled, with proper trailers. It belongs inside of gRPC-Web, which turns the
/// trailers into a last frame.
#[derive(Clone, Debug)]
pub(crate) struct EndStreamsLayer {
    pub(crate) policy: Arc<Policy>,
    pub(crate) ending: CancellationToken,
}

/// The service that [`EndStreamsLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct EndStreams<S> {
    inner: S,
    layer: EndStreamsLayer,
}

pin_project! {
    /// The future of a call through [`EndStreams`].
    pub(crate) struct EndStreamsFuture<F> {
        #[pin]
        inner: F,
        // Only of calls that stream.
        #[pin]
        ending: Option<WaitForCancellationFutureOwned>,
        token: Option<CancellationToken>,
    }
}

pin_project! {
    /// A streaming response that ends early when its server does.
    struct EndingBody<B> {
        #[pin]
        inner: Option<B>,
        #[pin]
        ending: WaitForCancellationFutureOwned,
        // How many frames may still come once it is ending.
        last: u8,
    }
}

pin_project! {
    /// A response body that counts as a call under way until it is gone.
    pub(crate) struct Counted<B> {
        #[pin]
        inner: B,
        call: TaskTrackerToken,
    }
}

// === impl EndStreams ===

impl<S> Layer<S> for EndStreamsLayer {
    type Service = EndStreams<S>;

    fn layer(&self, inner: S) -> EndStreams<S> {
        EndStreams {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, B> Service<Request<B>> for EndStreams<S>
where
    S: Service<Request<B>, Response = Response<TonicBody>>,
{
    type Response = Response<TonicBody>;
    type Error = S::Error;
    type Future = EndStreamsFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let method = self.layer.policy.method(request.uri().path());
        let token = method
            .is_some_and(callgate::Method::streams)
            .then(|| self.layer.ending.clone());
        EndStreamsFuture {
            inner: self.inner.call(request),
            ending: token.clone().map(CancellationToken::cancelled_owned),
            token,
        }
    }
}

impl<F, E> Future for EndStreamsFuture<F>
where
    F: Future<Output = Result<Response<TonicBody>, E>>,
{
    type Output = Result<Response<TonicBody>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(result) = this.inner.poll(cx) {
            return Poll::Ready(result.map(|response| match this.token.take() {
                Some(token) => response.map(|body| {
                    TonicBody::new(EndingBody {
                        inner: Some(body),
                        ending: token.cancelled_owned(),
                        last: LAST_FRAMES,
                    })
                }),
                None => response,
            }));
        }
        match this.ending.as_pin_mut() {
            Some(ending) => {
                ready!(ending.poll(cx));
                Poll::Ready(Ok(going_away().into_http()))
            }
            None => Poll::Pending,
        }
    }
}

impl<B: Body> Body for EndingBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let ending = this.ending.poll(cx).is_ready();
        // What is ready still goes out, but a stream that always has something to say ends too.
        let frame = match (ending, *this.last) {
            (true, 0) => Poll::Pending,
            (true, _) => {
                *this.last -= 1;
                inner.poll_frame(cx)
            }
            (false, _) => Poll::Ready(ready!(inner.poll_frame(cx))),
        };
        let over = frame.is_pending();
        let frame = match frame {
            Poll::Ready(frame) => frame,
            Poll::Pending => Some(Ok(Frame::trailers(trailers(&going_away())))),
        };
        if over || frame.is_none() {
            // Drops the handler's stream now, and not when the client has read all.
            this.inner.set(None);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    // The default, that nothing is known: tonic-web passes the hint on although it adds a frame.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

fn going_away() -> Status {
    Status::with_error_details(
        Code::Unavailable,
        "the server is going away: call again",
        ErrorDetails::with_error_info(GOING_AWAY, ERROR_DOMAIN, HashMap::new()),
    )
}

/// The trailers that end a stream with this status.
pub(crate) fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(3);
    // Fails only where the message is no header value, which ours is.
    if status.add_header(&mut trailers).is_err() {
        trailers.insert("grpc-status", HeaderValue::from(status.code() as i32));
    }
    trailers
}

// === impl Counted ===

impl<B> Counted<B> {
    pub(crate) fn new(inner: B, call: TaskTrackerToken) -> Self {
        Self { inner, call }
    }
}

impl<B: Body> Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().inner.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
