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
    pub(super) fn new(inner: B, lease: Option<Lease>, place: Place) -> Self {
        Self {
            inner: Some(inner),
            lease,
            place: Some(place),
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
        let frame = match Lease::poll_over_if_any(this.lease, cx) {
            Poll::Ready(denial) => Some(Ok(Frame::trailers(trailers(&denial)))),
            Poll::Pending => ready!(inner.poll_frame(cx)),
        };
        // Trailers end it: a lease that is over after that is nobody's concern.
        let ends = match &frame {
            Some(Ok(frame)) => frame.is_trailers(),
            Some(Err(_)) | None => true,
        };
        if ends {
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
// Few bytes, since it is moved with each call.
#[derive(Debug)]
pub(super) enum Limit {
    /// Never: a stream of a caller who is not looked at.
    None,
    /// A stream, with its lease.
    Lease(Box<Lease>),
    /// When the one message took this long. The timer starts only where the body is not there at once.
    Arrival { within: Duration, clock: Clock },
    /// When the one message is not there by then.
    Waiting(Box<Deadline>),
}

impl<B> RequestBody<B> {
    pub(super) fn new(inner: B, limit: Limit) -> Self {
        Self { inner, limit }
    }
}

impl Limit {
    pub(super) const fn arrival(within: Duration, clock: Clock) -> Self {
        Self::Arrival { within, clock }
    }

    /// Asked while the body has nothing to read.
    fn poll_over_while_waiting(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        if let Self::Arrival { within, clock } = self {
            let deadline = Deadline::new(clock.now() + *within, clock.clone());
            *self = Self::Waiting(Box::new(deadline));
        }
        match self {
            Self::Waiting(deadline) => {
                ready!(deadline.poll_over(cx));
                Poll::Ready(Status::deadline_exceeded(
                    "the request took too long to arrive",
                ))
            }
            // Of the lease was asked before.
            Self::None | Self::Lease(_) | Self::Arrival { .. } => Poll::Pending,
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

    use super::{super::streams::Streams, *};

    const SECOND: Duration = Duration::from_secs(1);

    type Polled<B> = Poll<Option<Result<Frame<<B as Body>::Data>, <B as Body>::Error>>>;

    fn poll<B: Body + Unpin>(body: &mut B) -> Polled<B> {
        Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()))
    }

    /// A lease for a second.
    fn lease(clock: &Clock) -> Lease {
        Lease::new(Deadline::new(clock.now() + SECOND, clock.clone()), None)
    }

    fn place() -> Place {
        Streams::at_most(1).open().unwrap()
    }

    #[tokio::test]
    async fn a_stream_from_a_client_is_read_no_further_than_its_lease() {
        let clock = Clock::manual(SystemTime::now());
        let lease = Limit::Lease(Box::new(lease(&clock)));
        let mut body = RequestBody::new(axum::body::Body::from("a message"), lease);
        clock.advance(SECOND);
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }

    #[tokio::test]
    async fn nothing_goes_out_after_the_lease_not_even_what_is_ready() {
        let clock = Clock::manual(SystemTime::now());
        let messages = axum::body::Body::from("a message");
        let mut body = StreamBody::new(messages, Some(lease(&clock)), place());
        clock.advance(SECOND);
        let Poll::Ready(Some(Ok(frame))) = poll(&mut body) else {
            panic!("no frame");
        };
        assert_eq!(frame.into_trailers().unwrap()["grpc-status"], "16");
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }

    #[tokio::test]
    async fn a_stream_that_has_ended_is_not_ended_again_by_its_lease() {
        let clock = Clock::manual(SystemTime::now());
        let mut body = StreamBody::new(End, Some(lease(&clock)), place());
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        clock.advance(SECOND);
        assert!(matches!(poll(&mut body), Poll::Ready(None)));
    }

    #[tokio::test]
    async fn a_stream_that_has_ended_holds_no_place() {
        let clock = Clock::manual(SystemTime::now());
        let streams = Streams::at_most(1);
        let place = streams.open().unwrap();
        let messages = axum::body::Body::from("a message");
        let mut body = StreamBody::new(messages, Some(lease(&clock)), place);
        assert!(streams.open().is_err());
        clock.advance(SECOND);
        // The client may take its time to read the trailers.
        assert!(poll(&mut body).is_ready());
        assert!(streams.open().is_ok());
    }

    /// A body that only ends.
    struct End;

    impl Body for End {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::new()))))
        }
    }

    /// A body of which a byte comes at every other look.
    struct Trickle(bool);

    impl Body for Trickle {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            self.0 = !self.0;
            match self.0 {
                true => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"a"))))),
                false => Poll::Pending,
            }
        }
    }

    #[tokio::test]
    async fn a_message_that_trickles_in_is_waited_for_no_longer() {
        let clock = Clock::manual(SystemTime::now());
        let limit = Limit::arrival(3 * SECOND, clock.clone());
        let mut body = RequestBody::new(Trickle(false), limit);
        for _ in 0..3 {
            assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
            assert!(poll(&mut body).is_pending());
            clock.advance(SECOND);
        }
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Err(_)))));
    }
}
