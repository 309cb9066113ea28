//! How the command is called, and how it ends.

use crate::command::{
    IAP_AUDIENCE, NOW, assert_not_shown, at, cookies, emulator, explain, explain_any, file, iap,
    issuer, run, token,
};

#[test]
fn a_token_may_be_an_argument_but_others_see_it() {
    let token = token().sign();
    for args in [&[token.as_str()][..], &["Bearer", &token]] {
        let answer = explain(args, "");
        assert_eq!(answer.status, Some(0), "{}", answer.out);
        assert!(
            answer.err.contains("standard input is safer"),
            "{}",
            answer.err
        );
        assert_not_shown(&token, &answer);
    }
    assert_eq!(explain(&["-"], &token).status, Some(0));
}

#[test]
fn a_token_in_the_wrong_place_is_not_repeated() {
    let token = token().sign();
    for args in [
        &[token.as_str()][..],
        &["policy", &token],
        &["explain", "--now", "0", "--token", &token],
    ] {
        let answer = run(args, &[], "");
        assert_eq!(answer.status, Some(2), "{}", answer.err);
        assert_not_shown(&token, &answer);
    }
}

#[test]
fn without_keys_nothing_is_judged() {
    let variables = [
        ("CALLGATE_PROJECT_ID", "demo-callgate"),
        // Nobody listens on the port that was reserved for tcpmux.
        ("CALLGATE_KEYS_URL_FIREBASE", "http://127.0.0.1:1/keys"),
    ];
    let now = NOW.to_string();
    let answer = run(&["explain", "--now", &now], &variables, &token().sign());
    assert_eq!(answer.status, Some(2), "{}", answer.out);
    assert!(
        answer.out.contains("the signature could not be judged"),
        "{}",
        answer.out
    );
    assert!(
        answer.out.contains("CALLGATE_KEYS_FILE_FIREBASE"),
        "{}",
        answer.out
    );
    // What is no token needs no keys to be refused.
    let answer = run(&["explain", "--now", &now], &variables, "garbage");
    assert_eq!(answer.status, Some(1), "{}", answer.out);
}

#[test]
fn settings_that_make_no_sense_are_named() {
    let keys = file(&issuer().jwks());
    let keys = keys.path().to_str().expect("a path");
    let rows: [(&[&str], &str); 13] = [
        (&[], "CALLGATE_PROJECT_ID: not set"),
        (&["--project-id", "My Project"], "CALLGATE_PROJECT_ID"),
        (
            &["--project-id", "demo-callgate", "--clock-skew", "1d"],
            "CALLGATE_CLOCK_SKEW",
        ),
        (
            &["--project-id", "demo-callgate", "--clock-skew", "6m"],
            "5 minutes",
        ),
        (
            &["--project-id", "demo-callgate", "--roles-claim", "email"],
            "CALLGATE_ROLES_CLAIM",
        ),
        (
            &["--project-id", "demo-callgate", "--now", "today"],
            "--now",
        ),
        (
            &["--project-id", "demo-callgate", "--method", "/a.B/C"],
            "votes.v1.VoteService/CastVote",
        ),
        (&["--kind", "iap"], "CALLGATE_IAP_AUDIENCE: not set"),
        (
            &["--kind", "iap", "--iap-audience", "auto"],
            "CALLGATE_IAP_AUDIENCE: auto is for a service on Cloud Run",
        ),
        (&["--kind", "google"], "CALLGATE_AUDIENCES: not set"),
        (
            &[
                "--kind",
                "google",
                "--audiences",
                "https://x",
                "--service-accounts",
                "admin",
            ],
            "CALLGATE_SERVICE_ACCOUNTS: \"admin\" is not name=email",
        ),
        (
            &[
                "--kind",
                "app-check",
                "--project-id",
                "demo-callgate",
                "--project-number",
                "0x1",
            ],
            "CALLGATE_PROJECT_NUMBER",
        ),
        (
            &["--kind", "emulator", "--project-id", "real-project"],
            "CALLGATE_PROJECT_ID",
        ),
    ];
    for (args, words) in rows {
        let args = [&["explain", "--keys-file-firebase", keys], args].concat();
        let answer = run(&args, &[], "garbage");
        assert_eq!(answer.status, Some(2), "{args:?}");
        assert!(answer.err.contains(words), "{args:?}: {}", answer.err);
    }
}

#[test]
fn the_clock_and_its_skew_can_be_set() {
    let token = token().expires_at(at(NOW + 3600)).sign();
    let keys = file(&issuer().jwks());
    let keys = keys.path().to_str().expect("a path");
    let variables = [
        ("CALLGATE_PROJECT_ID", "demo-callgate"),
        ("CALLGATE_KEYS_FILE_FIREBASE", keys),
    ];
    let status = |now: &str, skew: &str| {
        let args = ["explain", "--now", now, "--clock-skew", skew];
        run(&args, &variables, &token).status
    };
    assert_eq!(status("2026-01-01T01:00:09Z", "10s"), Some(0));
    assert_eq!(status("2026-01-01T01:00:10Z", "10s"), Some(1));
    assert_eq!(status("2026-01-01T01:00:10Z", "1m"), Some(0));
}

#[test]
fn a_setting_is_needed_only_by_the_kind_that_it_is_for() {
    let keys = file(&callgate_testkit::ec_jwks(&[1]));
    let keys = keys.path().to_str().expect("a path");
    let now = NOW.to_string();
    let args = [
        "explain",
        "--now",
        &now,
        "--iap-audience",
        IAP_AUDIENCE,
        "--keys-file-iap",
        keys,
    ];
    let answer = run(&args, &[], &iap().assertion("eve").sign());
    assert_eq!(answer.status, Some(0), "{}{}", answer.out, answer.err);
    // One of another kind tells what it looks like, and which setting is missing.
    let answer = run(&args, &[], &cookies().cookie("ada").sign());
    assert_eq!(answer.status, Some(2), "{}", answer.out);
    for words in [
        "CALLGATE_PROJECT_ID: not set",
        "it is a Firebase session cookie",
    ] {
        assert!(answer.err.contains(words), "{}", answer.err);
    }
}

#[test]
fn no_unsigned_token_is_taken_where_it_looks_like_production() {
    let token = emulator().token("ada").sign();
    let args = ["--kind", "emulator"];
    assert_eq!(explain_any(&args, &[], &token).status, Some(0));
    let answer = explain_any(&args, &[("K_SERVICE", "votes")], &token);
    assert_eq!(answer.status, Some(2), "{}", answer.out);
    assert!(answer.err.contains("K_SERVICE"), "{}", answer.err);
}

#[test]
fn the_skew_for_identity_aware_proxy_is_half_a_minute_at_least() {
    let status = |late: u64, skew: &str| {
        let now = (NOW + 600 + late).to_string();
        let assertion = iap().assertion("eve").sign();
        let args = ["--now", &now, "--clock-skew", skew];
        explain_at(&args, &assertion).status
    };
    assert_eq!(status(29, "1s"), Some(0));
    assert_eq!(status(30, "1s"), Some(1));
    assert_eq!(status(59, "1m"), Some(0));
}

/// With the settings for internal users only.
fn explain_at(args: &[&str], token: &str) -> crate::command::Answer {
    let keys = file(&iap().jwks());
    let variables = [
        ("CALLGATE_IAP_AUDIENCE", IAP_AUDIENCE),
        (
            "CALLGATE_KEYS_FILE_IAP",
            keys.path().to_str().expect("a path"),
        ),
    ];
    run(&[&["explain"], args].concat(), &variables, token)
}

#[test]
fn json_is_one_object_without_addresses_and_names() {
    let token = token()
        .email("ada@example.com")
        .name("Ada Lovelace")
        .roles(&["editor"])
        .sign();
    let answer = explain(&["--json"], &token);
    assert_eq!(answer.status, Some(0));
    assert!(!answer.out.contains("example.com") && !answer.out.contains("Lovelace"));
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(json["verdict"], "accept");
    assert_eq!(json["kind"], "firebase");
    assert_eq!(json["what"], "a Firebase ID token");
    assert_eq!(json["caller"]["uid"], "ada");
    assert_eq!(json["caller"]["roles"], serde_json::json!(["editor"]));
    assert!(
        json["checks"]
            .as_array()
            .is_some_and(|checks| checks.iter().all(|c| c["ok"] == true))
    );
}
