//! Who made the token, for whom, and about whom.

use serde_json::{Value, json};

use super::{of_every_type, token};
use crate::{Settings, case::Cases, issuer::Issuer, kind::FORGER};

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
    let token = || token(issuer);
    let name = issuer.name();
    let project = issuer.project_id();

    for claim in ["iss", "aud", "sub", "user_id", "firebase"] {
        for (variant, value) in of_every_type() {
            cases.add(claim, variant, token().claim(claim, value).sign());
        }
    }
    for claim in ["iss", "aud", "sub", "firebase"] {
        cases.add(claim, "missing", token().without(claim).sign());
    }

    let mut iss =
        |variant, value: Value| cases.add("iss", variant, token().claim("iss", value).sign());
    iss("empty", json!(""));
    iss(
        "of another project",
        json!(issuer.name_for("another-project")),
    );
    iss("with a slash behind", json!(format!("{name}/")));
    iss("with a space behind", json!(format!("{name} ")));
    iss("over http", json!(name.replace("https", "http")));
    iss("in capitals", json!(name.to_uppercase()));
    iss("the prefix alone", json!(issuer.name_for("")));
    iss("in an array", json!([name]));

    let mut aud =
        |variant, value: Value| cases.add("aud", variant, token().claim("aud", value).sign());
    aud("empty", json!(""));
    aud("of another project", json!("another-project"));
    aud("in an array", json!([project]));
    aud(
        "beside another in an array",
        json!([project, "another-project"]),
    );
    aud("as an object", json!({ project: true }));
    aud("in capitals", json!(project.to_uppercase()));
    aud("with a space behind", json!(format!("{project} ")));
    aud("a part of it", json!(project[..project.len() - 1]));
    aud("the project's number", json!("123456789012"));

    let sub = |value: Value| token().without("user_id").claim("sub", value).sign();
    cases.add("sub", "empty", sub(json!("")));
    cases.add("sub", "of 129 characters", sub(json!("x".repeat(129))));
    cases.add(
        "sub",
        "of 65 characters of two UTF-16 units",
        sub(json!("𝛂".repeat(65))),
    );
    cases.add("sub", "in an array", sub(json!(["ada"])));
    cases.add(
        "sub",
        "missing beside a uid",
        token().without("sub").claim("uid", "ada").sign(),
    );
    for event in ["beforeSendSms", "beforeSendEmail", "beforeCreate"] {
        let without = token().without("sub").claim("event_type", event);
        cases.add(
            "sub",
            format!("missing with event_type {event}"),
            without.sign(),
        );
    }
    let both = token()
        .claim("event_type", "beforeSendSms")
        .without("user_id");
    cases.add(
        "sub",
        "a number with event_type beforeSendSms",
        both.clone().claim("sub", 7).sign(),
    );
    cases.add(
        "sub",
        "too long with event_type beforeSendSms",
        both.claim("sub", "x".repeat(500)).sign(),
    );

    cases.add(
        "user_id",
        "of another",
        token().claim("user_id", "eve").sign(),
    );
    cases.add("user_id", "empty", token().claim("user_id", "").sign());

    tenants(issuer, cases);
}

/// Pools of users: a token of another one than asked for.
fn tenants(issuer: &impl Issuer, cases: &mut Cases) {
    let token = || token(issuer);
    let pupils = Settings::Tenant("pupils");
    for (variant, token) in [
        (
            "of a tenant where none is asked for",
            token().tenant("pupils"),
        ),
        ("empty where none is asked for", token().tenant("")),
        (
            "null where none is asked for",
            token().firebase("tenant", Value::Null),
        ),
        (
            "a number where none is asked for",
            token().firebase("tenant", 7),
        ),
    ] {
        cases.add("tenant", variant, token.sign());
    }
    for (variant, token) in [
        ("the one that is asked for", token().tenant("pupils")),
        ("another than asked for", token().tenant("teachers")),
        ("none where one is asked for", token()),
        ("in capitals", token().tenant("PUPILS")),
        ("in an array", token().firebase("tenant", json!(["pupils"]))),
        ("outside of firebase", token().claim("tenant", "pupils")),
        (
            "asked for but expired",
            token().tenant("pupils").claim("exp", 1),
        ),
        (
            "asked for but forged",
            token().tenant("pupils").forged_with(FORGER),
        ),
    ] {
        cases.add_with(pupils, "tenant", variant, token.sign());
    }
    let no_firebase = token().without("firebase").sign();
    cases.add_with(
        pupils,
        "tenant",
        "no firebase where one is asked for",
        no_firebase,
    );
}
