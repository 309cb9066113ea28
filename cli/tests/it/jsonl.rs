//! Many tokens at once.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::command::{NOW, assert_not_shown, at, explain, token};

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
fn a_kind_without_a_verifier_is_refused_and_not_judged() {
    for kind in ["session-cookie", "iap", "google", "app-check", "emulator"] {
        let line = json!({"name": "x", "token": token().sign(), "kind": kind}).to_string();
        let answer = explain(&["--jsonl"], &line);
        assert_eq!(answer.status, Some(2));
        assert_eq!(lines(&answer.out)[0]["verdict"], "refuse");
        assert_eq!(lines(&answer.out)[0]["reason"], "KIND_NOT_SUPPORTED");
    }
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
