//! Figures that Cloud Run would not take, or that do not fit each other.

use super::{FILE, change, refused};
use crate::deploy::{judge::faults, render::example};

#[test]
fn probes_that_cloud_run_would_not_take_are_refused() {
    for (from, to, reason) in [
        (
            "failureThreshold: 60",
            "failureThreshold: 121",
            "startupProbe: Cloud Run gives it 240 s, period times threshold",
        ),
        (
            "timeoutSeconds: 1\n",
            "timeoutSeconds: 2\n",
            "startupProbe: timeoutSeconds has to be smaller than periodSeconds",
        ),
        (
            "port: 8080",
            "port: 8081",
            "startupProbe: 8081 is not the container's port",
        ),
        (
            "grpc:\n              port: 8080",
            "tcpSocket:\n              port: 8080",
            "startupProbe: not a gRPC one: the port answers nothing else",
        ),
    ] {
        refused(FILE, from, to, reason);
    }
}

#[test]
fn bounds_that_do_not_fit_each_other_are_refused() {
    for (from, to, reason) in [
        (
            "containerConcurrency: 500",
            "containerConcurrency: 1001",
            "containerConcurrency: Cloud Run takes 1 to 1000",
        ),
        (
            "timeoutSeconds: 3600",
            "timeoutSeconds: 300",
            "timeoutSeconds: it streams, for as long as Cloud Run allows: 3600",
        ),
        (
            "cpu: \"1\"",
            "cpu: \"0.5\"",
            "resources.limits.cpu: more than one call at a time takes a whole one",
        ),
        (
            "memory: 512Mi",
            "memory: 512M",
            "resources.limits.memory: not like 512Mi",
        ),
        (
            "value: \"400\"",
            "value: \"500\"",
            "env: CALLGATE_MAX_OPEN_STREAMS has to be less than containerConcurrency, or streams leave no place for calls",
        ),
        (
            "value: \"500\"",
            "value: \"200\"",
            "env: CALLGATE_MAX_STREAMS_PER_CONNECTION has to be 500 or more, as containerConcurrency is",
        ),
    ] {
        refused(FILE, from, to, reason);
    }
}

#[test]
fn cpu_between_calls_and_instances_are_in_keeping() {
    let profiles = "deploy/services/profiles.yaml";
    refused(
        profiles,
        "cpu-throttling: \"true\"",
        "cpu-throttling: \"false\"",
        "run.googleapis.com/cpu-throttling: CPU between calls is of no use to instances that go when there are none: minScale is 0",
    );
    refused(
        profiles,
        "run.googleapis.com/minScale: \"0\"",
        "run.googleapis.com/minScale: \"11\"",
        "metadata.annotations: 11 instances at least, 10 at most",
    );
    refused(
        profiles,
        "autoscaling.knative.dev/maxScale: \"10\"",
        "autoscaling.knative.dev/maxScale: \"20\"",
        "autoscaling.knative.dev/maxScale: not as run.googleapis.com/maxScale",
    );
}

#[test]
fn more_instances_than_the_database_takes_are_refused() {
    let (variables, mut files) = example().expect("it renders");
    change(
        &mut files,
        FILE,
        "run.googleapis.com/maxScale: \"10\"",
        "run.googleapis.com/maxScale: \"100\"",
    );
    change(
        &mut files,
        FILE,
        "autoscaling.knative.dev/maxScale: \"10\"",
        "autoscaling.knative.dev/maxScale: \"100\"",
    );
    let faults = faults(&files, &variables).expect("it can be judged");
    assert!(
        faults[0].starts_with("SQL_MAX_CONNECTIONS is 200: 102 instances"),
        "{faults:?}"
    );
}
