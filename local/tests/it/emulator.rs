//! Firebase's own emulator for the end users. What it does for a person in a browser is tested in `web/tests/emulator`, with the
//! emulator itself; here nothing listens where it should be, since no call that votes asks it anything.

use std::{path::Path, process::Command};

use callgate_testkit::EmulatorIssuer;
use serde_json::Value;

use crate::{
    Local, program,
    start::complaint,
    system::{client, sign_up, vote},
};

const HOST: &str = "FIREBASE_AUTH_EMULATOR_HOST";

/// The system with the emulator at this address.
fn with_emulator(folder: &Path, host: &str) -> Command {
    let mut command = program(folder);
    command.env(HOST, host);
    command
}

/// A token as the emulator makes it: unsigned, so that anybody can.
fn unsigned_token() -> String {
    EmulatorIssuer::new("demo-callgate").token("ada").sign()
}

#[tokio::test]
async fn with_firebases_emulator_its_unsigned_tokens_vote_and_the_embedded_identitys_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::started(with_emulator(folder.path(), "127.0.0.1:9"));
    assert_eq!(vote(&local.origin, Some(&unsigned_token())).await, "0");
    let signed = sign_up(&local.origin).await;
    assert_eq!(vote(&local.origin, Some(&signed)).await, "16");
}

#[tokio::test]
async fn without_firebases_emulator_an_unsigned_token_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    assert_eq!(vote(&local.origin, Some(&unsigned_token())).await, "16");
}

#[tokio::test]
async fn the_page_is_told_of_firebases_emulator_and_may_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::started(with_emulator(folder.path(), "127.0.0.1:9"));
    let url = format!("{}/config.json", local.origin);
    let response = client().get(url).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str();
    let connect = policy.unwrap().split("; ").find_map(|directive| {
        let sources = directive.strip_prefix("connect-src ")?;
        Some(sources.split(' ').collect::<Vec<_>>())
    });
    assert_eq!(connect.unwrap(), ["'self'", "http://127.0.0.1:9"]);
    let config: Value = response.json().await.unwrap();
    assert_eq!(config["localIdentity"], "http://127.0.0.1:9");
}

#[test]
fn the_calls_to_copy_sign_up_with_firebases_emulator() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::started(with_emulator(folder.path(), "127.0.0.1:9"));
    let mut lines = local.welcome.iter();
    let sign_up = lines.find(|line| line.starts_with("TOKEN=")).unwrap();
    let provider = "'http://127.0.0.1:9/identitytoolkit.googleapis.com/";
    assert!(sign_up.contains(provider), "{sign_up}");
}

#[test]
fn with_firebases_emulator_it_does_not_start_in_production() {
    for variable in ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"] {
        let folder = tempfile::tempdir().unwrap();
        let output = with_emulator(folder.path(), "127.0.0.1:9")
            .env(variable, "x")
            .output()
            .unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(variable), "{complaint}");
        assert!(output.stdout.is_empty(), "{variable}: it said that it runs");
    }
}

#[test]
fn an_emulator_on_another_machine_is_refused_and_the_setting_named() {
    for host in [
        "10.0.0.1:9099",
        "emulator.example:9099",
        "127.0.0.1:9@evil.example",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = with_emulator(folder.path(), host).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(HOST), "{host}: {complaint}");
    }
}
