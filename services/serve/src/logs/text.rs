//! One line for people.

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

use super::{escape::write_text, json::with_sources};
use crate::trace::TARGET;

/// Writes an event.
pub(super) struct Line;

/// Writes the fields of a span.
pub(super) struct Fields;

const DIM: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

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
        let (dim, plain) = match out.has_ansi_escapes() {
            true => (DIM, PLAIN),
            false => ("", ""),
        };
        let metadata = event.metadata();
        out.write_str(dim)?;
        SystemTime.format_time(&mut out)?;
        out.write_str(plain)?;
        let (level, colour) = level(*metadata.level());
        let colour = if dim.is_empty() { "" } else { colour };
        write!(out, " {colour}{level}{plain} ")?;

        let mut message = Values::of(&mut out, Part::Message);
        event.record(&mut message);
        message.result?;
        out.write_str(dim)?;
        let call = metadata.target() == TARGET;
        let part = if call { Part::CallFields } else { Part::Fields };
        let mut fields = Values::of(&mut out, part);
        event.record(&mut fields);
        fields.result?;
        if !call {
            for span in context.event_scope().into_iter().flatten() {
                if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                    write!(out, "{fields}")?;
                }
            }
        }
        writeln!(out, "{plain}")
    }
}

impl<'w> FormatFields<'w> for Fields {
    fn format_fields<R: RecordFields>(&self, mut out: Writer<'w>, fields: R) -> fmt::Result {
        let mut values = Values::of(&mut out, Part::Fields);
        fields.record(&mut values);
        values.result
    }

    fn add_fields(
        &self,
        current: &'w mut FormattedFields<Self>,
        fields: &tracing::span::Record<'_>,
    ) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}

fn level(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::ERROR => ("ERROR", "\x1b[31m"),
        Level::WARN => (" WARN", "\x1b[33m"),
        Level::INFO => (" INFO", "\x1b[32m"),
        Level::DEBUG => ("DEBUG", "\x1b[34m"),
        Level::TRACE => ("TRACE", "\x1b[35m"),
    }
}

/// Writes the message, or the fields as ` name=value`.
struct Values<'a> {
    out: &'a mut dyn Write,
    part: Part,
    result: fmt::Result,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Message,
    Fields,
    /// The fields of the line about a call, without those that its message repeats.
    CallFields,
}

impl Part {
    fn has(self, field: &str) -> bool {
        match self {
            Self::Message => field == "message",
            // People have no use for the HTTP request, which is the same for every call.
            Self::Fields => field != "message" && !field.starts_with("httpRequest."),
            Self::CallFields => {
                Self::Fields.has(field) && !["method", "code", "reason"].contains(&field)
            }
        }
    }
}

impl<'a> Values<'a> {
    fn of(out: &'a mut dyn Write, part: Part) -> Self {
        let result = Ok(());
        Self { out, part, result }
    }

    fn write(&mut self, field: &Field, value: &str) {
        if self.result.is_err() || !self.part.has(field.name()) {
            return;
        }
        self.result = (|| {
            if self.part == Part::Message {
                return write_text(self.out, value);
            }
            write!(self.out, " {}=", field.name())?;
            if value.is_empty() || value.contains([' ', '"', '=']) {
                write_text(self.out, &format!("{value:?}"))
            } else {
                write_text(self.out, value)
            }
        })();
    }
}

impl Visit for Values<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.write(field, &with_sources(error));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.write(field, &format!("{value:?}"));
    }
}
