//! A receiver of traces and metrics, as a collector is one.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::{HeaderMap, StatusCode};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value},
    metrics::v1::{HistogramDataPoint, metric, number_data_point},
    trace::v1::Span,
};
use prost::Message;
use tokio::net::TcpListener;

/// Attributes, as text.
pub(crate) type Attributes = BTreeMap<String, String>;

/// Takes what is sent to it.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Received>,
}

#[derive(Default)]
struct Received {
    requests: AtomicUsize,
    /// Whether it answers 503.
    is_away: std::sync::atomic::AtomicBool,
    headers: Mutex<Vec<HeaderMap>>,
    bytes: Mutex<Vec<u8>>,
    traces: Mutex<Vec<ExportTraceServiceRequest>>,
    /// Each with everything counted so far.
    metrics: Mutex<Vec<ExportMetricsServiceRequest>>,
}

/// A metric as it was last received.
pub(crate) struct Points {
    pub(crate) kind: &'static str,
    pub(crate) unit: String,
    pub(crate) values: Vec<(Attributes, f64)>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let received = Arc::new(Received::default());
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .with_state(received.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, received }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> usize {
        self.received.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn go_away(&self, away: bool) {
        self.received.is_away.store(away, Ordering::Relaxed);
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.received.headers.lock().expect("no panic").clone()
    }

    /// All that was received, as it came.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.received.bytes.lock().expect("no panic").clone()
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let traces = self.received.traces.lock().expect("no panic");
        let resources = traces.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The attributes of who sent the traces.
    pub(crate) fn resource(&self) -> Attributes {
        let traces = self.received.traces.lock().expect("no panic");
        let first = traces.first().expect("a request");
        let resource = first.resource_spans[0].resource.clone();
        attributes(&resource.expect("a resource").attributes)
    }

    /// The names of all metrics, as they were last received.
    pub(crate) fn names(&self) -> Vec<String> {
        self.last().into_keys().collect()
    }

    /// A metric as it was last received.
    pub(crate) fn points(&self, name: &str) -> Points {
        let mut last = self.last();
        let names: Vec<_> = last.keys().cloned().collect();
        last.remove(name)
            .unwrap_or_else(|| panic!("no {name}, but {names:?}"))
    }

    /// The value of the one point with these attributes; 0 where there is none.
    pub(crate) fn value(&self, name: &str, expected: &[(&str, &str)]) -> f64 {
        let expected: Attributes = expected
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let points = self.points(name).values.into_iter();
        let mut found = points.filter(|(attributes, _)| *attributes == expected);
        let value = found.next().map_or(0.0, |(_, value)| value);
        assert!(found.next().is_none(), "one point each");
        value
    }

    fn last(&self) -> BTreeMap<String, Points> {
        let metrics = self.received.metrics.lock().expect("no panic");
        let Some(last) = metrics.last() else {
            return BTreeMap::new();
        };
        let resources = last.resource_metrics.iter();
        let scopes = resources.flat_map(|resource| &resource.scope_metrics);
        scopes
            .flat_map(|scope| &scope.metrics)
            .map(|metric| {
                let (kind, values) = match metric.data.clone().expect("data") {
                    metric::Data::Gauge(gauge) => ("gauge", numbers(&gauge.data_points)),
                    metric::Data::Sum(sum) => {
                        // Cumulative, as Cloud Monitoring wants it.
                        assert_eq!(sum.aggregation_temporality, 2, "{}", metric.name);
                        let kind = match sum.is_monotonic {
                            true => "counter",
                            false => "up-down counter",
                        };
                        (kind, numbers(&sum.data_points))
                    }
                    metric::Data::Histogram(histogram) => {
                        ("histogram", counts(&histogram.data_points))
                    }
                    other => panic!("{other:?}"),
                };
                let unit = metric.unit.clone();
                let points = Points { kind, unit, values };
                (metric.name.clone(), points)
            })
            .collect()
    }
}

async fn traces(State(received): State<Arc<Received>>, head: HeaderMap, body: Bytes) -> StatusCode {
    let status = received.take(head, &body);
    if status.is_success() {
        let request = ExportTraceServiceRequest::decode(body).expect("a request");
        received.traces.lock().expect("no panic").push(request);
    }
    status
}

async fn metrics(
    State(received): State<Arc<Received>>,
    head: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let status = received.take(head, &body);
    if status.is_success() {
        let request = ExportMetricsServiceRequest::decode(body).expect("a request");
        received.metrics.lock().expect("no panic").push(request);
    }
    status
}

impl Received {
    fn take(&self, head: HeaderMap, body: &[u8]) -> StatusCode {
        assert_eq!(head["content-type"], "application/x-protobuf");
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.headers.lock().expect("no panic").push(head);
        self.bytes.lock().expect("no panic").extend_from_slice(body);
        match self.is_away.load(Ordering::Relaxed) {
            true => StatusCode::BAD_GATEWAY,
            false => StatusCode::OK,
        }
    }
}

/// As text, the way that labels are.
pub(crate) fn attributes(attributes: &[KeyValue]) -> Attributes {
    let text = |value: &KeyValue| match value.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        any_value::Value::BoolValue(is) => Some(is.to_string()),
        other => panic!("{other:?}"),
    };
    attributes
        .iter()
        .map(|value| (value.key.clone(), text(value).expect("a value")))
        .collect()
}

fn numbers(
    points: &[opentelemetry_proto::tonic::metrics::v1::NumberDataPoint],
) -> Vec<(Attributes, f64)> {
    let value = |value| match value {
        Some(number_data_point::Value::AsDouble(value)) => value,
        #[expect(clippy::cast_precision_loss, reason = "tests count to small numbers")]
        Some(number_data_point::Value::AsInt(value)) => value as f64,
        None => panic!("no value"),
    };
    points
        .iter()
        .map(|point| (attributes(&point.attributes), value(point.value)))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "tests count to small numbers")]
fn counts(points: &[HistogramDataPoint]) -> Vec<(Attributes, f64)> {
    points
        .iter()
        .map(|point| (attributes(&point.attributes), point.count as f64))
        .collect()
}
