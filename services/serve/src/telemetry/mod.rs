//! Traces and metrics, sent by OTLP over HTTP to where [`TelemetryConfig::endpoint`] says. Without it there is no meter, no tracer
//! and no thread, and a call costs the look at one `None`.
//!
//! Each call is a span of its own, in the trace that it came with (`traceparent`, else `X-Cloud-Trace-Context`), and is counted at
//! its end, by method, status, kind of caller and reason. What verifiers, key stores and the gate count for themselves is read
//! when metrics are sent: [`METRICS`] lists all of it, and docs/runbook.md tells what to make of it.
//!
//! No attribute holds a user's id, an address or a token (G23), nor anything else that callers can choose (G21): methods come from
//! the policy, and all others are [`OTHER_METHOD`]; reasons that handlers make up are not counted by.
//!
//! # On Cloud Run
//!
//! Metrics are sent every minute and spans every five seconds, by threads of their own. With CPU during requests only, these threads run
//! while a call does: what an instance has to tell is then sent with its next call, or when it is stopped. No count is lost by
//! that, since counts are sent as totals.
//!
//! At the end, [`Bound::serve`](crate::Bound::serve) sends what is left, in 1.5 s at most: with the drain's 8 s it is done before
//! Cloud Run kills.
//!
//! [`TelemetryConfig::endpoint`]: crate::TelemetryConfig::endpoint

mod calls;
mod client;
pub mod names;
mod pool;
mod resource;
mod watched;

use std::{fmt::Display, sync::Arc, thread, time::Duration};

use opentelemetry::{metrics::MeterProvider, trace::TracerProvider};
use opentelemetry_otlp::{
    MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::{
    metrics::{PeriodicReader, SdkMeterProvider},
    trace::{Sampler as SdkSampler, SdkTracerProvider},
};
use tokio::{sync::oneshot, time::timeout};
use url::Url;

pub(crate) use calls::{Calls, End, Measured};
pub use names::{Instrument, METRICS, Metric, OTHER_METHOD};
pub(crate) use pool::Pool;
pub use pool::PoolUse;
pub(crate) use watched::{Sources, Watched};

use self::client::OnRuntime;
use crate::{Config, ConfigError, Sampler};

/// Google's own endpoint, which wants an access token.
const GOOGLE: &str = "telemetry.googleapis.com";

/// For all that is left to send at the end.
const LAST_WORDS: Duration = Duration::from_millis(1500);

const SCOPE: &str = "callgate";

/// What measures the calls of one server, and sends it.
#[derive(Debug)]
pub(crate) struct Telemetry {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    calls: Arc<Calls>,
}

impl Telemetry {
    /// Begins, where an endpoint is configured.
    ///
    /// # Errors
    ///
    /// Where the endpoint wants credentials that cannot be read.
    pub(crate) async fn start(
        config: &Config,
        sources: Sources,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(endpoint) = &config.telemetry.endpoint else {
            return Ok(None);
        };
        let credentials = is_google(endpoint)
            .then(|| config.credentials())
            .transpose()?;
        let headers = config.telemetry.headers.clone();
        let client = OnRuntime::new(headers, credentials).map_err(wrong)?;
        let resource = resource::of(config).await;

        let spans = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(client.clone())
            .with_endpoint(signal(endpoint, "traces"))
            .build()
            .map_err(wrong)?;
        let traces = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            .with_sampler(sampler(config.telemetry.sampler))
            .with_batch_exporter(spans)
            .build();

        let points = MetricExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(client)
            .with_endpoint(signal(endpoint, "metrics"))
            .build()
            .map_err(wrong)?;
        let reader = PeriodicReader::builder(points)
            .with_interval(config.telemetry.metric_interval)
            .build();
        let metrics = SdkMeterProvider::builder()
            .with_resource(resource)
            .with_reader(reader)
            .build();

        let meter = metrics.meter(SCOPE);
        let calls = Arc::new(Calls::new(traces.tracer(SCOPE), &meter));
        sources.register(&meter);
        tracing::info!(
            endpoint = endpoint.host_str(),
            "traces and metrics are sent"
        );
        Ok(Some(Self {
            traces,
            metrics,
            calls,
        }))
    }

    pub(crate) fn calls(&self) -> Arc<Calls> {
        Arc::clone(&self.calls)
    }

    /// Begins to send what there is, and waits for nothing: less is left for the end.
    pub(crate) fn flush_soon(&self) {
        let (traces, metrics) = (self.traces.clone(), self.metrics.clone());
        thread::spawn(move || {
            let _ = traces.force_flush();
            let _ = metrics.force_flush();
        });
    }

    /// Sends what is left, as far as there is time.
    pub(crate) async fn end(self) {
        let (done, all_sent) = oneshot::channel();
        let Self {
            traces, metrics, ..
        } = self;
        // On threads of their own, and not the runtime's, which would wait for them.
        thread::spawn(move || {
            let spans = thread::spawn(move || traces.shutdown_with_timeout(LAST_WORDS).is_ok());
            let points = metrics.shutdown_with_timeout(LAST_WORDS).is_ok();
            let _ = done.send(points & spans.join().unwrap_or(false));
        });
        if !matches!(timeout(LAST_WORDS, all_sent).await, Ok(Ok(true))) {
            tracing::warn!("the last traces and metrics could not be sent");
        }
    }
}

/// Whether it may have an access token of ours.
fn is_google(endpoint: &Url) -> bool {
    endpoint.scheme() == "https" && endpoint.host_str() == Some(GOOGLE)
}

/// The address of a signal, below the endpoint: <https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp>.
fn signal(endpoint: &Url, signal: &str) -> String {
    format!("{}/v1/{signal}", endpoint.as_str().trim_end_matches('/'))
}

fn sampler(sampler: Sampler) -> SdkSampler {
    let Sampler {
        ratio,
        parent_based,
    } = sampler;
    let root = match ratio {
        ratio if ratio >= 1.0 => SdkSampler::AlwaysOn,
        ratio if ratio <= 0.0 => SdkSampler::AlwaysOff,
        ratio => SdkSampler::TraceIdRatioBased(ratio),
    };
    match parent_based {
        true => SdkSampler::ParentBased(Box::new(root)),
        false => root,
    }
}

fn wrong(error: impl Display) -> ConfigError {
    ConfigError::new("OTEL_EXPORTER_OTLP_ENDPOINT", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_tokens_are_for_googles_own_endpoint_only() {
        let is_google = |url: &str| is_google(&url.parse().expect("a URL"));
        assert!(is_google("https://telemetry.googleapis.com"));
        for other in [
            "http://telemetry.googleapis.com",
            "https://telemetry.googleapis.com.example.com",
            "https://example.com/telemetry.googleapis.com",
            "http://localhost:4318",
        ] {
            assert!(!is_google(other), "{other}");
        }
    }

    #[test]
    fn signals_are_below_the_endpoint() {
        for (endpoint, expected) in [
            ("http://localhost:4318", "http://localhost:4318/v1/traces"),
            (
                "https://a.example/otlp/",
                "https://a.example/otlp/v1/traces",
            ),
        ] {
            let endpoint = endpoint.parse().expect("a URL");
            assert_eq!(signal(&endpoint, "traces"), expected);
        }
    }
}
