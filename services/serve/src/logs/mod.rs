//! Logs: one JSON object a line in the fields of [Cloud Logging], or one line of text for people.
//!
//! [`Config::parse`](crate::Config::parse) starts them. Whatever a value holds, it stays on its line: control characters are
//! escaped, and long values cut.
//!
//! [Cloud Logging]: https://cloud.google.com/logging/docs/structured-logging

mod escape;
mod json;
mod text;

use std::{io::IsTerminal, panic::PanicHookInfo};

use tracing::Subscriber;
use tracing_subscriber::{
    Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt, registry::Registry,
    util::SubscriberInitExt,
};

pub(crate) use escape::unverified;
pub(crate) use json::{TraceContext, with_sources};

use crate::{Config, ConfigError, LogFormat};

/// Libraries that log what clients send, headers included: silent unless they are named in the filter.
const TALKATIVE: &str =
    "h2=info,hyper=info,hyper_util=info,tonic_web=info,reqwest=info,rustls=info";

/// Writes this process's logs to standard output, as the configuration says. A second call changes nothing.
///
/// # Errors
///
/// Where `RUST_LOG` is not a filter.
pub fn init(config: &Config) -> Result<(), ConfigError> {
    let terminal = std::io::stdout().is_terminal();
    let format = match config.log_format {
        LogFormat::Auto if terminal => LogFormat::Text,
        LogFormat::Auto => LogFormat::Json,
        format => format,
    };
    let colours = terminal && std::env::var_os("NO_COLOR").is_none_or(|no| no.is_empty());
    let started = subscriber(&config.log_filter, format, colours, std::io::stdout)?.try_init();
    // Whoever came first, the program's own subscriber perhaps, stays.
    if started.is_ok() && format == LogFormat::Json {
        std::panic::set_hook(Box::new(panicked));
    }
    Ok(())
}

/// On standard error a panic would be several lines, none of them with a severity.
fn panicked(panic: &PanicHookInfo<'_>) {
    tracing::error!(
        location = panic.location().map(tracing::field::display),
        "panicked: {}",
        panic.payload_as_str().unwrap_or("no message"),
    );
}

/// What [`init`] installs, for another writer. [`LogFormat::Auto`] is JSON here.
///
/// # Errors
///
/// Where `filter` is not a filter.
pub fn subscriber<W>(
    filter: &str,
    format: LogFormat,
    colours: bool,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, ConfigError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // By target and level only: filters by a span's fields would bring a regex engine along.
    let wanted = filter.split(',').map(str::trim).filter(|it| !it.is_empty());
    let targets: Vec<&str> = std::iter::once(TALKATIVE).chain(wanted).collect();
    let targets: Targets = targets.join(",").parse().map_err(|error| {
        ConfigError::new(
            "RUST_LOG",
            format!("{filter:?} is not a log filter ({error}): write it as `info` or `warn,callgate=debug`"),
        )
    })?;
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(colours)
        .log_internal_errors(false);
    let lines = match format {
        LogFormat::Text => lines
            .fmt_fields(text::Fields)
            .event_format(text::Line)
            .boxed(),
        LogFormat::Json | LogFormat::Auto => lines
            .fmt_fields(json::Fields)
            .event_format(json::Line)
            .boxed(),
    };
    Ok(Registry::default().with(targets).with(lines))
}
