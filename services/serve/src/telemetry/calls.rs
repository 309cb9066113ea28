//! What is measured of each call: one count, one duration, one span.

use std::sync::Arc;

use callgate::{Denial, Method};
use http::StatusCode;
use opentelemetry::{
    Context, KeyValue,
    metrics::{Counter, Histogram, Meter},
    trace::{Span as _, SpanContext, SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::trace::{SdkTracer, Span};
use tonic::Code;

use super::names::{
    CALLER, CALLS, DURATION, METHOD, NOT_GRPC, OTHER_METHOD, OTHER_REASONS, PROTOCOL, REASON,
    STATUS_CODE, STREAMING, SYSTEM,
};
use crate::logs::TraceContext;

/// In seconds. Most calls take a few milliseconds.
const BOUNDARIES: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0,
];

/// What measures calls.
#[derive(Debug)]
pub(crate) struct Calls {
    tracer: SdkTracer,
    count: Counter<u64>,
    duration: Histogram<f64>,
}

/// A call that is being measured.
#[derive(Debug)]
pub(crate) struct Measured {
    calls: Arc<Calls>,
    method: &'static str,
    streaming: bool,
    span: Span,
}

/// How a call ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End<'a> {
    pub(crate) code: Code,
    /// The code's name.
    pub(crate) code_name: &'static str,
    pub(crate) http_status: StatusCode,
    pub(crate) caller: &'static str,
    /// The reason of our own that the status carries.
    pub(crate) reason: Option<&'a str>,
    pub(crate) web: bool,
    pub(crate) seconds: f64,
}

// === impl Calls ===

impl Calls {
    pub(super) fn new(tracer: SdkTracer, meter: &Meter) -> Self {
        Self {
            tracer,
            count: meter
                .u64_counter(CALLS.name)
                .with_unit(CALLS.unit)
                .with_description(CALLS.description)
                .build(),
            duration: meter
                .f64_histogram(DURATION.name)
                .with_unit(DURATION.unit)
                .with_description(DURATION.description)
                .with_boundaries(BOUNDARIES.to_vec())
                .build(),
        }
    }

    /// Begins to measure a call of this method, in the trace that it came with.
    pub(crate) fn begin(
        self: &Arc<Self>,
        method: Option<&'static Method>,
        parent: Option<SpanContext>,
    ) -> Measured {
        let streaming = method.is_some_and(Method::streams);
        let method = method.map_or(OTHER_METHOD, |method| method.path.trim_start_matches('/'));
        let parent = parent.map_or_else(Context::new, |parent| {
            Context::new().with_remote_span_context(parent)
        });
        let span = self
            .tracer
            .span_builder(method)
            .with_kind(SpanKind::Server)
            .with_attributes([KeyValue::new(SYSTEM, "grpc"), KeyValue::new(METHOD, method)])
            .start_with_context(&self.tracer, &parent);
        Measured {
            calls: Arc::clone(self),
            method,
            streaming,
            span,
        }
    }
}

// === impl Measured ===

impl Measured {
    /// What the call's log lines carry, in this project: the call's own span.
    pub(crate) fn trace_context(&self, project: &str) -> TraceContext {
        let context = self.span.span_context();
        TraceContext {
            trace: format!("projects/{project}/traces/{}", context.trace_id()),
            span: Some(context.span_id().to_string()),
            sampled: context.is_sampled(),
        }
    }

    /// Takes down how the call ended.
    pub(crate) fn end(mut self, end: End<'_>) {
        let reason = match end.http_status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(NOT_GRPC),
            _ => end.reason.and_then(known),
        };
        let method = KeyValue::new(METHOD, self.method);
        let code = KeyValue::new(STATUS_CODE, end.code_name);
        let caller = KeyValue::new(CALLER, end.caller);
        let reason = reason.map(|reason| KeyValue::new(REASON, reason));

        let duration = [
            KeyValue::new(SYSTEM, "grpc"),
            method.clone(),
            KeyValue::new(STREAMING, self.streaming),
            code.clone(),
        ];
        self.calls.duration.record(end.seconds, &duration);
        match &reason {
            None => self
                .calls
                .count
                .add(1, &[method, code.clone(), caller.clone()]),
            Some(reason) => self
                .calls
                .count
                .add(1, &[method, code.clone(), caller.clone(), reason.clone()]),
        }

        if self.span.is_recording() {
            let protocol = if end.web { "grpc-web" } else { "grpc" };
            self.span.set_attributes(
                [code, caller, KeyValue::new(PROTOCOL, protocol)]
                    .into_iter()
                    .chain(reason),
            );
            if is_fault(end.code) && !end.http_status.is_client_error() {
                self.span.set_status(Status::error(""));
            }
        }
        self.span.end();
    }
}

/// A reason that may be counted by: a handler may make up any number of its own.
fn known(reason: &str) -> Option<&'static str> {
    let mut reasons = Denial::REASONS.into_iter().chain(OTHER_REASONS);
    reasons.find(|known| *known == reason)
}

/// Whether a server has to answer for it: <https://opentelemetry.io/docs/specs/semconv/rpc/grpc/>.
fn is_fault(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reasons_of_ours_are_counted_by() {
        assert_eq!(known("ROLE_REQUIRED"), Some("ROLE_REQUIRED"));
        assert_eq!(known("GOING_AWAY"), Some("GOING_AWAY"));
        assert_eq!(known("OUT_OF_STOCK"), None);
    }
}
