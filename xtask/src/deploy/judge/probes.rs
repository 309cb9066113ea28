//! Rules for the probes: gRPC ones, of names that the code registers, within Cloud Run's bounds.

use super::{Program, Service};
use crate::deploy::service::{Container, Probe};

pub(super) fn probes(service: &Service, program: &Program) -> Vec<String> {
    let Some(container) = service.container() else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for (name, probe) in [
        ("startupProbe", &container.startup_probe),
        ("livenessProbe", &container.liveness_probe),
    ] {
        let found = match probe {
            None => vec!["it is missing".to_owned()],
            Some(probe) => faults_of(probe, container, program),
        };
        faults.extend(found.iter().map(|fault| format!("{name}: {fault}")));
    }
    if let Some(probe) = &container.startup_probe
        && probe.period_seconds * probe.failure_threshold > 240
    {
        faults.push("startupProbe: Cloud Run gives it 240 s, period times threshold".to_owned());
    }
    // An outage at Google makes the services NOT_SERVING, and may kill no instance.
    if let Some(grpc) = container
        .liveness_probe
        .as_ref()
        .and_then(|p| p.grpc.as_ref())
        && !grpc.service.is_empty()
    {
        faults.push(format!(
            "livenessProbe: {} does not serve while keys cannot be had; only the server's own name, the empty one, says that it lives",
            grpc.service
        ));
    }
    faults
}

fn faults_of(probe: &Probe, container: &Container, program: &Program) -> Vec<String> {
    let Some(grpc) = &probe.grpc else {
        return vec!["not a gRPC one: the port answers nothing else".to_owned()];
    };
    let mut faults = Vec::new();
    let name = &grpc.service;
    if !name.is_empty() && !program.grpc_services.contains(name) {
        faults.push(format!(
            "the code registers no {name}; it registers {}, and the empty name",
            program.grpc_services.join(", ")
        ));
    }
    if container
        .ports
        .iter()
        .all(|port| port.container_port != grpc.port)
    {
        faults.push(format!("{} is not the container's port", grpc.port));
    }
    // The discovery document wants it smaller, the product's pages smaller or equal.
    if probe.timeout_seconds == 0 || probe.timeout_seconds >= probe.period_seconds {
        faults.push("timeoutSeconds has to be smaller than periodSeconds".to_owned());
    }
    if probe.failure_threshold == 0 {
        faults.push("failureThreshold has to be 1 or more".to_owned());
    }
    faults
}
