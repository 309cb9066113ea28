//! The client's own deadline, `grpc-timeout`: a call that is not over by then ends with `DEADLINE_EXCEEDED`.
//!
//! Clients keep their deadlines themselves. But over HTTP/1.1 a client that gave up is not noticed behind Cloud Run, and the
//! handler would work on for nobody. In tonic's own server the deadline is for the beginning of the answer only: there a stream
//! goes on after it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use callgate::Policy;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tonic::{Status, body::Body as TonicBody};
use tower::{Layer, Service};

use crate::drain::trailers;

/// Ends calls at their client's deadline.
#[derive(Clone, Debug)]
pub(crate) struct DeadlineLayer {
    pub(crate) policy: Arc<Policy>,
}

/// The service that [`DeadlineLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<S> {
    inner: S,
    policy: Arc<Policy>,
}

pin_project! {
    /// The future of a call through [`Deadline`].
    pub(crate) struct DeadlineFuture<F> {
        #[pin]
        inner: F,
        // Most calls have none.
        deadline: Option<Pin<Box<Sleep>>>,
        // Whether the answer takes its time too.
        streams: bool,
    }
}

/// A streaming response that ends at the deadline.
struct DeadlineBody {
    inner: Option<TonicBody>,
    deadline: Pin<Box<Sleep>>,
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline {
            inner,
            policy: self.policy.clone(),
        }
    }
}

impl<S, B> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<TonicBody>>,
{
    type Response = Response<TonicBody>;
    type Error = S::Error;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let deadline = timeout(request.headers()).map(|time| Box::pin(sleep(time)));
        let streams = deadline.is_some()
            && (self.policy.method(request.uri().path()))
                .is_some_and(|method| method.server_streaming);
        DeadlineFuture {
            inner: self.inner.call(request),
            deadline,
            streams,
        }
    }
}

impl<F, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<Response<TonicBody>, E>>,
{
    type Output = Result<Response<TonicBody>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(result) = this.inner.poll(cx) {
            let deadline = this.deadline.take().filter(|_| *this.streams);
            return Poll::Ready(result.map(|response| match deadline {
                Some(deadline) => response.map(|body| {
                    TonicBody::new(DeadlineBody {
                        inner: Some(body),
                        deadline,
                    })
                }),
                None => response,
            }));
        }
        let Some(deadline) = this.deadline else {
            return Poll::Pending;
        };
        ready!(deadline.as_mut().poll(cx));
        Poll::Ready(Ok(passed().into_http()))
    }
}

impl Body for DeadlineBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        let mut frame = Pin::new(inner).poll_frame(cx);
        let over = match &frame {
            // The stream's own end counts. It is asked once more after its trailers, to which nothing is added.
            Poll::Ready(Some(Ok(frame))) if frame.is_trailers() => true,
            Poll::Ready(None) => true,
            _ if self.deadline.as_mut().poll(cx).is_pending() => false,
            _ => {
                frame = Poll::Ready(Some(Ok(Frame::trailers(trailers(&passed())))));
                true
            }
        };
        if over {
            // Drops the handler's stream now, and not when the client has read all.
            self.inner = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }
}

fn passed() -> Status {
    Status::deadline_exceeded("the client's deadline has passed")
}

/// At most eight digits and a unit, as the gRPC protocol over HTTP/2 has it. What is malformed counts as not there.
fn timeout(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let legal = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let count = digits.parse().ok().filter(|_| legal)?;
    match unit {
        "H" => Some(Duration::from_hours(count)),
        "M" => Some(Duration::from_mins(count)),
        "S" => Some(Duration::from_secs(count)),
        "m" => Some(Duration::from_millis(count)),
        "u" => Some(Duration::from_micros(count)),
        "n" => Some(Duration::from_nanos(count)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use http_body_util::{BodyExt, Empty};

    use super::*;

    #[tokio::test]
    async fn a_stream_that_has_ended_by_itself_does_not_end_again() {
        let mut own = HeaderMap::new();
        own.insert("grpc-status", http::HeaderValue::from_static("0"));
        let inner = Empty::<Bytes>::new().with_trailers(async { Some(Ok(own)) });
        let mut body = DeadlineBody {
            inner: Some(TonicBody::new(inner)),
            deadline: Box::pin(sleep(Duration::ZERO)),
        };
        let cx = &mut Context::from_waker(Waker::noop());
        let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut body).poll_frame(cx) else {
            panic!("no frame");
        };
        let trailers = frame.into_trailers().expect("trailers");
        assert_eq!(trailers["grpc-status"], "0");
        let after = Pin::new(&mut body).poll_frame(cx);
        assert!(matches!(after, Poll::Ready(None)));
    }

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().expect("a header value"));
            timeout(&headers)
        };
        assert_eq!(read("3H"), Some(Duration::from_hours(3)));
        assert_eq!(read("3M"), Some(Duration::from_mins(3)));
        assert_eq!(read("3S"), Some(Duration::from_secs(3)));
        assert_eq!(read("99999999m"), Some(Duration::from_millis(99_999_999)));
        assert_eq!(read("3u"), Some(Duration::from_micros(3)));
        assert_eq!(read("3n"), Some(Duration::from_nanos(3)));
        for wrong in ["", "3", "S", "3s", "-3S", "+3S", "3 S", "999999999S", "3ü"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
