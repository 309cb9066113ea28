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

/// A call that was let through.
pub(super) struct Admission<F> {
    pub(super) future: F,
    /// How long it may go on, where the method streams and looks at its caller.
    pub(super) lease: Option<Lease>,
    pub(super) place: Option<Place>,
    /// Whether the response is a stream.
    pub(super) streams: bool,
    pub(super) admitted: Option<Admitted>,
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
            future: F,
            lease: Option<Lease>,
            place: Option<Place>,
            streams: bool,
            admitted: Option<Admitted>,
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
            state: State::from(admission),
        }
    }
}

impl<F> From<Admission<F>> for State<F> {
    fn from(admission: Admission<F>) -> Self {
        Self::Admitted {
            future: admission.future,
            lease: admission.lease,
            place: admission.place,
            streams: admission.streams,
            admitted: admission.admitted,
        }
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
                    Ok(admission) => State::from(admission),
                    Err(denial) => State::Refused {
                        response: Some(denied(&denial)),
                    },
                },
                StateProj::Admitted {
                    future,
                    lease,
                    place,
                    streams,
                    admitted,
                } => {
                    if let Poll::Ready(denial) = Lease::poll_over_if_any(lease, cx) {
                        State::Refused {
                            response: Some(denied(&denial)),
                        }
                    } else {
                        let Ok(response) = ready!(future.poll(cx));
                        let mut response = match *streams {
                            true => response
                                .map(|b| Body::new(StreamBody::new(b, lease.take(), place.take()))),
                            // A tonic body passes through as it is.
                            false => response.map(Body::new),
                        };
                        if let Some(admitted) = admitted.take() {
                            response.extensions_mut().insert(admitted);
                        }
                        return Poll::Ready(Ok(response));
                    }
                }
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
