//! The forms in which a file may hold keys.

use serde_json::json;

use crate::command::{NOW, explain_any, file, iap, run, token};

const CERTIFICATE: &str = include_str!("rsa-1.crt.pem");
const PUBLIC_KEY: &str = include_str!("rsa-2.pub.pem");

const EC_CERTIFICATE: &str = include_str!("ec-1.crt.pem");
const EC_PUBLIC_KEY: &str = include_str!("ec-2.pub.pem");
/// Of secp256k1, whose points are as long as those of P-256.
const OTHER_CURVE: &str = include_str!("ec-other-curve.pub.pem");

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
fn keys_of_identity_aware_proxy_are_taken_by_kid_too() {
    let keys = json!({"test-ec-key-1": EC_CERTIFICATE, "test-ec-key-2": EC_PUBLIC_KEY});
    let keys = file(&keys.to_string());
    let path = keys.path().to_str().expect("a path");
    let status = |token: String| {
        let answer = explain_any(&[], &[("CALLGATE_KEYS_FILE_IAP", path)], &token);
        assert_eq!(answer.err, "");
        answer.status
    };
    let assertion = || iap().assertion("eve");
    assert_eq!(status(assertion().sign()), Some(0));
    assert_eq!(status(assertion().key(2).sign()), Some(0));
    assert_eq!(status(assertion().key(3).sign()), Some(1));
    assert_eq!(status(assertion().forged_with(2).sign()), Some(1));
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
            "no RSA key in it, and none on the curve P-256",
        ),
        (
            json!({"a": OTHER_CURVE}).to_string(),
            "no RSA key in it, and none on the curve P-256",
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
