//! What `callgate explain` says of what is no ID token, and of what is around one.

use crate::command::{assert_not_shown, explain, token};

fn of_issuer(issuer: &str) -> String {
    token().claim("iss", issuer).sign()
}

#[test]
fn what_is_no_id_token_is_told_as_what_it_is() {
    let oauth = format!("ya29.{}", "a".repeat(160));
    let refresh = format!("AMf-vBx{}", "a".repeat(160));
    let google = token()
        .claim("iss", "https://accounts.google.com")
        .claim("email", "robot@demo-callgate.iam.gserviceaccount.com")
        .sign();
    let whole = token().sign();
    let (cut, _) = whole.rsplit_once('.').expect("three parts");
    let rows = [
        (
            oauth,
            "a Google OAuth access token",
            "not the accessToken of",
        ),
        (refresh, "a refresh token", "revoke this one"),
        (
            format!("AIza{}", "a".repeat(35)),
            "a Google API key",
            "proves no user",
        ),
        (
            google,
            "Google's ID token of a service account",
            "a program, not a person",
        ),
        (
            of_issuer("https://accounts.google.com"),
            "Google's ID token of a person",
            "signInWithCredential",
        ),
        (
            of_issuer("https://cloud.google.com/iap"),
            "an assertion of Identity-Aware Proxy",
            "x-goog-iap-jwt-assertion",
        ),
        (
            of_issuer("https://session.firebase.google.com/demo-callgate"),
            "a Firebase session cookie",
            "methods that accept one",
        ),
        (
            of_issuer("https://firebaseappcheck.googleapis.com/123"),
            "a Firebase App Check token",
            "x-firebase-appcheck",
        ),
        (
            of_issuer("https://example.com"),
            "a JWT of another issuer",
            "not one of Google's",
        ),
        (
            cut.to_owned(),
            "a token of which a part is missing",
            "copy all three parts",
        ),
        (
            "{\"idToken\": \"x\"}".to_owned(),
            "JSON",
            "the value of its idToken",
        ),
        (
            "-----BEGIN PRIVATE KEY-----".to_owned(),
            "a key or certificate",
            "keep it secret",
        ),
        (String::new(), "nothing", "the app sends no token"),
    ];
    for (token, title, advice) in rows {
        let title = format!("By its looks it is {title}.");
        let answer = explain(&["--kind", "firebase"], &token);
        assert_not_shown(&token, &answer);
        assert_eq!(answer.status, Some(1), "{}", answer.out);
        assert!(
            answer.out.contains(&title) && answer.out.contains(advice),
            "{}",
            answer.out
        );
    }
}

#[test]
fn a_whole_header_is_read_as_the_token_in_it() {
    let token = token().sign();
    for header in ["Bearer", "authorization: bearer"] {
        let answer = explain(&[], &format!("{header} {token}"));
        assert_eq!(answer.status, Some(0), "{}", answer.out);
        assert!(answer.err.contains("a whole header"), "{}", answer.err);
    }
}
