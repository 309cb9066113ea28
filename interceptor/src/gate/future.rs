//! The future of a call: refused, waiting for keys or for an account, or under way.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::Response;
use pin_project_lite::pin_project;
use tonic::body::Body;

use super::{body::StreamBody, lease::Lease, service::Admitted, streams::Place};
use crate::denial::Denial;

pin_project! {
    /// A call that was let through.
    pub(super) struct Admission<F> {
        #[pin]
        pub(super) future: F,
        // How long it may go on, where the method streams and looks at its caller.
        pub(super) lease: Option<Lease>,
        // Its place among the open streams, where the response is a stream.
        pub(super) place: Option<Place>,
        pub(super) admitted: Option<Admitted>,
    }
}

/// Only a call that has to wait, for keys or for an account, is boxed.
type Verifying<F> = Pin<Box<dyn Future<Output = Result<Admission<F>, Denial>> + Send>>;

pin_project! {
    /// The future of a call through the [`Gate`](super::Gate).
    pub struct GateFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Refused { response: Option<Response<Body>> },
        Verifying { verifying: Verifying<F> },
        Admitted {
            #[pin]
            admission: Admission<F>,
        },
    }
}

impl<F> GateFuture<F> {
    pub(super) fn refused(response: Response<Body>) -> Self {
        let response = Some(response);
        Self {
            state: State::Refused { response },
        }
    }

    pub(super) fn denied(denial: &Denial) -> Self {
        Self::refused(denied(denial))
    }

    pub(super) fn verifying(
        verifying: impl Future<Output = Result<Admission<F>, Denial>> + Send + 'static,
    ) -> Self {
        Self {
            state: State::Verifying {
                verifying: Box::pin(verifying),
            },
        }
    }

    pub(super) fn admitted(admission: Admission<F>) -> Self {
        Self {
            state: State::Admitted { admission },
        }
    }
}

impl<F, R> Future for Admission<F>
where
    F: Future<Output = Result<Response<R>, Infallible>>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Output = Response<Body>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<Body>> {
        let this = self.project();
        if let Poll::Ready(denial) = Lease::poll_over_if_any(this.lease, cx) {
            return Poll::Ready(denied(&denial));
        }
        let Ok(response) = ready!(this.future.poll(cx));
        let mut response = match this.place.take() {
            Some(place) => {
                response.map(|b| Body::new(StreamBody::new(b, this.lease.take(), place)))
            }
            // A tonic body passes through as it is.
            None => response.map(Body::new),
        };
        if let Some(admitted) = this.admitted.take() {
            response.extensions_mut().insert(admitted);
        }
        Poll::Ready(response)
    }
}

impl<F, R> Future for GateFuture<F>
where
    F: Future<Output = Result<Response<R>, Infallible>>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProj::Refused { response } => {
                    return response
                        .take()
                        .map_or(Poll::Pending, |r| Poll::Ready(Ok(r)));
                }
                StateProj::Verifying { verifying } => match ready!(verifying.as_mut().poll(cx)) {
                    Ok(admission) => State::Admitted { admission },
                    Err(denial) => State::Refused {
                        response: Some(denied(&denial)),
                    },
                },
                StateProj::Admitted { admission } => return admission.poll(cx).map(Ok),
            };
            this.state.set(next);
        }
    }
}

fn denied(denial: &Denial) -> Response<Body> {
    let mut response = denial.status().into_http();
    response.extensions_mut().insert(denial.clone());
    response
}
