//! Who sends: the attributes that all traces and metrics of a process have in common.

use std::path::Path;

use opentelemetry::{KeyValue, trace::TraceId};
use opentelemetry_sdk::{
    Resource,
    resource::{EnvResourceDetector, TelemetryResourceDetector},
    trace::{IdGenerator, RandomIdGenerator},
};

use crate::{Config, project};

/// This process. What the metadata server does not say is left out; `OTEL_RESOURCE_ATTRIBUTES` has the last word.
pub(super) async fn of(config: &Config) -> Resource {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let service = variable("K_SERVICE");
    let name = config.telemetry.service_name.clone();
    let name = name.or_else(|| service.clone()).unwrap_or_else(program);
    let mut attributes = vec![
        KeyValue::new("service.name", name),
        // Two instances that count under one name would correct each other's counts.
        KeyValue::new("service.instance.id", instance().to_string()),
    ];
    let mut project_id = config.project_id.clone();
    if config.platform.is_cloud_run() {
        attributes.push(KeyValue::new("cloud.provider", "gcp"));
        attributes.push(KeyValue::new("cloud.platform", "gcp_cloud_run"));
        if let Some(service) = service {
            attributes.push(KeyValue::new("faas.name", service));
        }
        if let Some(revision) = variable("K_REVISION") {
            attributes.push(KeyValue::new("service.version", revision));
        }
        let (here, region) = tokio::join!(project::from_metadata_server(), project::region());
        match here {
            // Where it runs, which need not be the project of its users.
            Ok(id) => project_id = Some(id),
            Err(error) => tracing::warn!("traces and metrics lack their project: {error}"),
        }
        match region {
            Ok(region) => attributes.push(KeyValue::new("cloud.region", region)),
            Err(error) => tracing::warn!("traces and metrics lack their region: {error}"),
        }
    }
    if let Some(id) = project_id {
        attributes.push(KeyValue::new("cloud.account.id", id.clone()));
        // By which telemetry.googleapis.com knows where they belong.
        attributes.push(KeyValue::new("gcp.project_id", id));
    }
    Resource::builder_empty()
        .with_attributes(attributes)
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()))
        .build()
}

/// The name of the program's file.
fn program() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = Path::new(&path).file_name();
    name.map_or_else(
        || "unknown".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// 128 random bits.
fn instance() -> TraceId {
    RandomIdGenerator::default().new_trace_id()
}
