//! Tokens of other kinds, signed by the issuer's own key, so that only their kind is wrong.

use serde_json::json;

use super::{now, token};
use crate::{case::Cases, issuer::Issuer};

/// The audience of custom tokens, which a client trades for an ID token.
const CUSTOM: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
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

/// ID tokens offered as session cookies, and the reverse: the other issuer's own, and ones that are of this kind by half.
pub(super) fn exchanged<I: Issuer, O: Issuer>(issuer: &I, other: &O, cases: &mut Cases) {
    let subject = "the other kind";
    let [our_key, _] = I::KIND.keys();
    let [their_key, _] = O::KIND.keys();

    let theirs = || token(other);
    for (variant, token) in [
        ("as it is", theirs()),
        ("without the name of its key", theirs().header("kid", "")),
        ("by this kind's key", theirs().key(our_key)),
        (
            "by this kind's key in the name of its own",
            theirs().forged_with(our_key),
        ),
        (
            "by its own key in the name of this kind's",
            theirs().key(our_key).forged_with(their_key),
        ),
    ] {
        cases.add(subject, variant, token.sign());
    }

    let ours = || token(issuer);
    let made = now(issuer) - 60;
    let lives = |seconds: u64| ours().claim("iat", made).claim("exp", made + seconds);
    for (variant, token) in [
        ("in name alone", ours().claim("iss", other.name())),
        (
            "in name beside this kind",
            ours().claim("iss", json!([issuer.name(), other.name()])),
        ),
        ("in key alone", ours().key(their_key)),
        (
            "in key alone in the name of this kind's",
            ours().forged_with(their_key),
        ),
        ("in lifetime alone", lives(O::KIND.longest())),
    ] {
        cases.add(subject, variant, token.sign());
    }
}
