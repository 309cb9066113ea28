//! What changed in a policy, in words.

use serde_json::{Value, json};

use crate::{
    command::{file, run},
    policy::{policy, present},
};

/// What changed since a policy that was otherwise the present one.
fn diff(change: impl FnOnce(&mut Value)) -> String {
    let mut old = present();
    change(&mut old["methods"]);
    let old = file(&old.to_string());
    policy(&["--diff", old.path().to_str().expect("a path")])
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
            json!({"session_cookie": true}),
            "stricter  votes.v1.VoteService/CastVote: a session cookie will no longer do\n",
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

/// What changed where a method's row had these members, all others as they are.
fn diff_of(method: &str, members: &Value) -> String {
    diff(|methods| {
        for (name, value) in members.as_object().expect("members") {
            methods[method][name] = value.clone();
        }
    })
}

#[test]
fn each_kind_of_caller_that_comes_or_goes_is_told() {
    let set_roles = |members| diff_of("admin.v1.AdminService/SetRoles", &members);
    let line =
        |how: &str, what: &str| format!("{how:<8}  admin.v1.AdminService/SetRoles: {what}\n");
    assert_eq!(
        set_roles(json!({"internal_user": null})),
        line("looser", "internal users: let through by IAP may call now")
    );
    assert_eq!(
        set_roles(json!({"service_account": {"names": ["admin"]}})),
        line("stricter", "services may no longer call")
    );
    assert_eq!(
        set_roles(json!({"end_user": {}})),
        line("stricter", "end users may no longer call")
    );
    assert_eq!(
        set_roles(json!({"app_check": {}})),
        line("looser", "the app no longer needs to prove itself")
    );
    assert_eq!(
        set_roles(json!({"internal_user": {"hosted_domains": ["a.com", "b.com"]}})),
        line(
            "looser",
            "organizations that will do: any (before: a.com or b.com)"
        )
    );
    assert_eq!(
        set_roles(json!({"internal_user": {"external": true}})),
        line("stricter", "external users behind IAP may no longer call")
    );
    assert_eq!(
        set_roles(json!({"internal_user": {"service_accounts": true}})),
        line("stricter", "programs behind IAP may no longer call")
    );
}

#[test]
fn each_condition_for_services_is_told() {
    let reset = |rule| {
        diff_of(
            "votes.v1.VoteService/ResetVotes",
            &json!({"service_account": rule}),
        )
    };
    let line =
        |how: &str, what: &str| format!("{how:<8}  votes.v1.VoteService/ResetVotes: {what}\n");
    assert_eq!(
        reset(json!(null)),
        line("looser", "services: admin may call now")
    );
    for (names, how, before) in [
        (json!([]), "looser", "none"),
        (json!(["admin", "bench"]), "stricter", "admin or bench"),
        (json!(["bench"]), "changed", "bench"),
    ] {
        let what = format!("services that may call: admin (before: {before})");
        assert_eq!(reset(json!({"names": names})), line(how, &what));
    }
    assert_eq!(
        reset(json!({"names": ["admin"], "on_behalf_of": {}})),
        line("looser", "services may call without an end user")
    );
}

#[test]
fn a_file_of_before_the_other_callers_is_still_read() {
    let mut old = present();
    for row in old["methods"]
        .as_object_mut()
        .expect("methods")
        .values_mut()
    {
        let row = row.as_object_mut().expect("a row");
        for member in ["internal_user", "service_account", "app_check"] {
            row.remove(member);
        }
        if let Some(rule) = row["end_user"].as_object_mut() {
            rule.remove("session_cookie");
        }
    }
    let told = policy(&[
        "--diff",
        file(&old.to_string()).path().to_str().expect("a path"),
    ]);
    assert!(
        told.contains(
            "looser    profiles.v1.ProfileService/GetMyProfile: a session cookie will do too"
        ),
        "{told}"
    );
    assert!(
        told.contains("looser    votes.v1.VoteService/ResetVotes: services: admin may call now"),
        "{told}"
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
