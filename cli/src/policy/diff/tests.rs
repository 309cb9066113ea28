//! Changes of what no method of our own API has, each in both directions.

use serde_json::{Value, json};

use super::{Table, between};

/// A policy of one method, which is not public, with these members.
fn table(members: &Value) -> Table {
    let mut row = json!({"streams": "unary", "public": false, "end_user": null});
    for (name, value) in members.as_object().expect("members") {
        row[name] = value.clone();
    }
    serde_json::from_value(json!({"methods": {"A": row}})).expect("a policy")
}

#[track_caller]
fn assert_told(old: &Value, new: &Value, forth: &str, back: &str) {
    let (old, new) = (table(old), table(new));
    assert_eq!(between(&old, &new), [forth]);
    assert_eq!(between(&new, &old), [back]);
}

#[test]
fn each_condition_for_the_app_is_told_both_ways() {
    let app = |rule: Value| json!({"app_check": rule, "end_user": {}});
    assert_told(
        &app(json!(null)),
        &app(json!({"apps": ["1:1:web:a"], "consume": true})),
        "stricter  A: the app must prove itself with App Check: 1:1:web:a, each token once",
        "looser    A: the app no longer needs to prove itself",
    );
    assert_told(
        &app(json!({})),
        &app(json!({"apps": ["a", "b"]})),
        "stricter  A: apps that will do: a or b (before: any)",
        "looser    A: apps that will do: any (before: a or b)",
    );
    assert_told(
        &app(json!({})),
        &app(json!({"consume": true})),
        "stricter  A: each App Check token counts once only",
        "looser    A: App Check tokens count more than once",
    );
}

#[test]
fn the_app_is_told_of_a_public_method_too() {
    let public = |rule: Value| json!({"public": true, "app_check": rule});
    assert_told(
        &public(json!(null)),
        &public(json!({})),
        "stricter  A: the app must prove itself with App Check: any of the project",
        "looser    A: the app no longer needs to prove itself",
    );
}

#[test]
fn each_condition_for_a_user_for_whom_a_service_calls_is_told_both_ways() {
    let service =
        |user: Value| json!({"service_account": {"names": ["admin"], "on_behalf_of": user}});
    assert_told(
        &service(json!(null)),
        &service(json!({"roles": ["editor"]})),
        "stricter  A: services must bring the own token of an end user for whom they call: signed in, with the role editor",
        "looser    A: services may call without an end user",
    );
    assert_told(
        &service(json!({})),
        &service(json!({"email_verified": true})),
        "stricter  A: for whom a service calls: e-mail needs to be verified",
        "looser    A: for whom a service calls: e-mail no longer needs to be verified",
    );
}

#[test]
fn each_condition_for_internal_users_is_told_both_ways() {
    let internal = |rule: Value| json!({"internal_user": rule});
    for (condition, forth, back) in [
        (
            json!({"hosted_domains": ["example.com"]}),
            "stricter  A: organizations that will do: example.com (before: any)",
            "looser    A: organizations that will do: any (before: example.com)",
        ),
        (
            json!({"external": true}),
            "looser    A: external users behind IAP may call",
            "stricter  A: external users behind IAP may no longer call",
        ),
        (
            json!({"service_accounts": true}),
            "looser    A: programs behind IAP may call",
            "stricter  A: programs behind IAP may no longer call",
        ),
    ] {
        assert_told(&internal(json!({})), &internal(condition), forth, back);
    }
}

#[test]
fn a_session_cookie_that_will_do_is_told_both_ways() {
    assert_told(
        &json!({"end_user": {}}),
        &json!({"end_user": {"session_cookie": true}}),
        "looser    A: a session cookie will do too",
        "stricter  A: a session cookie will no longer do",
    );
}

#[test]
fn a_public_method_that_is_closed_tells_everyone_who_may_still_call() {
    let closed = json!({"internal_user": {}, "service_account": {"names": ["admin"]}});
    let (public, closed) = (table(&json!({"public": true})), table(&closed));
    assert_eq!(
        between(&public, &closed),
        [
            "stricter  A: is no longer public",
            "stricter  A: only internal users: let through by IAP; services: admin now",
        ]
    );
    assert_eq!(
        between(&closed, &public),
        ["looser    A: is public now: everyone may call, without a token"]
    );
}
