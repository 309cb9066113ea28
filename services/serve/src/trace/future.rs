//! The future of a call that is to be logged.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::{body::TraceBody, call::Call};

pin_project! {
    /// The future of a call through [`Trace`](super::Trace).
    pub(crate) struct TraceFuture<F> {
        #[pin]
        inner: F,
        call: Option<Call>,
    }
}

impl<F> TraceFuture<F> {
    pub(super) fn new(inner: F, call: Option<Call>) -> Self {
        Self { inner, call }
    }
}

impl<F, R, E> Future for TraceFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = Result<Response<TraceBody<R>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = {
            let _entered = this.call.as_ref().map(Call::enter);
            ready!(this.inner.poll(cx))
        };
        let mut call = this.call.take();
        Poll::Ready(result.map(|response| {
            if let Some(call) = &mut call {
                call.answered(&response);
            }
            response.map(|body| TraceBody::new(body, call))
        }))
    }
}
