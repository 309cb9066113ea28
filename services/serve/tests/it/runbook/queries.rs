//! What the queries of the alerts and of the dashboard ask for is there.

use std::collections::BTreeSet;

use callgate::Denial;
use callgate_serve::telemetry::{
    Instrument, METRICS, Metric,
    names::{OTHER_REASONS, OUTCOME, POOL_STATE, REASON, STATUS_CODE, STREAMING, TOKEN},
};
use serde_json::Value;

use super::{alerts, read};

const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// What Google makes of a resource: <https://cloud.google.com/stackdriver/docs/reference/telemetry/v1.metrics>. `le` is a histogram's.
const RESOURCE: [&str; 3] = ["job", "instance", "le"];

/// All queries below a value, under the names that Google gives them.
fn queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("query" | "prometheusQuery", Value::String(query)) => {
                        found.push(query.clone());
                    }
                    _ => queries(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

fn of_the_dashboard() -> Vec<String> {
    let dashboard = read("deploy/monitoring/dashboard.json");
    let mut found = Vec::new();
    queries(&serde_json::from_str(&dashboard).expect("JSON"), &mut found);
    found
}

/// The metric of this name, or of the name that `PromQL` gives a histogram's buckets.
fn metric(name: &str) -> Option<&'static Metric> {
    let buckets = name.strip_suffix("_bucket");
    METRICS.iter().find(|metric| match metric.kind {
        Instrument::Histogram => Some(metric.name) == buckets,
        _ => metric.name == name,
    })
}

/// Whether an attribute may have this value.
fn may_be(attribute: &str, value: &str) -> bool {
    let one_of = |values: &[&str]| values.contains(&value);
    match attribute {
        REASON => one_of(&Denial::REASONS) || one_of(&OTHER_REASONS) || value.is_empty(),
        STATUS_CODE => one_of(&CODES),
        TOKEN => one_of(&["firebase", "session_cookie", "iap", "google", "app_check"]),
        OUTCOME => one_of(&["cached", "verified", "refused"]),
        STREAMING => one_of(&["true", "false"]),
        POOL_STATE => one_of(&["used", "idle"]),
        _ => false,
    }
}

/// The names of the metrics that a query asks for; or what it names that is not there.
fn asked(query: &str) -> Result<BTreeSet<&'static str>, String> {
    let parts: Vec<&str> = query.split('"').collect();
    let mut metrics = BTreeSet::new();
    let mut attributes: BTreeSet<&str> = BTreeSet::new();
    let mut label = None;
    for quoted in (1..parts.len()).step_by(2) {
        let (text, before, after) = (
            parts[quoted],
            parts[quoted - 1].trim_end(),
            parts[quoted + 1].trim_start(),
        );
        if let Some(label) = label.take_if(|_| before.starts_with(['=', '!'])) {
            for value in text.split('|') {
                if !may_be(label, value) {
                    return Err(format!("{label} is never {value:?}"));
                }
            }
        } else if before.ends_with('{') {
            let metric = metric(text).ok_or_else(|| format!("there is no metric {text}"))?;
            metrics.insert(metric.name);
            attributes.extend(metric.attributes);
        } else {
            label = after.starts_with(['=', '!']).then_some(text);
            // Whether a metric has it is known at the end: `sum by` stands first.
            if !METRICS
                .iter()
                .any(|metric| metric.attributes.contains(&text))
            {
                return Err(format!("there is no attribute {text}"));
            }
        }
    }
    let by = query
        .split(" by (")
        .skip(1)
        .chain(query.split("on (").skip(1));
    for list in by {
        let list = list.split(')').next().unwrap_or_default();
        for name in list.split(',').map(str::trim) {
            let known = match name.trim_matches('"') {
                quoted if quoted != name => attributes.contains(&quoted),
                name => RESOURCE.contains(&name),
            };
            if !known {
                return Err(format!("none of the metrics has {name}"));
            }
        }
    }
    if metrics.is_empty() {
        return Err("it asks for nothing".to_owned());
    }
    Ok(metrics)
}

#[test]
fn alerts_and_dashboard_ask_for_metrics_attributes_and_values_that_exist() {
    for (file, alert) in alerts() {
        let mut found = Vec::new();
        queries(&alert, &mut found);
        assert_eq!(found.len(), 1, "{file}");
        asked(&found[0]).unwrap_or_else(|fault| panic!("{file}: {fault}"));
    }
    for query in of_the_dashboard() {
        asked(&query).unwrap_or_else(|fault| panic!("{query}: {fault}"));
    }
}

#[test]
fn every_metric_is_on_the_dashboard() {
    let shown: BTreeSet<&str> = of_the_dashboard()
        .iter()
        .flat_map(|query| asked(query).expect("a query"))
        .collect();
    assert_eq!(shown, METRICS.iter().map(|metric| metric.name).collect());
}

#[test]
fn there_are_alerts_on_refusals_keys_errors_and_latency() {
    let asked: BTreeSet<&str> = alerts()
        .iter()
        .flat_map(|(_, alert)| {
            let mut found = Vec::new();
            queries(alert, &mut found);
            asked(&found[0]).expect("a query")
        })
        .collect();
    for metric in [
        "callgate.calls",
        "callgate.keys.age",
        "rpc.server.call.duration",
    ] {
        assert!(asked.contains(metric), "{metric}");
    }
}

#[test]
fn a_query_that_names_what_is_not_there_is_told() {
    for (query, fault) in [
        (
            r#"rate({"callgate.call"}[5m])"#,
            "there is no metric callgate.call",
        ),
        (
            r#"rate({"rpc.server.call.duration"}[5m])"#,
            "there is no metric rpc.server.call.duration",
        ),
        (
            r#"{"callgate.calls", "callgate.reasn"="ROLE_REQUIRED"}"#,
            "there is no attribute callgate.reasn",
        ),
        (
            r#"{"callgate.calls", "callgate.reason"=~"ROLE_REQUIRED|ROLE"}"#,
            "callgate.reason is never \"ROLE\"",
        ),
        (
            r#"sum by ("callgate.token") ({"callgate.calls"})"#,
            "none of the metrics has \"callgate.token\"",
        ),
        (
            r#"sum by (service) ({"callgate.calls"})"#,
            "none of the metrics has service",
        ),
        ("up", "it asks for nothing"),
    ] {
        assert_eq!(asked(query), Err(fault.to_owned()));
    }
}
