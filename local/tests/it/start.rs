//! What a person reads when it does not start.

use std::{net::TcpListener, process::Output};

use crate::program;

pub(crate) fn complaint(output: &Output) -> String {
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_port_that_is_taken_is_told_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let output = program(folder.path())
        .env("PORT", port.to_string())
        .output()
        .unwrap();
    let complaint = complaint(&output);
    assert!(
        complaint.contains(&format!("cannot listen on 127.0.0.1:{port}")),
        "{complaint}"
    );
    assert!(complaint.contains("PORT="), "{complaint}");
}

#[test]
fn a_port_or_a_lifetime_that_is_none_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for (variable, value) in [("PORT", "http"), ("CALLGATE_LOCAL_TOKEN_LIFETIME", "0")] {
        let output = program(folder.path())
            .env(variable, value)
            .output()
            .unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(value), "{variable}: {complaint}");
    }
}

#[test]
fn it_does_not_start_in_production() {
    let folder = tempfile::tempdir().unwrap();
    for variable in ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"] {
        let output = program(folder.path()).env(variable, "x").output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(variable), "{complaint}");
    }
}

#[test]
fn a_state_that_cannot_be_read_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("identity.json");
    std::fs::write(&file, "{").unwrap();
    let output = program(folder.path()).output().unwrap();
    let complaint = complaint(&output);
    assert!(
        complaint.contains(&*folder.path().to_string_lossy()),
        "{complaint}"
    );
}
