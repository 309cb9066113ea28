//! Tokens of other kinds, signed by the issuer's own key, so that only their kind is wrong.

use callgate_testkit::FirebaseIssuer;
use serde_json::json;

use super::{now, token};
use crate::case::Cases;

/// The audience of custom tokens, which a client trades for an ID token.
const CUSTOM: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

pub(super) fn add(issuer: &FirebaseIssuer, cases: &mut Cases) {
    let token = || token(issuer);
    let now = now(issuer);
    let account = "firebase-adminsdk@demo-callgate.iam.gserviceaccount.com";
    let custom = || {
        token()
            .claim("iss", account)
            .claim("sub", account)
            .claim("aud", CUSTOM)
            .claim("uid", "ada")
            .without("firebase")
            .without("user_id")
            .without("auth_time")
    };
    for (variant, token) in [
        ("a custom token", custom().without_header("kid")),
        ("a custom token with a kid", custom()),
        (
            "a legacy custom token",
            token()
                .raw_claims(json!({ "v": 0, "d": { "uid": "ada" }, "iat": now }).to_string())
                .header("alg", "HS256")
                .without_header("kid"),
        ),
        (
            "a session cookie",
            token().claim("iss", "https://session.firebase.google.com/demo-callgate"),
        ),
        (
            "a service account's",
            token()
                .claim("iss", "https://accounts.google.com")
                .claim("aud", "https://votes.example.com")
                .claim("email", account),
        ),
        (
            "an IAP assertion",
            token()
                .header("alg", "ES256")
                .claim("iss", "https://cloud.google.com/iap")
                .claim("aud", "/projects/1/global/backendServices/2"),
        ),
        (
            "an App Check token",
            token()
                .claim(
                    "iss",
                    "https://firebaseappcheck.googleapis.com/123456789012",
                )
                .claim(
                    "aud",
                    json!(["projects/123456789012", "projects/demo-callgate"]),
                ),
        ),
        (
            "a blocking function's",
            token().claim(
                "aud",
                "https://us-central1-demo-callgate.cloudfunctions.net/before",
            ),
        ),
    ] {
        cases.add("kind", variant, token.sign());
    }
    let emulated = token()
        .header("alg", "none")
        .without_header("kid")
        .sign_as("");
    cases.add("kind", "an emulator's", emulated);
}
