//! Many tokens at once.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command::{NOW, assert_not_shown, at, explain, explain_any, one_of_each, token};

fn lines(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

#[test]
fn each_line_is_answered_by_one() {
    let good = token().sign();
    let expired = token()
        .issued_at(at(NOW - 7200))
        .expires_at(at(NOW - 3600))
        .sign();
    let input = [
        json!({"name": "good", "token": good}),
        json!({"name": "padded", "token": format!("{good}="), "kind": "firebase"}),
        json!({"name": "spaced", "token": format!("{good} ")}),
        json!({"name": "expired", "token": expired}),
    ]
    .map(|line| format!("{line}\n"))
    .join("\n");
    let answer = explain(&["--jsonl"], &input);
    assert_eq!(answer.status, Some(1), "{}", answer.err);
    assert_not_shown(&good, &answer);
    let answers = lines(&answer.out);
    let told: Vec<_> = answers
        .iter()
        .map(|line| {
            (
                line["name"].as_str(),
                line["verdict"].as_str(),
                line["reason"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (Some("good"), Some("accept"), None),
            (Some("padded"), Some("refuse"), Some("TOKEN_MALFORMED")),
            (Some("spaced"), Some("refuse"), Some("TOKEN_MALFORMED")),
            (Some("expired"), Some("refuse"), Some("TOKEN_EXPIRED")),
        ]
    );
    assert_eq!(answers[0]["caller"]["uid"], "ada");
    assert_eq!(answers[3]["caller"], Value::Null);
    let failed: Vec<_> = answers[3]["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["ok"] == false)
        .map(|check| check["check"].as_str())
        .collect();
    assert_eq!(failed, [Some("expiry")]);
}

#[test]
fn good_lines_end_with_success() {
    let input = json!({"name": "good", "token": token().sign()}).to_string();
    assert_eq!(explain(&["--jsonl"], &input).status, Some(0));
    assert_eq!(explain(&["--jsonl"], "").status, Some(0));
}

#[test]
fn a_kind_whose_settings_are_missing_is_not_judged_and_names_the_setting() {
    let rows = [
        ("iap", "CALLGATE_IAP_AUDIENCE: not set"),
        ("google", "CALLGATE_AUDIENCES: not set"),
        ("app-check", "CALLGATE_PROJECT_NUMBER: not set"),
    ];
    let good = token().sign();
    for (kind, words) in rows {
        let input = [
            json!({"name": "x", "token": good, "kind": kind}),
            json!({"name": "y", "token": good}),
        ]
        .map(|line| line.to_string())
        .join("\n");
        let answer = explain(&["--jsonl"], &input);
        assert_eq!(answer.status, Some(2));
        let lines = lines(&answer.out);
        assert_eq!(lines[0]["verdict"], "refuse");
        assert_eq!(lines[0]["reason"], "NOT_CONFIGURED");
        assert_eq!(lines[0]["kind"], kind);
        let detail = lines[0]["checks"][1]["detail"].as_str();
        assert!(detail.is_some_and(|detail| detail.starts_with(words)));
        assert_eq!(lines[1]["verdict"], "accept", "the others are judged");
    }
}

#[test]
fn a_line_has_exactly_these_members() {
    let input = [
        json!({"name": "good", "token": token().sign()}),
        json!({"name": "bad", "token": "x", "kind": "iap"}),
        json!({"token": "x", "kind": "session-cookie"}),
    ]
    .map(|line| line.to_string())
    .join("\n");
    for line in lines(&explain_any(&["--jsonl"], &[], &input).out) {
        let members: Vec<&String> = line.as_object().expect("an object").keys().collect();
        assert_eq!(
            members,
            ["caller", "checks", "kind", "name", "reason", "verdict"]
        );
        for check in line["checks"].as_array().expect("checks") {
            let members: Vec<&String> = check.as_object().expect("an object").keys().collect();
            assert_eq!(members, ["check", "detail", "ok"]);
        }
    }
}

#[test]
fn every_kind_is_accepted_as_itself_and_refused_as_every_other() {
    let tokens = one_of_each();
    let mut input = String::new();
    for (name, token) in &tokens {
        for (kind, _) in &tokens {
            let line = json!({"name": name, "token": token, "kind": kind});
            writeln!(input, "{line}").expect("a string");
        }
    }
    let answer = explain_any(&["--jsonl"], &[], &input);
    assert_eq!(answer.status, Some(1), "{}", answer.err);
    let answers = lines(&answer.out);
    assert_eq!(answers.len(), 36);
    for (number, line) in answers.iter().enumerate() {
        let (is, judged_as) = (tokens[number / 6].0, tokens[number % 6].0);
        let told = (line["name"].as_str(), line["kind"].as_str());
        assert_eq!(told, (Some(is), Some(judged_as)));
        let verdict = if is == judged_as { "accept" } else { "refuse" };
        assert_eq!(line["verdict"], verdict, "{line}");
        assert_eq!(line["caller"].is_null(), is != judged_as);
        assert_eq!(line["checks"][0]["check"], "kind");
        assert_eq!(line["checks"][0]["ok"], is == judged_as, "{line}");
    }
    assert!(!answer.out.contains("example.com") || !answer.out.contains('@'));
    assert!(!answer.out.contains("gserviceaccount"));
}

#[test]
fn without_a_kind_each_is_judged_as_what_it_says_it_is() {
    let mut input = String::new();
    for (name, token) in one_of_each() {
        writeln!(input, "{}", json!({"name": name, "token": token})).expect("a string");
    }
    let told = |variables: &[(&str, &str)]| {
        let answer = explain_any(&["--jsonl"], variables, &input);
        let told: Vec<String> = lines(&answer.out)
            .iter()
            .map(|line| format!("{}: {} {}", line["name"], line["kind"], line["verdict"]))
            .map(|told| told.replace('"', ""))
            .collect();
        told
    };
    assert_eq!(
        told(&[]),
        [
            "firebase: firebase accept",
            "session-cookie: session-cookie accept",
            "iap: iap accept",
            "google: google accept",
            "app-check: app-check accept",
            // A gate takes unsigned tokens only where it is told to, and no others of end users then.
            "emulator: firebase refuse",
        ]
    );
    let emulated = told(&[("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")]);
    assert_eq!(emulated[0], "firebase: emulator refuse");
    assert_eq!(emulated[5], "emulator: emulator accept");
}

#[test]
fn a_line_that_is_none_is_named_by_its_number_and_not_repeated() {
    let token = token().sign();
    for line in [
        token.clone(),
        format!("\"{token}\""),
        format!("{{\"token\": [\"{token}\"]}}"),
    ] {
        let answer = explain(&["--jsonl"], &format!("\n{line}\n"));
        assert_eq!(answer.status, Some(2));
        assert!(answer.err.contains("line 2"), "{}", answer.err);
        assert_not_shown(&token, &answer);
    }
    let line = json!({"token": token, "kind": "passport"}).to_string();
    assert!(
        explain(&["--jsonl"], &line)
            .err
            .contains("line 1: the kind is none of")
    );
}

#[test]
fn a_thousand_lines_are_answered_in_order() {
    let token = token().sign();
    let mut input = String::new();
    for number in 0..1000 {
        let line = json!({"name": number.to_string(), "token": token});
        writeln!(input, "{line}").expect("a string");
    }
    let answer = explain(&["--jsonl"], &input);
    let answers = lines(&answer.out);
    assert_eq!(answers.len(), 1000);
    for (number, line) in answers.iter().enumerate() {
        assert_eq!(line["name"], number.to_string());
    }
}
