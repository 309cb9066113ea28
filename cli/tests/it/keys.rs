//! The forms in which a file may hold keys.

use serde_json::json;

use crate::command::{NOW, file, run, token};

const CERTIFICATE: &str = include_str!("rsa-1.crt.pem");
const PUBLIC_KEY: &str = include_str!("rsa-2.pub.pem");

/// The status and the errors of explaining this token with these keys.
fn explain(keys: &str, token: &str) -> (Option<i32>, String) {
    let keys = file(keys);
    let path = keys.path().to_str().expect("a path");
    let now = NOW.to_string();
    let args = [
        "explain",
        "--project-id",
        "demo-callgate",
        "--keys-file-firebase",
        path,
        "--now",
        &now,
    ];
    let answer = run(&args, &[], token);
    (answer.status, answer.err)
}

#[test]
fn certificates_and_public_keys_by_kid_are_taken() {
    let keys = json!({"test-key-1": CERTIFICATE, "test-key-2": PUBLIC_KEY}).to_string();
    assert_eq!(explain(&keys, &token().sign()).0, Some(0));
    assert_eq!(explain(&keys, &token().key(2).sign()).0, Some(0));
    assert_eq!(explain(&keys, &token().key(3).sign()).0, Some(1));
    // Right name, wrong key.
    assert_eq!(explain(&keys, &token().forged_with(2).sign()).0, Some(1));
}

#[test]
fn what_holds_no_keys_is_refused() {
    let twice = format!("{{\"a\": {0}, \"a\": {0}}}", json!(PUBLIC_KEY));
    let private = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
    let rows = [
        ("{}".to_owned(), "no usable key"),
        ("[]".to_owned(), "no JWK set"),
        (twice, "two keys"),
        (
            json!({"a": private}).to_string(),
            "neither a certificate nor a public key",
        ),
        (json!({"a": "x"}).to_string(), "not one PEM text"),
        (
            json!({"a": PUBLIC_KEY.replace("MIIB", "MIIC")}).to_string(),
            "no RSA key",
        ),
    ];
    for (keys, words) in rows {
        let (status, err) = explain(&keys, &token().sign());
        assert_eq!(status, Some(2), "{keys}");
        assert!(
            err.contains("CALLGATE_KEYS_FILE_FIREBASE") && err.contains(words),
            "{keys}: {err}"
        );
    }
}
