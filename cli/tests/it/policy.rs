//! The policy as a table, as JSON, and what changed in it.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::command::{file, run};

fn policy(args: &[&str]) -> String {
    let answer = run(&[&["policy"], args].concat(), &[], "");
    assert_eq!((answer.status, answer.err.as_str()), (Some(0), ""));
    answer.out
}

fn present() -> Value {
    serde_json::from_str(&policy(&["--json"])).expect("JSON")
}

/// What changed since a policy that was otherwise the present one.
fn diff(change: impl FnOnce(&mut Value)) -> String {
    let mut old = present();
    change(&mut old["methods"]);
    let old = file(&old.to_string());
    policy(&["--diff", old.path().to_str().expect("a path")])
}

#[test]
fn the_table_in_the_repository_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/policy.json");
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let renew = "cargo run -q -p callgate-cli -- policy --json > docs/policy.json";
    assert_eq!(
        kept,
        policy(&["--json"]),
        "docs/policy.json is not current. Look at the changes, `cargo run -q -p callgate-cli -- policy --diff docs/policy.json`, \
         then renew it: {renew}"
    );
}

#[test]
fn each_method_has_a_row_with_its_callers_in_words() {
    let table = policy(&[]);
    let row = |method: &str| {
        let row = table
            .lines()
            .find(|line| line.starts_with(&format!("{method} ")));
        row.unwrap_or_else(|| panic!("{table}"))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        row("votes.v1.VoteService/CastVote"),
        "votes.v1.VoteService/CastVote no signed in"
    );
    assert_eq!(
        row("profiles.v1.ProfileService/GetMyProfile"),
        "profiles.v1.ProfileService/GetMyProfile no signed in, guests too, whose account was asked about at most 1 min ago"
    );
    assert_eq!(
        row("votes.v1.VoteService/WatchResults"),
        "votes.v1.VoteService/WatchResults yes yes, the token is not looked at"
    );
}

#[test]
fn nothing_is_said_where_nothing_changed() {
    assert_eq!(diff(|_| ()), "");
}

#[test]
fn each_condition_that_changed_is_told_and_which_way() {
    const METHOD: &str = "votes.v1.VoteService/CastVote";
    let rows = [
        (
            json!({"email_verified": true}),
            "looser    votes.v1.VoteService/CastVote: e-mail no longer needs to be verified\n",
        ),
        (
            json!({"second_factor": true}),
            "looser    votes.v1.VoteService/CastVote: a second factor is no longer needed\n",
        ),
        (
            json!({"anonymous": true}),
            "stricter  votes.v1.VoteService/CastVote: guests (anonymous accounts) may no longer call\n",
        ),
        (
            json!({"may_be_absent": true}),
            "stricter  votes.v1.VoteService/CastVote: can no longer be called without a token\n",
        ),
        (
            json!({"roles": ["a", "b"]}),
            "looser    votes.v1.VoteService/CastVote: roles that will do: any (before: a or b)\n",
        ),
        (
            json!({"sign_in_providers": ["phone"]}),
            "looser    votes.v1.VoteService/CastVote: ways to sign in that will do: any (before: phone)\n",
        ),
        (
            json!({"tenants": ["-"]}),
            "looser    votes.v1.VoteService/CastVote: tenants that will do: any (before: -)\n",
        ),
        (
            json!({"signed_in_within_seconds": 300}),
            "looser    votes.v1.VoteService/CastVote: a recent sign-in is no longer needed\n",
        ),
        (
            json!({"revocation_checked_within_seconds": 0}),
            "looser    votes.v1.VoteService/CastVote: the account is no longer asked about\n",
        ),
        (
            json!(null),
            "looser    votes.v1.VoteService/CastVote: end users: signed in may call now\n",
        ),
    ];
    for (old, told) in rows {
        assert_eq!(diff(|methods| methods[METHOD]["end_user"] = old), told);
    }
}

#[test]
fn methods_that_come_go_or_open_are_told() {
    let told = diff(|methods| {
        methods["a.v1.A/Gone"] = methods["votes.v1.VoteService/CastVote"].clone();
        methods
            .as_object_mut()
            .expect("methods")
            .remove("votes.v1.VoteService/ListMyVotes");
        methods["votes.v1.VoteService/GetResults"]["public"] = json!(false);
        methods["votes.v1.VoteService/GetResults"]["end_user"] = json!({});
        methods["votes.v1.VoteService/CastVote"] =
            json!({"streams": "both", "public": true, "end_user": null});
    });
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            "stricter  votes.v1.VoteService/CastVote: is no longer public",
            "stricter  votes.v1.VoteService/CastVote: only end users: signed in now",
            "changed   votes.v1.VoteService/CastVote: streams: unary (before: both)",
            "looser    votes.v1.VoteService/GetResults: is public now: everyone may call, without a token",
            "added     votes.v1.VoteService/ListMyVotes: end users: signed in",
            "removed   a.v1.A/Gone: nobody can call it any more",
        ]
    );
}

#[test]
fn a_file_that_is_no_policy_is_refused() {
    let path = file("{\"methods\": {\"a.B/C\": {\"internal_user\": {}}}}");
    let answer = run(
        &["policy", "--diff", path.path().to_str().expect("a path")],
        &[],
        "",
    );
    assert_eq!(answer.status, Some(2));
    assert!(
        answer.err.contains("callgate policy --json"),
        "{}",
        answer.err
    );
}
