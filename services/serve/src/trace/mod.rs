//! One log line a call: method, code, why it was refused, how long it took, by whom. Never a token, nor any header's value. And,
//! where there is telemetry, one span and one count.
//!
//! The line comes at the end of the call, for a stream when the stream ends, with the status of its trailers. A call that the
//! client gave up ends as `CANCELLED`. What the handler logs meanwhile carries the call's method and trace.
//!
//! Refusals that the client caused are information or warnings; our own failures are errors. Where the filter wants no lines of
//! the target [`TARGET`], and nothing is measured, the layer only hands the call on.

mod body;
mod call;
mod context;
mod future;

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use callgate::Policy;
use http::{Request, Response};
use tower::{Layer, Service};
use tracing::Level;

use self::{body::TraceBody, call::Call, context::Incoming, future::TraceFuture};
use crate::{logs::unverified, telemetry::Calls};

/// The target of these lines.
pub(crate) const TARGET: &str = "callgate::call";

/// In the extensions of a request that came as gRPC-Web, since tonic-web rewrites its content type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CameAsGrpcWeb;

/// Writes a log line for each call.
#[derive(Clone, Debug)]
pub(crate) struct TraceLayer {
    policy: Arc<Policy>,
    /// Traces are named with their project; without one they are left out.
    project: Option<Arc<str>>,
    /// None where nothing is measured.
    calls: Option<Arc<Calls>>,
}

/// The service that [`TraceLayer`] makes.
#[derive(Clone, Debug)]
pub(crate) struct Trace<S> {
    inner: S,
    layer: TraceLayer,
}

impl TraceLayer {
    pub(crate) fn new(
        policy: Arc<Policy>,
        project: Option<&str>,
        calls: Option<Arc<Calls>>,
    ) -> Self {
        Self {
            policy,
            project: project.map(Arc::from),
            calls,
        }
    }

    fn begin<B>(&self, request: &Request<B>) -> Option<Call> {
        if self.calls.is_none() && !tracing::enabled!(target: TARGET, Level::ERROR) {
            return None;
        }
        let path = request.uri().path();
        let method = self.policy.method(path);
        if method.is_none() {
            tracing::debug!(target: TARGET, path = unverified(path), "there is no such method");
        }
        let incoming = || Incoming::of(request.headers());
        let measured = self.calls.as_ref().map(|calls| {
            let parent = incoming().and_then(Incoming::parent);
            calls.begin(method, parent)
        });
        let context = self.project.as_ref().and_then(|project| match &measured {
            Some(measured) => Some(measured.trace_context(project)),
            None => Some(incoming()?.in_project(project)),
        });
        let web = request.extensions().get::<CameAsGrpcWeb>().is_some();
        let method = method.map_or("unknown", |method| method.path);
        Some(Call::begin(method, web, context, measured))
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = Trace<S>;

    fn layer(&self, inner: S) -> Trace<S> {
        Trace {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S, B, R> Service<Request<B>> for Trace<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<TraceBody<R>>;
    type Error = S::Error;
    type Future = TraceFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let call = self.layer.begin(&request);
        let inner = {
            let _entered = call.as_ref().map(Call::enter);
            self.inner.call(request)
        };
        TraceFuture::new(inner, call)
    }
}
