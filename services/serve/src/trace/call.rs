//! What is known of a call, and the line about it; what is measured of it ends with that line.

use std::time::Instant;

use callgate::{Admitted, Caller, Denial, ERROR_DOMAIN, InternalUser, OnBehalfOf, ServiceAccount};
use http::{HeaderMap, Response, StatusCode};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tracing::{Level, Span, field, span::Entered};
use tracing_subscriber::{Registry, registry::LookupSpan};

use super::TARGET;
use crate::{
    drain::GOING_AWAY,
    logs::TraceContext,
    telemetry::{End, Measured},
};

/// A call under way. Dropping it before it ended logs that the client went away.
#[derive(Debug)]
pub(super) struct Call {
    began: Instant,
    method: &'static str,
    web: bool,
    span: Span,
    /// Where the span is disabled and cannot hold it.
    context: Option<TraceContext>,
    http_status: StatusCode,
    denial: Option<Denial>,
    caller: Option<Caller>,
    logged: bool,
    measured: Option<Measured>,
}

/// The reason in a status.
struct Reason {
    code: String,
    /// Whether it is of the gate or of this crate, and not of a handler.
    is_ours: bool,
}

impl Call {
    pub(super) fn begin(
        method: &'static str,
        web: bool,
        context: Option<TraceContext>,
        measured: Option<Measured>,
    ) -> Self {
        let span = tracing::info_span!(target: TARGET, "call", method);
        Self {
            began: Instant::now(),
            method,
            web,
            context: context.and_then(|context| attach(&span, context)),
            span,
            http_status: StatusCode::OK,
            denial: None,
            caller: None,
            logged: false,
            measured,
        }
    }

    /// Makes the call's span the one that log lines belong to.
    pub(super) fn enter(&self) -> Entered<'_> {
        self.span.enter()
    }

    /// The response has begun. Where there is nothing but headers, they hold the status.
    pub(super) fn answered<B>(&mut self, response: &Response<B>) {
        let extensions = response.extensions();
        self.denial = extensions.get::<Denial>().cloned();
        self.caller = extensions
            .get::<Admitted>()
            .map(|admitted| admitted.caller.clone());
        self.http_status = response.status();
        if response.headers().contains_key("grpc-status") {
            self.ended(response.headers());
        } else if response.status() != StatusCode::OK {
            self.log(Code::Unknown, None);
        }
    }

    /// The call has ended with the status that these headers or trailers hold.
    pub(super) fn ended(&mut self, headers: &HeaderMap) {
        let code = headers
            .get("grpc-status")
            .map_or(Code::Unknown, |code| Code::from_bytes(code.as_bytes()));
        let reason = (code != Code::Ok).then(|| reason(headers)).flatten();
        self.log(code, reason.as_ref());
    }

    /// The call has ended without a status.
    pub(super) fn broke_off(&mut self, code: Code) {
        self.log(code, None);
    }

    fn log(&mut self, code: Code, reason: Option<&Reason>) {
        if std::mem::replace(&mut self.logged, true) {
            return;
        }
        let span = match self.context.take() {
            None => self.span.clone(),
            Some(context) => {
                let span = tracing::error_span!(target: TARGET, "call");
                attach(&span, context);
                span
            }
        };
        let denied = self.denial.as_ref().map(Denial::reason);
        let ours = denied.or(reason.filter(|r| r.is_ours).map(|r| r.code.as_str()));
        let reason = denied.or(reason.map(|reason| reason.code.as_str()));
        let denial = self.denial.as_ref().map(field::display);
        let Who {
            kind,
            uid,
            tenant,
            internal_user,
            service,
        } = self.caller.as_ref().map(Who::of).unwrap_or_default();
        let seconds = self.began.elapsed().as_secs_f64();
        let name = name(code);
        if let Some(measured) = self.measured.take() {
            measured.end(End {
                code,
                code_name: name,
                http_status: self.http_status,
                caller: kind.unwrap_or(Caller::Unknown.kind()),
                reason: ours,
                web: self.web,
                seconds,
            });
        }
        let text = match self.http_status {
            StatusCode::OK => name,
            ref status => status.as_str(),
        };
        let space = if reason.is_some() { " " } else { "" };
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    target: TARGET,
                    parent: &span,
                    $level,
                    method = self.method,
                    code = name,
                    reason,
                    denial,
                    caller = kind,
                    uid,
                    tenant,
                    internal_user,
                    service,
                    latency_ms = (seconds * 1e6).round() / 1e3,
                    protocol = if self.web { "grpc-web" } else { "grpc" },
                    httpRequest.requestMethod = "POST",
                    httpRequest.requestUrl = self.method,
                    httpRequest.status = self.http_status.as_u16(),
                    httpRequest.latency = format_args!("{seconds:.6}s"),
                    "{} {text}{space}{}",
                    self.method,
                    reason.unwrap_or_default(),
                )
            };
        }
        let level = match self.http_status.is_client_error() {
            true => Level::INFO,
            false => level(code, reason),
        };
        match level {
            Level::ERROR => line!(Level::ERROR),
            Level::WARN => line!(Level::WARN),
            _ => line!(Level::INFO),
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // hyper drops a call whose client went away; a handler that panics takes its call along.
        self.log(
            match std::thread::panicking() {
                true => Code::Internal,
                false => Code::Cancelled,
            },
            None,
        );
    }
}

/// Who calls, by names that may stand in a log: no e-mail address is among them (G23).
#[derive(Default)]
struct Who<'a> {
    kind: Option<&'static str>,
    uid: Option<&'a str>,
    tenant: Option<&'a str>,
    internal_user: Option<&'a str>,
    service: Option<&'a str>,
}

impl<'a> Who<'a> {
    fn of(caller: &'a Caller) -> Self {
        let user = caller.end_user().map(callgate::EndUser::id);
        let service = match caller {
            Caller::ServiceAccount(service) | Caller::OnBehalfOf(OnBehalfOf { service, .. }) => {
                Some(service)
            }
            _ => None,
        };
        let internal_user = match caller {
            Caller::InternalUser(user) => Some(user),
            _ => None,
        };
        Self {
            kind: (*caller != Caller::Unknown).then(|| caller.kind()),
            uid: user.map(|user| user.uid),
            tenant: user.and_then(|user| user.tenant),
            internal_user: internal_user.map(InternalUser::id),
            service: service.map(ServiceAccount::name),
        }
    }
}

/// Puts the trace into the span, and hands it back where the span is disabled.
fn attach(span: &Span, context: TraceContext) -> Option<TraceContext> {
    let mut context = Some(context);
    span.with_subscriber(|(id, dispatch)| {
        let span = dispatch
            .downcast_ref::<Registry>()
            .and_then(|registry| registry.span(id));
        if let (Some(span), Some(context)) = (span, context.take()) {
            span.extensions_mut().insert(context);
        }
    });
    context
}

/// The reason in the `google.rpc.ErrorInfo` of a status. It may be a handler's own; a reason code is
/// `[A-Z][A-Z0-9_]+[A-Z0-9]`, at most 63 characters, and nothing else is logged.
fn reason(headers: &HeaderMap) -> Option<Reason> {
    headers.get("grpc-status-details-bin")?;
    let info = Status::from_header_map(headers)?.get_details_error_info()?;
    let code = info.reason;
    let legal = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    (code.len() <= 63 && !code.is_empty() && code.bytes().all(legal)).then(|| Reason {
        code,
        is_ours: info.domain == ERROR_DOMAIN,
    })
}

fn level(code: Code, reason: Option<&str>) -> Level {
    match code {
        Code::Unavailable if reason == Some(GOING_AWAY) => Level::INFO,
        Code::Unknown | Code::Internal | Code::DataLoss | Code::Unavailable => Level::ERROR,
        Code::PermissionDenied | Code::ResourceExhausted | Code::DeadlineExceeded => Level::WARN,
        _ => Level::INFO,
    }
}

/// The name of a code, as the gRPC documents spell it.
fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests;
