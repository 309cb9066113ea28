//! Bodies that end in time: a response with the caller's token, a request with the token or after a while.

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

use super::{deadline::Deadline, streams::Place};
use crate::{clock::Clock, denial::Denial};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

pin_project! {
    /// The body of a streaming response: holds its place among the open streams, and ends with `TOKEN_EXPIRED` as proper
    /// trailers when the caller's token does (G19).
    pub(super) struct StreamBody<B> {
        #[pin]
        inner: Option<B>,
        until: Option<Deadline>,
        place: Option<Place>,
    }
}

impl<B> StreamBody<B> {
    pub(super) fn new(inner: B, until: Option<Deadline>, place: Option<Place>) -> Self {
        Self {
            inner: Some(inner),
            until,
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
        // The deadline first: nothing goes out after it, not even what is ready.
        let over = this
            .until
            .as_mut()
            .is_some_and(|until| until.poll_over(cx).is_ready());
        let frame = if over {
            Some(Ok(Frame::trailers(trailers(&Denial::TokenExpired))))
        } else {
            ready!(inner.poll_frame(cx))
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
    /// A stream of messages ends with the caller's token, and a single message must arrive in time (G19): a handler that reads
    /// on gets the status as an error.
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
    /// With the caller's token.
    Token(Deadline),
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
            Self::None => Poll::Pending,
            Self::Token(deadline) => {
                ready!(deadline.poll_over(cx));
                Poll::Ready(Denial::TokenExpired.status())
            }
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
        if let Limit::Token(deadline) = this.limit
            && deadline.is_over()
        {
            return Poll::Ready(Some(Err(Denial::TokenExpired.status().into())));
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
