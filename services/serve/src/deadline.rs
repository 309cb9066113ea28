//! The client's own deadline, `grpc-timeout`: a call that has no answer by then ends with `DEADLINE_EXCEEDED`.
//!
//! Clients keep their deadlines themselves. But over HTTP/1.1 a client that gave up is not noticed behind Cloud Run, and the
//! handler would work on for nobody. As in tonic's own server, the deadline is for the beginning of the answer.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{HeaderMap, Request, Response};
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};
use tonic::{Status, body::Body};
use tower::{Layer, Service};

/// Ends calls at their client's deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeadlineLayer;

/// The service that [`DeadlineLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct Deadline<S>(S);

pin_project! {
    /// The future of a call through [`Deadline`].
    pub(crate) struct DeadlineFuture<F> {
        #[pin]
        inner: F,
        // Most calls have none.
        deadline: Option<Pin<Box<Sleep>>>,
    }
}

impl<S> Layer<S> for DeadlineLayer {
    type Service = Deadline<S>;

    fn layer(&self, inner: S) -> Deadline<S> {
        Deadline(inner)
    }
}

impl<S, B> Service<Request<B>> for Deadline<S>
where
    S: Service<Request<B>, Response = Response<Body>>,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = DeadlineFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        DeadlineFuture {
            deadline: timeout(request.headers()).map(|time| Box::pin(sleep(time))),
            inner: self.0.call(request),
        }
    }
}

impl<F, E> Future for DeadlineFuture<F>
where
    F: Future<Output = Result<Response<Body>, E>>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(result) = this.inner.poll(cx) {
            return Poll::Ready(result);
        }
        let Some(deadline) = this.deadline else {
            return Poll::Pending;
        };
        ready!(deadline.as_mut().poll(cx));
        let status = Status::deadline_exceeded("the client's deadline has passed");
        Poll::Ready(Ok(status.into_http()))
    }
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
    use super::*;

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
