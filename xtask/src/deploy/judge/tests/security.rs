//! Faults that would let in somebody, or something, that should stay outside.

use super::{FILE, refused, with};

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
        "- name: RUST_LOG\n              value: info\n            # postgres://votes:PASSWORD@localhost/votes?host=/cloudsql/INSTANCE\n            - name: DATABASE_URL\n              valueFrom:\n                secretKeyRef:\n                  name: callgate-votes-database-url\n                  key: \"1\"",
        "- name: DATABASE_URL\n              value: postgres://votes:secret@localhost/callgate",
        "env: DATABASE_URL holds a password or a key: it has to be a secret",
    );
    refused(
        FILE,
        "- name: CALLGATE_TENANTS",
        "- name: OTEL_EXPORTER_OTLP_HEADERS",
        "env: OTEL_EXPORTER_OTLP_HEADERS holds a password or a key: it has to be a secret",
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
