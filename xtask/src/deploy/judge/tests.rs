//! Service files with one fault each: every one is refused, with its file and the reason.

use super::{Rendered, faults};
use crate::deploy::render::example;

const FILE: &str = "deploy/services/votes.yaml";

/// The faults of the example once `from` is `to` in one of its files.
fn with(file: &str, from: &str, to: &str) -> Vec<String> {
    let (variables, mut files) = example().expect("it renders");
    change(&mut files, file, from, to);
    faults(&files, &variables).expect("it can be judged")
}

fn change(files: &mut [Rendered], file: &str, from: &str, to: &str) {
    let one = files.iter_mut().find(|one| one.file == file);
    let one = one.expect("the file is there");
    assert!(one.text.contains(from), "{file} has no {from}");
    one.text = one.text.replacen(from, to, 1);
}

/// Says that the change is refused for this reason.
#[track_caller]
fn refused(file: &str, from: &str, to: &str, reason: &str) {
    let faults = with(file, from, to);
    let told = faults
        .iter()
        .any(|fault| fault == &format!("{file}: {reason}"));
    assert!(told, "{from:?} -> {to:?}: {faults:#?}");
}

#[test]
fn the_example_is_fine() {
    assert_eq!(with(FILE, "a", "a"), [""; 0]);
}

#[test]
fn a_misspelt_key_is_refused() {
    refused(
        FILE,
        "containerConcurrency:",
        "containerConcurency:",
        "spec.template.spec.containerConcurency: Google knows no such key",
    );
    refused(
        FILE,
        "run.googleapis.com/cpu-throttling",
        "run.googleapis.com/cpu-throtling",
        "spec.template.metadata.annotations: Google knows no run.googleapis.com/cpu-throtling of a Revision",
    );
    let twice = with(FILE, "kind: Service", "kind: Service\nkind: Service");
    assert!(
        twice[0].starts_with(FILE) && twice[0].contains("duplicate"),
        "{twice:?}"
    );
}

#[test]
fn a_port_that_is_not_h2c_is_refused() {
    refused(
        FILE,
        "name: h2c",
        "name: http1",
        "ports: http1 is not h2c, which gRPC needs",
    );
}

#[test]
fn a_tag_instead_of_a_digest_is_refused() {
    let digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000001";
    let image = "europe-west1-docker.pkg.dev/example-project/callgate/votes";
    for (tag, why) in [(":v1", ":v1"), ("", ""), ("@sha256:01", "@sha256:01")] {
        let reason = format!("image: {image}{why} is not by digest, NAME@sha256:..");
        refused(FILE, digest, tag, &reason);
    }
}

#[test]
fn a_probe_of_a_name_that_the_code_does_not_register_is_refused() {
    let file = "deploy/services/profiles.yaml";
    refused(
        file,
        "service: profiles.v1.ProfileService",
        "service: profiles.v1.Profiles",
        "startupProbe: the code registers no profiles.v1.Profiles; it registers profiles.v1.ProfileService, and the empty name",
    );
    let liveness = "livenessProbe:\n            grpc:\n              port: 8080\n";
    let named = format!("{liveness}              service: profiles.v1.ProfileService\n");
    let faults = with(file, liveness, &named);
    assert!(
        faults[0].contains("only the server's own name"),
        "{faults:?}"
    );
}

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
fn a_variable_that_the_program_does_not_know_is_refused() {
    refused(
        FILE,
        "- name: CALLGATE_TENANTS",
        "- name: CALLGATE_TENANT",
        "env: CALLGATE_TENANT is no setting of this program",
    );
    refused(
        FILE,
        "- name: CALLGATE_TENANTS",
        "- name: CALLGATE_PROJECT_ID",
        "env: CALLGATE_PROJECT_ID is there twice",
    );
}

#[test]
fn what_weakens_verification_is_refused() {
    refused(
        FILE,
        "- name: CALLGATE_TENANTS",
        "- name: FIREBASE_AUTH_EMULATOR_HOST",
        "env: FIREBASE_AUTH_EMULATOR_HOST may not be set: the emulator's tokens are unsigned (G22)",
    );
    refused(
        FILE,
        "- name: CALLGATE_TENANTS",
        "- name: CALLGATE_KEYS_URL_GOOGLE",
        "env: CALLGATE_KEYS_URL_GOOGLE may not be set: keys are Google's",
    );
}

#[test]
fn secrets_are_secrets_of_a_version() {
    refused(
        FILE,
        "key: \"1\"",
        "key: latest",
        "env: DATABASE_URL takes the version latest of callgate-votes-database-url: it has to be a number",
    );
    refused(
        FILE,
        "- name: RUST_LOG\n              value: info\n            # postgres://votes:PASSWORD@localhost/callgate?host=/cloudsql/INSTANCE\n            - name: DATABASE_URL\n              valueFrom:\n                secretKeyRef:\n                  name: callgate-votes-database-url\n                  key: \"1\"",
        "- name: DATABASE_URL\n              value: postgres://votes:secret@localhost/callgate",
        "env: DATABASE_URL holds a password: it has to be a secret",
    );
}

#[test]
fn who_may_invoke_a_service_is_as_its_callers_are() {
    let admin = "deploy/services/admin.yaml";
    let internal = "metadata.annotations: internal users call it, so run.googleapis.com/iap-enabled has to be true, and \
                    run.googleapis.com/invoker-iam-disabled must not be there";
    refused(
        admin,
        "iap-enabled: \"true\"",
        "iap-enabled: \"false\"",
        internal,
    );
    refused(
        admin,
        "run.googleapis.com/ingress: all",
        "run.googleapis.com/invoker-iam-disabled: \"true\"",
        internal,
    );
    let public = "metadata.annotations: end users call it, so run.googleapis.com/invoker-iam-disabled has to be true, and \
                  run.googleapis.com/iap-enabled must not be there";
    refused(
        FILE,
        "invoker-iam-disabled: \"true\"",
        "invoker-iam-disabled: \"false\"",
        public,
    );
    let grants = "deploy/services/admin.iam.yaml";
    let proxy = "serviceAccount:service-123456789012@gcp-sa-iap.iam.gserviceaccount.com";
    refused(grants, proxy, "allUsers", "bindings: allUsers is anybody");
    refused(
        grants,
        proxy,
        "user:ada@example.com",
        "bindings: user:ada@example.com may invoke it, and only Identity-Aware Proxy should",
    );
    refused(
        grants,
        "roles/run.invoker",
        "roles/editor",
        "bindings: roles/editor may do nearly anything",
    );
}

#[test]
fn an_account_of_another_service_is_refused() {
    refused(
        FILE,
        "serviceAccountName: callgate-votes@",
        "serviceAccountName: callgate-admin@",
        "serviceAccountName: callgate-admin@example-project.iam.gserviceaccount.com is not votes's own, callgate-votes@PROJECT.iam.gserviceaccount.com",
    );
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
fn the_databases_socket_is_there_for_who_keeps_data() {
    let socket = "run.googleapis.com/cloudsql-instances: example-project:europe-west1:callgate";
    for other in [
        "run.googleapis.com/sessionAffinity: \"true\"",
        "run.googleapis.com/cloudsql-instances: callgate",
    ] {
        refused(
            FILE,
            socket,
            other,
            "run.googleapis.com/cloudsql-instances: not PROJECT:REGION:INSTANCE, as DATABASE_URL wants it",
        );
    }
    refused(
        "deploy/services/profiles.yaml",
        "run.googleapis.com/startup-cpu-boost: \"true\"",
        socket,
        "run.googleapis.com/cloudsql-instances: nothing uses it",
    );
}

#[test]
fn a_file_of_another_kind_or_name_is_refused() {
    let kind = "apiVersion, kind: not a Service of serving.knative.dev/v1";
    refused(FILE, "kind: Service", "kind: Job", kind);
    refused(
        FILE,
        "serving.knative.dev/v1",
        "run.googleapis.com/v1",
        kind,
    );
    refused(
        FILE,
        "name: votes\n",
        "name: profiles\n",
        "metadata.name: not as the file is called",
    );
}

#[test]
fn a_new_revision_gets_no_traffic_by_being_there() {
    let latest = with(
        FILE,
        "- revisionName: votes-r1\n      percent: 100",
        "- latestRevision: true\n      percent: 100",
    );
    assert!(
        latest[0].contains("revision (none): a name begins with votes-"),
        "{latest:?}"
    );
    refused(
        FILE,
        "percent: 100",
        "percent: 90",
        "spec.traffic: 90 percent in all",
    );
}

#[test]
fn services_that_call_each_other_know_each_other() {
    let votes = "https://votes-123456789012.europe-west1.run.app";
    for (file, from, to, reason) in [
        (
            FILE,
            votes,
            "https://other.example.com",
            format!("admin makes tokens for {votes}, which is no audience of votes"),
        ),
        (
            FILE,
            "admin=callgate-admin@",
            "admin=callgate-site@",
            "votes does not know admin's account callgate-admin@example-project.iam.gserviceaccount.com".to_owned(),
        ),
        (
            "deploy/services/profiles.yaml",
            "- name: LOG_FORMAT\n              value: json",
            "- name: CALLGATE_AUDIENCES\n              value: https://votes-123456789012.europe-west1.run.app",
            format!("profiles and votes share the audience {votes}"),
        ),
    ] {
        assert_eq!(with(file, from, to), [reason]);
    }
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

#[test]
fn a_program_without_a_file_is_told() {
    let (variables, mut files) = example().expect("it renders");
    files.retain(|one| !["site.yaml", "admin.iam.yaml"].contains(&one.name()));
    let faults = faults(&files, &variables).expect("it can be judged");
    assert_eq!(faults.len(), 2, "{faults:?}");
}
