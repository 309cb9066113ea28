//! The rule's verdict beside the token's.

use crate::command::{NOW, at, explain, token};

const CAST_VOTE: [&str; 2] = ["--method", "/votes.v1.VoteService/CastVote"];

#[test]
fn a_rule_that_is_met_accepts() {
    let answer = explain(&CAST_VOTE, &token().sign());
    assert_eq!(answer.status, Some(0), "{}", answer.out);
    assert!(
        answer
            .out
            .contains("The rule of /votes.v1.VoteService/CastVote")
    );
    assert!(
        answer.out.contains("it is met; it demands: signed in"),
        "{}",
        answer.out
    );
}

#[test]
fn a_valid_token_may_still_be_refused_by_the_rule() {
    let guest = token().provider("anonymous").sign();
    assert_eq!(explain(&[], &guest).status, Some(0));
    let answer = explain(&CAST_VOTE, &guest);
    assert_eq!(answer.status, Some(1), "{}", answer.out);
    let headline = "refused by the rule: ANONYMOUS_NOT_ALLOWED\n";
    assert!(answer.out.starts_with(headline), "{}", answer.out);
    assert!(answer.out.contains("FAILED  rule"), "{}", answer.out);
    assert!(
        answer.out.contains("Link an account to the guest"),
        "{}",
        answer.out
    );

    let json = explain(&[&CAST_VOTE[..], &["--json"]].concat(), &guest).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["verdict"], "refuse");
    assert_eq!(json["reason"], "ANONYMOUS_NOT_ALLOWED");

    // This one's rule lets guests in.
    let profile = ["--method", "profiles.v1.ProfileService/GetMyProfile"];
    assert_eq!(explain(&profile, &guest).status, Some(0));
}

#[test]
fn a_refused_token_is_not_judged_by_the_rule() {
    let expired = token()
        .issued_at(at(NOW - 7200))
        .expires_at(at(NOW - 3600))
        .sign();
    let answer = explain(&CAST_VOTE, &expired);
    assert_eq!(answer.status, Some(1));
    assert!(
        answer.out.contains("?       rule        not asked"),
        "{}",
        answer.out
    );
}

#[test]
fn a_public_method_does_not_look_at_the_token() {
    let answer = explain(&["--method", "/votes.v1.VoteService/GetResults"], "garbage");
    assert_eq!(answer.status, Some(1), "the token is still a bad one");
    assert!(
        answer
            .out
            .contains("ok      rule        the method is public"),
        "{}",
        answer.out
    );
}
