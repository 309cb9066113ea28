//! Rules for a service as a whole.

use super::{Program, Service};

/// What its own account is called before the `@`, followed by the service's name.
const ACCOUNT: &str = "callgate-";

const IAP: &str = "run.googleapis.com/iap-enabled";
const NO_INVOKER_CHECK: &str = "run.googleapis.com/invoker-iam-disabled";

pub(super) fn names(service: &Service, _: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    let kind = (service.api_version.as_str(), service.kind.as_str());
    if kind != ("serving.knative.dev/v1", "Service") {
        faults.push("apiVersion, kind: not a Service of serving.knative.dev/v1".to_owned());
    }
    let name = &service.metadata.name;
    let account = &service.spec.template.spec.service_account_name;
    let own = account.strip_prefix(&format!("{ACCOUNT}{name}@"));
    if !own.is_some_and(|project| project.ends_with(".iam.gserviceaccount.com")) {
        faults.push(format!(
            "serviceAccountName: {account} is not {name}'s own, {ACCOUNT}{name}@PROJECT.iam.gserviceaccount.com"
        ));
    }
    faults
}

/// Only a digest says which image it is: a tag can be moved.
pub(super) fn image(service: &Service, _: &Program) -> Vec<String> {
    let is_digest = |text: &str| {
        text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut faults = Vec::new();
    for container in service.containers() {
        let image = &container.image;
        match image.split_once("@sha256:") {
            Some((path, digest)) if is_digest(digest) && !has_tag(path) => (),
            _ => faults.push(format!("image: {image} is not by digest, NAME@sha256:..")),
        }
    }
    faults
}

fn has_tag(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains(':'))
}

/// Over `http1` gRPC does not arrive, and the end of a caller's connection does not either.
pub(super) fn port(service: &Service, _: &Program) -> Vec<String> {
    let Some(container) = service.container() else {
        return vec!["containers: one of them has to have a port, and only one".to_owned()];
    };
    match container.ports.as_slice() {
        [port] if port.name == "h2c" => Vec::new(),
        [port] => vec![format!("ports: {} is not h2c, which gRPC needs", port.name)],
        _ => vec!["ports: Cloud Run takes one".to_owned()],
    }
}

/// Public services let everyone through to the gate; internal ones let in only Identity-Aware Proxy (G25).
pub(super) fn invoker(service: &Service, program: &Program) -> Vec<String> {
    let proxied = service.annotation(IAP);
    let unchecked = service.annotation(NO_INVOKER_CHECK);
    match (program.internal, proxied, unchecked) {
        (true, Some("true"), None) | (false, None, Some("true")) => Vec::new(),
        (true, ..) => vec![format!(
            "metadata.annotations: internal users call it, so {IAP} has to be true, and {NO_INVOKER_CHECK} must not be there"
        )],
        (false, ..) => vec![format!(
            "metadata.annotations: end users call it, so {NO_INVOKER_CHECK} has to be true, and {IAP} must not be there"
        )],
    }
}

/// Annotations are free text to the schema; these are not to Cloud Run.
pub(super) fn annotations(service: &Service, _: &Program) -> Vec<String> {
    let ingress = service.annotation("run.googleapis.com/ingress");
    let boost = service.revision_annotation("run.googleapis.com/startup-cpu-boost");
    let mut faults = Vec::new();
    let everywhere = ["all", "internal", "internal-and-cloud-load-balancing"];
    if !ingress.is_some_and(|from| everywhere.contains(&from)) {
        faults.push(format!(
            "run.googleapis.com/ingress: none of {}",
            everywhere.join(", ")
        ));
    }
    if !matches!(boost, None | Some("true" | "false")) {
        faults.push("run.googleapis.com/startup-cpu-boost: neither true nor false".to_owned());
    }
    faults
}

/// Concurrency, times, memory and CPU: each said, within what Cloud Run allows, and in keeping with each other.
pub(super) fn bounds(service: &Service, program: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    let revision = &service.spec.template.spec;
    let concurrency = revision.container_concurrency;
    if !(1..=1000).contains(&concurrency) {
        faults.push("containerConcurrency: Cloud Run takes 1 to 1000".to_owned());
    }
    if !(1..=3600).contains(&revision.timeout_seconds) {
        faults.push("timeoutSeconds: Cloud Run takes 1 to 3600".to_owned());
    }
    for container in service.containers() {
        let limits = &container.resources.limits;
        let cpu = limits.cpu.parse().unwrap_or(0.0);
        if concurrency > 1 && cpu < 1.0 {
            faults.push(
                "resources.limits.cpu: more than one call at a time takes a whole one".to_owned(),
            );
        }
        let (number, unit) = limits
            .memory
            .split_at(limits.memory.len().saturating_sub(2));
        if !["Mi", "Gi"].contains(&unit) || number.parse::<u32>().is_err() {
            faults.push("resources.limits.memory: not like 512Mi".to_owned());
        }
    }
    let number = |name: &str| {
        service
            .setting(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let per_connection = "CALLGATE_MAX_STREAMS_PER_CONNECTION";
    if concurrency > 200 && number(per_connection).is_none_or(|most| most < concurrency) {
        faults.push(format!(
            "env: {per_connection} has to be {concurrency} or more, as containerConcurrency is"
        ));
    }
    if program.streams {
        if revision.timeout_seconds < 3600 {
            faults.push(
                "timeoutSeconds: it streams, for as long as Cloud Run allows: 3600".to_owned(),
            );
        }
        let open = "CALLGATE_MAX_OPEN_STREAMS";
        if number(open).is_none_or(|most| most >= concurrency) {
            faults.push(format!(
                "env: {open} has to be less than containerConcurrency, or streams leave no place for calls"
            ));
        }
    }
    faults
}

/// Instances have bounds, the same for service and revision; CPU between calls is said, and only bought for instances that stay.
pub(super) fn scale(service: &Service, _: &Program) -> Vec<String> {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u64>().ok());
    let least = number(service.annotation("run.googleapis.com/minScale"));
    let most = number(service.annotation("run.googleapis.com/maxScale"));
    let of_revision = number(service.revision_annotation("autoscaling.knative.dev/maxScale"));
    let mut faults = Vec::new();
    let (Some(least), Some(most)) = (least, most) else {
        return vec![
            "metadata.annotations: run.googleapis.com/minScale and maxScale have to be numbers"
                .to_owned(),
        ];
    };
    if least > most || most == 0 {
        faults.push(format!(
            "metadata.annotations: {least} instances at least, {most} at most"
        ));
    }
    if of_revision != Some(most) {
        faults.push(
            "autoscaling.knative.dev/maxScale: not as run.googleapis.com/maxScale".to_owned(),
        );
    }
    match service.revision_annotation("run.googleapis.com/cpu-throttling") {
        Some("true") => (),
        Some("false") if least > 0 => (),
        Some("false") => faults.push(
            "run.googleapis.com/cpu-throttling: CPU between calls is of no use to instances that go when there are none: \
             minScale is 0"
                .to_owned(),
        ),
        _ => faults.push("run.googleapis.com/cpu-throttling: neither true nor false".to_owned()),
    }
    faults
}

/// The socket of Cloud SQL is there for who keeps data, and for nobody else.
pub(super) fn database(service: &Service, _: &Program) -> Vec<String> {
    let socket = service.revision_annotation("run.googleapis.com/cloudsql-instances");
    match (service.is_set("DATABASE_URL"), socket) {
        (true, Some(instance)) if instance.split(':').count() == 3 => Vec::new(),
        (false, None) => Vec::new(),
        (true, _) => vec!["run.googleapis.com/cloudsql-instances: not PROJECT:REGION:INSTANCE, as DATABASE_URL wants it".to_owned()],
        (false, Some(_)) => vec!["run.googleapis.com/cloudsql-instances: nothing uses it".to_owned()],
    }
}

/// Traffic goes to revisions by name: a new one gets none by being there.
pub(super) fn traffic(service: &Service, _: &Program) -> Vec<String> {
    let prefix = format!("{}-", service.metadata.name);
    let template = &service.spec.template.metadata.name;
    let named = service
        .spec
        .traffic
        .iter()
        .map(|target| target.revision_name.as_deref());
    let mut faults = Vec::new();
    for name in named.chain([Some(template.as_str())]) {
        if !name.is_some_and(|name| name.starts_with(&prefix) && name.len() > prefix.len()) {
            let name = name.unwrap_or("(none)");
            faults.push(format!("revision {name}: a name begins with {prefix}"));
        }
    }
    let percent: u64 = service
        .spec
        .traffic
        .iter()
        .map(|target| target.percent)
        .sum();
    if percent != 100 {
        faults.push(format!("spec.traffic: {percent} percent in all"));
    }
    faults
}
