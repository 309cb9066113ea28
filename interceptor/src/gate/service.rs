//! Where a call enters, and where it is refused.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header::CONTENT_TYPE,
};
use tonic::body::Body;
use tower::Service;

use super::{
    authenticate::Authenticated,
    body::{Limit, RequestBody},
    credentials::{Found, Headers, Slot, strip},
    deadline::Deadline,
    future::{Admission, GateFuture},
    layer::Shared,
    lease::Lease,
    patience::Refusal,
    revocation::Watch,
};
use crate::{caller::Caller, denial::Denial, permit::Permit, policy::Method};

/// A service behind the gate. [`GateLayer`](super::GateLayer) makes it.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    inner: S,
    shared: Arc<Shared>,
}

/// In the extensions of the response to an admitted call, where [`GateBuilder::report_admitted`](super::GateBuilder::report_admitted)
/// asked for it: which method, and who called.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The method that was called.
    pub method: &'static Method,
    /// Who called, verified.
    pub caller: Caller,
}

impl<S> Gate<S> {
    pub(super) fn new(inner: S, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }
}

impl<S, B, R> Service<Request<B>> for Gate<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = GateFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let headers = Headers::of(request.headers());
        if request.method() != HttpMethod::POST || !is_grpc(&headers) {
            return GateFuture::refused(not_grpc());
        }
        let Some(method) = self.shared.policy.method(request.uri().path()) else {
            return GateFuture::denied(&Denial::MethodUnknown);
        };
        let found = headers.found();
        match self.shared.authenticate_at_once(method, &headers) {
            Ok(authenticated) => {
                match self
                    .shared
                    .admit(&mut self.inner, method, authenticated, request, found)
                {
                    Ok(admission) => GateFuture::admitted(admission),
                    Err(denial) => GateFuture::denied(&denial),
                }
            }
            Err(Refusal::Denied(denial)) => GateFuture::denied(&denial),
            Err(Refusal::MustWait) => {
                // The clone has not been polled ready: it stays behind, and this call takes the one that has.
                let clone = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, clone);
                let shared = self.shared.clone();
                GateFuture::verifying(async move {
                    let headers = Headers::of(request.headers());
                    let authenticated = shared.authenticate_patiently(method, &headers).await?;
                    shared.admit(&mut inner, method, authenticated, request, found)
                })
            }
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Lets a call through: without its credentials, with a permit, and a stream on a lease.
    fn admit<S, B>(
        &self,
        inner: &mut S,
        method: &'static Method,
        authenticated: Authenticated,
        mut request: Request<B>,
        credentials: Found,
    ) -> Result<Admission<S::Future>, Denial>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        let place = match method.server_streaming {
            true => Some(self.streams.open()?),
            false => None,
        };
        let limit = if method.client_streaming {
            self.lease(method, &authenticated)
                .map_or(Limit::None, |lease| Limit::Lease(Box::new(lease)))
        } else {
            Limit::arrival(self.unary_body_timeout, self.clock.clone())
        };
        let lease = match method.streams() {
            true => self.lease(method, &authenticated),
            false => None,
        };
        let caller = authenticated.caller;
        let admitted = self.report_admitted.then(|| Admitted {
            method,
            caller: caller.clone(),
        });

        strip(request.headers_mut(), credentials);
        if method.rule.callers().is_some() {
            request.extensions_mut().insert(Permit { method, caller });
        }
        Ok(Admission {
            future: inner.call(request.map(|body| RequestBody::new(body, limit))),
            lease,
            place,
            admitted,
        })
    }

    /// For as long as the first of the tokens lives, and the user's account stands where the rule asks (G18, G19).
    fn lease(&self, method: &'static Method, authenticated: &Authenticated) -> Option<Lease> {
        let tokens = Deadline::new(authenticated.until()?, self.clock.clone());
        let account = || {
            let rule = method
                .rule
                .callers()?
                .end_user_rule(&authenticated.caller)?;
            let user = authenticated.caller.end_user()?.clone();
            Watch::new(self.revocation.clone()?, rule, user)
        };
        Some(Lease::new(tokens, account()))
    }
}

/// Whether a request is gRPC at all (G1). Over HTTP/2 tonic itself checks neither, and a page elsewhere may send a framed call
/// as `text/plain` without asking first.
fn is_grpc(headers: &Headers<'_>) -> bool {
    let Slot::One(value) = headers.content_type else {
        return false;
    };
    matches!(
        value.as_bytes(),
        b"application/grpc" | b"application/grpc+proto"
    )
}

fn not_grpc() -> Response<Body> {
    let mut response = Response::new(Body::new(String::from(
        "This is a gRPC method: call it by POST as application/grpc or application/grpc-web+proto.\n",
    )));
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
