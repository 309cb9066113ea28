//! What `callgate explain` says of each kind of token.

use crate::command::{Answer, NOW, assert_not_shown, at, explain, issuer, issuer_of, token};

const CUSTOM_TOKEN_AUDIENCE: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

/// The answer for people, after making sure that it shows nothing of the token.
#[track_caller]
fn answer(token: &str) -> Answer {
    let answer = explain(&[], &format!("{token}\n"));
    assert_not_shown(token, &answer);
    assert_eq!(answer.err, "");
    answer
}

/// Demands the status, and that each of these stands in the answer.
#[track_caller]
pub(crate) fn assert_says(token: &str, status: i32, sentences: &[&str]) {
    let answer = answer(token);
    assert_eq!(answer.status, Some(status), "{}", answer.out);
    for sentence in sentences {
        assert!(answer.out.contains(sentence), "{sentence}: {}", answer.out);
    }
}

fn custom_token() -> String {
    let account = "firebase-adminsdk@demo-callgate.iam.gserviceaccount.com";
    token()
        .claim("iss", account)
        .claim("sub", account)
        .claim("aud", CUSTOM_TOKEN_AUDIENCE)
        .claim("uid", "ada")
        .without("firebase")
        .without("user_id")
        .without("auth_time")
        .sign()
}

fn unsigned() -> String {
    token()
        .header("alg", "none")
        .without_header("kid")
        .sign_as("")
}

#[test]
fn a_good_token_is_accepted_and_its_caller_named() {
    assert_says(
        &token().email("ada@example.com").email_verified(true).sign(),
        0,
        &[
            "accepted\n",
            "By its looks it is a Firebase ID token.",
            "Caller: \"ada\", signed in by \"password\", e-mail address verified, no roles",
            "valid for another 1 h, until 2026-01-01T01:00:00Z",
            "What to do: Send it as `authorization: Bearer <token>`.",
        ],
    );
}

#[test]
fn an_expired_token_says_since_when() {
    let expired = token()
        .issued_at(at(NOW - 3780))
        .auth_time(at(NOW - 3780))
        .expires_at(at(NOW - 180))
        .sign();
    assert_says(
        &expired,
        1,
        &[
            "refused: TOKEN_EXPIRED",
            "FAILED  expiry      expired 3 min ago, at 2025-12-31T23:57:00Z",
            "get a new one with user.getIdToken(true)",
        ],
    );
}

#[test]
fn a_token_of_another_project_names_both() {
    assert_says(
        &issuer_of("demo-other").token("ada").sign(),
        1,
        &[
            "refused: TOKEN_INVALID",
            "FAILED  issuer",
            "It is for project \"demo-other\", and this gate is for \"demo-callgate\"",
        ],
    );
}

#[test]
fn a_custom_token_is_to_be_exchanged() {
    assert_says(
        &custom_token(),
        1,
        &[
            "By its looks it is a Firebase custom token.",
            "exchange it with signInWithCustomToken(auth, token)",
        ],
    );
}

#[test]
fn a_stripped_signature_names_the_invoker_check() {
    assert_says(
        &token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        1,
        &[
            "Cloud Run checked the token for IAM and took its signature off",
            "--no-invoker-iam-check",
            "x-serverless-authorization",
            "ok      issuer",
        ],
    );
}

#[test]
fn an_unsigned_token_proves_nothing() {
    assert_says(
        &unsigned(),
        1,
        &[
            "an unsigned token of Firebase's emulator",
            "Anyone can write an unsigned token",
            "is connectAuthEmulator still called?",
        ],
    );
}

#[test]
fn garbage_is_told_what_a_token_is() {
    for garbage in ["undefined", "[object Promise]", "hello.there"] {
        assert_says(
            garbage,
            1,
            &[
                "refused: TOKEN_MALFORMED",
                "By its looks it is no token at all.",
                "three parts of base64url with dots between them",
            ],
        );
    }
}

#[test]
fn a_token_for_the_future_names_the_clock() {
    let future = token()
        .issued_at(at(NOW + 600))
        .auth_time(at(NOW + 600))
        .expires_at(at(NOW + 4200))
        .sign();
    assert_says(
        &future,
        1,
        &[
            "refused: TOKEN_NOT_YET_VALID",
            "A clock is off: iat is 10 min in the future (2026-01-01T00:10:00Z), while the clock here says 2026-01-01T00:00:00Z",
        ],
    );
}

#[test]
fn the_eight_answers_are_eight() {
    let tokens = [
        token().sign(),
        token()
            .expires_at(at(NOW - 60))
            .issued_at(at(NOW - 3660))
            .sign(),
        issuer_of("demo-other").token("ada").sign(),
        custom_token(),
        token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        unsigned(),
        "garbage".to_owned(),
        token()
            .issued_at(at(NOW + 60))
            .expires_at(at(NOW + 3660))
            .sign(),
    ];
    let advice = |token: &String| {
        let out = answer(token).out;
        let (_, advice) = out.split_once("What to do: ").expect("advice");
        advice.to_owned()
    };
    let mut advice: Vec<String> = tokens.iter().map(advice).collect();
    advice.sort();
    advice.dedup();
    assert_eq!(advice.len(), 8, "{advice:#?}");
}

#[test]
fn a_forged_token_and_an_unknown_key_are_told_apart() {
    assert_says(
        &token().forged_with(3).sign(),
        1,
        &["FAILED  signature", "treat it as forged"],
    );
    assert_says(
        &token().key(3).sign(),
        1,
        &["FAILED  key", "No key of this issuer made it"],
    );
}

#[test]
fn an_old_token_of_a_withdrawn_key_is_told_to_be_old() {
    let old = token()
        .key(3)
        .issued_at(at(NOW - 90_000))
        .expires_at(at(NOW - 86_400))
        .sign();
    assert_says(
        &old,
        1,
        &["It expired 1 day ago", "withdrawn its key since"],
    );
}

#[test]
fn a_tenant_that_is_not_configured_is_named() {
    let token = issuer().token("ada").tenant("pupils-x1").sign();
    assert_says(&token, 1, &["FAILED  tenant", "CALLGATE_TENANTS"]);
    let answer = explain(&["--tenants", "pupils-x1"], &token);
    assert_eq!(answer.status, Some(0), "{}", answer.out);
}

#[test]
fn values_from_a_token_are_short_and_cannot_steer_a_terminal() {
    let hostile = format!("\u{1b}[31m\n\u{202e}{}", "x".repeat(500));
    let out = answer(&token().claim("iss", hostile.as_str()).sign()).out;
    assert!(
        !out.contains('\u{1b}') && !out.contains('\u{202e}'),
        "{out:?}"
    );
    assert!(!out.contains(&"x".repeat(65)), "{out}");
    let uid = format!("\u{9b}{}", "y".repeat(100));
    let good = issuer().token(&uid).sign();
    let out = answer(&good).out + &explain(&["--json"], &good).out;
    assert!(!out.contains('\u{9b}') && out.contains("accept"), "{out:?}");
}
