//! Service files with one fault each: every one is refused, with its file and the reason.

mod bounds;
mod security;

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
fn a_misspelt_value_of_an_annotation_is_refused() {
    refused(
        FILE,
        "ingress: all",
        "ingress: al",
        "run.googleapis.com/ingress: none of all, internal, internal-and-cloud-load-balancing",
    );
    refused(
        FILE,
        "startup-cpu-boost: \"true\"",
        "startup-cpu-boost: \"yes\"",
        "run.googleapis.com/startup-cpu-boost: neither true nor false",
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
fn a_program_without_a_file_is_told() {
    let (variables, mut files) = example().expect("it renders");
    files.retain(|one| !["site.yaml", "admin.iam.yaml"].contains(&one.name()));
    let faults = faults(&files, &variables).expect("it can be judged");
    assert_eq!(faults.len(), 2, "{faults:?}");
}
