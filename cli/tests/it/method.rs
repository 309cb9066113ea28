//! The rule's verdict beside the token's.

use crate::command::{
    ADMIN, APP, Answer, NOW, apps, at, cookies, explain, explain_any, google, iap, token,
};

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

/// What the rule of this method says of a token, by the settings of a gate that knows every kind of caller.
fn rule_of(method: &str, token: &str) -> Answer {
    explain_any(&["--method", method], &[], token)
}

#[track_caller]
fn assert_answers(answer: &Answer, status: i32, sentences: &[&str]) {
    assert_eq!(answer.status, Some(status), "{}{}", answer.out, answer.err);
    for sentence in sentences {
        assert!(answer.out.contains(sentence), "{sentence}: {}", answer.out);
    }
}

#[test]
fn an_internal_user_is_judged_by_the_rule_for_internal_users() {
    const SET_ROLES: &str = "admin.v1.AdminService/SetRoles";
    let answer = rule_of(SET_ROLES, &iap().assertion("eve").sign());
    assert_answers(
        &answer,
        0,
        &["it is met, if the call comes from an allowed Origin; it demands: let through by IAP"],
    );
    let outsider = iap().assertion("eve").external("demo-callgate", "eve");
    assert_answers(
        &rule_of(SET_ROLES, &outsider.sign()),
        1,
        &["refused by the rule: CALLER_NOT_ALLOWED", "external: true"],
    );
    let program = iap().assertion("eve").email(ADMIN).sign();
    assert_answers(
        &rule_of(SET_ROLES, &program),
        1,
        &[
            "refused by the rule: CALLER_NOT_ALLOWED",
            "service_accounts: true",
        ],
    );
}

#[test]
fn a_service_is_judged_by_its_name() {
    const RESET: &str = "votes.v1.VoteService/ResetVotes";
    assert_answers(
        &rule_of(RESET, &google().token(ADMIN).sign()),
        0,
        &["it is met; it demands: the service admin"],
    );
    let other = google().token("votes@x.iam.gserviceaccount.com").sign();
    assert_answers(
        &rule_of(RESET, &other),
        1,
        &[
            "Caller: the service \"votes\"",
            "refused by the rule: SERVICE_NOT_ALLOWED",
            "Rules call services by the names in CALLGATE_SERVICE_ACCOUNTS",
        ],
    );
}

#[test]
fn a_session_cookie_is_judged_where_the_rule_accepts_one() {
    let cookie = cookies().cookie("ada").sign();
    assert_answers(
        &rule_of("profiles.v1.ProfileService/GetMyProfile", &cookie),
        0,
        &["if the account still stands", "from an allowed Origin"],
    );
    assert_answers(
        &rule_of("votes.v1.VoteService/CastVote", &cookie),
        1,
        &[
            "refused by the rule: CALLER_NOT_ALLOWED",
            "an end user with a session cookie; who may: end users: signed in",
        ],
    );
}

#[test]
fn a_caller_whom_the_rule_does_not_name_is_told_who_may_call() {
    let rows = [
        (
            token().sign(),
            "admin.v1.AdminService/SetRoles",
            "an end user; who may: internal users",
        ),
        (
            iap().assertion("eve").sign(),
            "votes.v1.VoteService/CastVote",
            "an internal user; who may: end users",
        ),
        (
            google().token(ADMIN).sign(),
            "votes.v1.VoteService/CastVote",
            "a service account; who may: end users",
        ),
    ];
    for (token, method, words) in rows {
        let answer = rule_of(method, &token);
        assert_answers(
            &answer,
            1,
            &["refused by the rule: CALLER_NOT_ALLOWED", words],
        );
    }
}

#[test]
fn an_app_is_not_asked_for_by_a_method_without_app_check() {
    let answer = rule_of("votes.v1.VoteService/CastVote", &apps().token(APP).sign());
    assert_answers(
        &answer,
        0,
        &["?       rule        not asked: the method wants no proof of the app"],
    );
}
