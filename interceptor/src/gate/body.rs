//! Bodies that end in time: a response with its lease, a request with the lease or after a while.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Status;

use super::{deadline::Deadline, lease::Lease, streams::Place};
use crate::{clock::Clock, denial::Denial};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

pin_project! {
    /// The body of a streaming response: holds its place among the open streams, and ends with its lease, with the reason as
    /// proper trailers (G19).
    pub(super) struct StreamBody<B> {
        #[pin]
        inner: Option<B>,
        lease: Option<Lease>,
        place: Option<Place>,
    }
}

impl<B> StreamBody<B> {
    pub(super) fn new(inner: B, lease: Option<Lease>, place: Option<Place>) -> Self {
        Self {
            inner: Some(inner),
            lease,
            place,
        }
    }
}

impl<B: Body<Data = Bytes>> Body for StreamBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let mut this = self.project();
        let Some(inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        // The lease first: nothing goes out after it, not even what is ready.
        let (over, frame) = match Lease::poll_over_if_any(this.lease, cx) {
            Poll::Ready(denial) => (true, Some(Ok(Frame::trailers(trailers(&denial))))),
            Poll::Pending => (false, ready!(inner.poll_frame(cx))),
        };
        if over || frame.is_none() {
            // Drops the handler's stream now, and not when the client has read all.
            this.inner.set(None);
            *this.place = None;
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

fn trailers(denial: &Denial) -> HeaderMap {
    let mut trailers = HeaderMap::with_capacity(3);
    // Fails only where the message is no header value, which no denial's message is.
    if denial.status().add_header(&mut trailers).is_err() {
        trailers.insert("grpc-status", http::HeaderValue::from_static("16"));
    }
    trailers
}

pin_project! {
    /// The body of a request behind the gate.
    ///
    /// A stream of messages ends with its lease, and a single message must arrive in time (G19): a handler that reads on gets
    /// the status as an error.
    #[derive(Debug)]
    pub struct RequestBody<B> {
        #[pin]
        inner: B,
        limit: Limit,
    }
}

/// When a request body is cut off.
#[derive(Debug)]
pub(super) enum Limit {
    /// Never: a stream of a caller who is not looked at.
    None,
    /// A stream, with its lease.
    Lease(Lease),
    /// When the one message took this long. The timer starts only where the body is not there at once.
    Arrival {
        within: Duration,
        clock: Clock,
        deadline: Option<Deadline>,
    },
}

impl<B> RequestBody<B> {
    pub(super) fn new(inner: B, limit: Limit) -> Self {
        Self { inner, limit }
    }
}

impl Limit {
    /// Asked while the body has nothing to read.
    fn poll_over_while_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        match self {
            // Of the lease was asked before.
            Self::None | Self::Lease(_) => Poll::Pending,
            Self::Arrival {
                within,
                clock,
                deadline,
            } => {
                let deadline = deadline
                    .get_or_insert_with(|| Deadline::new(clock.now() + *within, clock.clone()));
                ready!(deadline.poll_over(cx));
                Poll::Ready(Status::deadline_exceeded(
                    "the request took too long to arrive",
                ))
            }
        }
    }
}

impl<B> Body for RequestBody<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        if let Limit::Lease(lease) = this.limit
            && let Poll::Ready(denial) = lease.poll_over(cx)
        {
            return Poll::Ready(Some(Err(denial.status().into())));
        }
        match this.inner.poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => {
                let status = ready!(this.limit.poll_over_while_waiting(cx));
                Poll::Ready(Some(Err(status.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        task::Waker,
        time::{Duration, SystemTime},
    };

    use super::*;

    #[tokio::test]
    async fn a_stream_from_a_client_is_read_no_further_than_its_lease() {
        let clock = Clock::manual(SystemTime::now());
        let end = Deadline::new(clock.now() + Duration::from_secs(1), clock.clone());
        let lease = Limit::Lease(Lease::new(end, None));
        let mut body = RequestBody::new(axum::body::Body::from("a message"), lease);
        let mut context = Context::from_waker(Waker::noop());
        clock.advance(Duration::from_secs(1));
        let frame = Pin::new(&mut body).poll_frame(&mut context);
        assert!(matches!(frame, Poll::Ready(Some(Err(_)))));
    }
}
