//! The response body of a call that is to be logged: its trailers say how the call ended.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Code;

use super::call::Call;

pin_project! {
    /// A response body that logs the end of its call.
    pub(crate) struct TraceBody<B> {
        #[pin]
        inner: B,
        call: Option<Call>,
    }
}

impl<B> TraceBody<B> {
    pub(super) fn new(inner: B, call: Option<Call>) -> Self {
        Self { inner, call }
    }
}

impl<B: Body> Body for TraceBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let frame = {
            let _entered = this.call.as_ref().map(Call::enter);
            ready!(this.inner.poll_frame(cx))
        };
        if let Some(call) = this.call {
            match &frame {
                Some(Ok(frame)) => {
                    if let Some(trailers) = frame.trailers_ref() {
                        call.ended(trailers);
                    }
                }
                Some(Err(_)) => call.broke_off(Code::Internal),
                // Without trailers a client of gRPC takes this for unknown too.
                None => call.broke_off(Code::Unknown),
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    // The default, that nothing is known: tonic-web passes the hint on although it adds a frame.
    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
