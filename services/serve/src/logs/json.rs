//! One JSON object a line, in the fields that Cloud Logging knows.

use std::{
    error::Error,
    fmt::{self, Debug, Write},
};

use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

use super::escape::write_json;

/// In the extensions of a span: the trace that a call belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TraceContext {
    /// `projects/PROJECT/traces/TRACE`
    pub(crate) trace: String,
    /// The caller's span, as 16 hexadecimal digits.
    pub(crate) span: Option<String>,
    pub(crate) sampled: bool,
}

/// Writes an event.
pub(super) struct Line;

/// Writes the fields of a span: as the members of a JSON object, each with a comma before it.
pub(super) struct Fields;

/// Fields of this prefix become members of the one member `httpRequest`.
const HTTP_REQUEST: &str = "httpRequest.";

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut out: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        out.write_str("{\"severity\":\"")?;
        out.write_str(severity(*metadata.level()))?;
        out.write_str("\",\"time\":\"")?;
        SystemTime.format_time(&mut out)?;
        out.write_str("\",\"target\":")?;
        write_json(&mut out, metadata.target())?;

        let mut members = Members::all_but(&mut out, HTTP_REQUEST);
        event.record(&mut members);
        members.result?;
        let mut request = String::new();
        let mut members = Members::only(&mut request, HTTP_REQUEST);
        event.record(&mut members);
        members.result?;
        if let Some(request) = request.strip_prefix(',') {
            write!(out, ",\"httpRequest\":{{{request}}}")?;
        }

        let mut trace = None;
        let mut spans = 0;
        for span in context.event_scope().into_iter().flatten() {
            let extensions = span.extensions();
            if trace.is_none() {
                trace = extensions.get::<TraceContext>().cloned();
            }
            if let Some(fields) = extensions.get::<FormattedFields<N>>() {
                out.write_str(if spans == 0 { ",\"spans\":[" } else { "," })?;
                spans += 1;
                out.write_str("{\"name\":")?;
                write_json(&mut out, span.name())?;
                write!(out, "{fields}}}")?;
            }
        }
        if spans > 0 {
            out.write_char(']')?;
        }
        if let Some(context) = trace {
            out.write_str(",\"logging.googleapis.com/trace\":")?;
            write_json(&mut out, &context.trace)?;
            if let Some(span) = &context.span {
                out.write_str(",\"logging.googleapis.com/spanId\":")?;
                write_json(&mut out, span)?;
            }
            let sampled = context.sampled;
            write!(out, ",\"logging.googleapis.com/trace_sampled\":{sampled}")?;
        }
        out.write_str("}\n")
    }
}

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, mut out: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Members::all_but(&mut out, HTTP_REQUEST);
        fields.record(&mut members);
        members.result
    }

    fn add_fields(
        &self,
        current: &'w mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

/// Writes fields as members of a JSON object.
struct Members<'a> {
    out: &'a mut dyn Write,
    prefix: &'static str,
    /// Whether the fields with that prefix are written, or all the others.
    with_prefix: bool,
    result: fmt::Result,
}

impl<'a> Members<'a> {
    fn only(out: &'a mut dyn Write, prefix: &'static str) -> Self {
        Self {
            out,
            prefix,
            with_prefix: true,
            result: Ok(()),
        }
    }

    fn all_but(out: &'a mut dyn Write, prefix: &'static str) -> Self {
        Self {
            with_prefix: false,
            ..Self::only(out, prefix)
        }
    }

    fn write(&mut self, field: &Field, value: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        let (name, has_prefix) = match field.name().strip_prefix(self.prefix) {
            Some(rest) => (rest, true),
            None => (field.name(), false),
        };
        if self.result.is_err() || has_prefix != self.with_prefix {
            return;
        }
        self.result = (|| {
            self.out.write_char(',')?;
            match name {
                // These are ours already.
                "severity" | "time" | "target" | "spans" | "httpRequest" => {
                    write!(self.out, "\"field.{name}\"")?;
                }
                _ => write_json(self.out, name)?,
            }
            self.out.write_char(':')?;
            value(self.out)
        })();
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, |out| write_json(out, value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, |out| write!(out, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, |out| write!(out, "{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, |out| write!(out, "{value}"));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.write(field, |out| match value.is_finite() {
            true => write!(out, "{value}"),
            // JSON has no word for it.
            false => write!(out, "\"{value}\""),
        });
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.write(field, |out| write_json(out, &with_sources(error)));
    }

    // 128-bit numbers too: as strings, since most readers of JSON would round them.
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, |out| write_json(out, &format!("{value:?}")));
    }
}

/// An error and what it came from.
pub(crate) fn with_sources(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}
