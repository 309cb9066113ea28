//! What a rule may not say: one test a mistake, with the whole message.

use crate::build::{build, error};

/// What is wrong with a method whose rule is this, a line each, after the place and the method.
fn rule(rule: &str) -> String {
    wrong(
        &format!(
            "service Greeter {{
  rpc Greet(Empty) returns (Empty) {{
    option (callgate.v1.rule) = {{ {rule} }};
  }}
}}"
        ),
        "proto/greeter/v1/greeter.proto:6: greeter.v1.Greeter/Greet: ",
    )
}

/// What is wrong with a service whose default rule is this, a line each, after the place and the service.
fn default_rule(rule: &str) -> String {
    wrong(
        &format!(
            "service Greeter {{
  option (callgate.v1.default_rule) = {{ {rule} }};
  rpc Greet(Empty) returns (Empty);
  rpc Wave(Empty) returns (Empty);
}}"
        ),
        "proto/greeter/v1/greeter.proto:5: greeter.v1.Greeter (default_rule): ",
    )
}

/// What is wrong with this service, which starts at line 4, all at the same place.
fn wrong(service: &str, place: &str) -> String {
    let source = format!(
        "syntax = \"proto3\"; package greeter.v1;
import \"callgate/v1/rule.proto\";
message Empty {{}}
{service}"
    );
    let error = error(&[("greeter/v1/greeter.proto", &source)]);
    let texts: Vec<_> = error
        .lines()
        .skip(1)
        .map(|line| {
            line.strip_prefix(place)
                .unwrap_or_else(|| panic!("not at {place}: {line}"))
        })
        .collect();
    texts.join("\n")
}

#[test]
fn a_method_without_a_rule() {
    assert_eq!(
        wrong(
            "service Greeter {\n\n  // Greets.\n  rpc Greet(Empty) returns (Empty);\n}",
            "proto/greeter/v1/greeter.proto:7: "
        ),
        "greeter.v1.Greeter/Greet has no rule; write `option (callgate.v1.rule) = { end_user: {} };` in it, or `{ public: {} }` if everyone may call, or give greeter.v1.Greeter a default, `option (callgate.v1.default_rule) = { end_user: {} };`"
    );
}

#[test]
fn a_method_without_a_rule_in_a_file_that_does_not_import_rules() {
    let source = "syntax = \"proto3\";\nmessage Empty {}\nservice Greeter { rpc Greet(Empty) returns (Empty); }";
    assert_eq!(
        error(&[("greeter.proto", source)]),
        r#"1 error in the protos
proto/greeter.proto:3: Greeter/Greet has no rule; import "callgate/v1/rule.proto" and write `option (callgate.v1.rule) = { end_user: {} };` in it, or `{ public: {} }` if everyone may call, or give Greeter a default, `option (callgate.v1.default_rule) = { end_user: {} };`"#
    );
}

const EMPTY: &str = "the rule is empty; write who may call: `{ end_user: {} }`, or, in a method that everyone may call, `{ public: {} }`";

#[test]
fn an_empty_rule() {
    assert_eq!(rule(""), EMPTY);
}

#[test]
fn an_empty_default_rule_is_told_once() {
    assert_eq!(default_rule(""), EMPTY);
}

#[test]
fn a_public_default() {
    assert_eq!(
        default_rule("public: {}"),
        "a default rule may not be public; write `option (callgate.v1.rule) = { public: {} };` in each method that everyone may call"
    );
}

#[test]
fn public_beside_another_caller() {
    assert_eq!(
        rule("public: {} end_user: {}"),
        "`public` stands beside `end_user`; keep `public` if everyone may call, else remove it"
    );
    assert_eq!(
        rule("public: {} internal_user: {} service_account: { names: \"cron\" }"),
        "`public` stands beside `internal_user` and `service_account`; keep `public` if everyone may call, else remove it"
    );
}

#[test]
fn may_be_absent_beside_a_condition() {
    assert_eq!(
        rule("end_user: { may_be_absent: true roles: \"admin\" }"),
        "`end_user.may_be_absent` stands beside `roles`, which an absent caller does not meet; remove one or the other"
    );
    for condition in [
        "email_verified: true",
        "second_factor: true",
        "sign_in_providers: \"phone\"",
        "signed_in_within: { seconds: 300 }",
        "revocation_checked_within: { seconds: 300 }",
        "tenants: \"acme\"",
    ] {
        let field = condition.split(':').next().unwrap();
        let error = rule(&format!("end_user: {{ may_be_absent: true {condition} }}"));
        assert!(
            error.contains(&format!("`end_user.may_be_absent` stands beside `{field}`")),
            "{error}"
        );
    }
}

#[test]
fn may_be_absent_beside_another_caller() {
    assert_eq!(
        rule("end_user: { may_be_absent: true } service_account: { names: \"cron\" }"),
        "`end_user.may_be_absent` stands beside `service_account`: a call without a token would be neither's; remove `may_be_absent` or the other caller"
    );
}

#[test]
fn may_be_absent_in_on_behalf_of() {
    assert_eq!(
        rule("service_account: { names: \"cron\" on_behalf_of: { may_be_absent: true } }"),
        "`service_account.on_behalf_of` has `may_be_absent`; remove `may_be_absent`, or `on_behalf_of` if the service may also act for nobody"
    );
}

#[test]
fn a_session_cookie_in_on_behalf_of() {
    assert_eq!(
        rule(
            "service_account: { names: \"cron\" on_behalf_of: { session_cookie: true revocation_checked_within: {} } }"
        ),
        "`service_account.on_behalf_of` has `session_cookie`, but services pass on ID tokens only; remove `session_cookie`"
    );
}

#[test]
fn a_service_account_without_names() {
    assert_eq!(
        rule("service_account: {}"),
        r#"`service_account` names no service; write `names: [".."]` with those that may call"#
    );
}

#[test]
fn app_check_beside_a_caller_without_an_app() {
    assert_eq!(
        rule("internal_user: {} app_check: {}"),
        "`app_check` stands beside `internal_user`, which no app calls for; remove `app_check` or that caller"
    );
    assert_eq!(
        rule("end_user: {} service_account: { names: \"cron\" } app_check: {}"),
        "`app_check` stands beside `service_account`, which no app calls for; remove `app_check` or that caller"
    );
}

#[test]
fn app_check_without_a_caller() {
    assert_eq!(
        rule("app_check: {}"),
        "the rule names no caller, and `app_check` only comes in addition; write `end_user: {}` beside it, or `public: {}` if everyone with the app may call"
    );
}

#[test]
fn a_session_cookie_without_a_revocation_check() {
    assert_eq!(
        rule("end_user: { session_cookie: true }"),
        "`end_user.session_cookie` wants `revocation_checked_within`, since a cookie lives for days; write, say, `revocation_checked_within: { seconds: 300 }` beside it"
    );
}

#[test]
fn an_anonymous_account_that_no_condition_lets_in() {
    assert_eq!(
        rule(
            "end_user: { anonymous: true email_verified: true second_factor: true sign_in_providers: \"phone\" }"
        ),
        r#"`end_user.anonymous` stands beside `email_verified` and `second_factor` and `sign_in_providers` without "anonymous", which no anonymous account meets; remove one or the other"#
    );
    assert_eq!(
        rule("end_user: { sign_in_providers: [\"phone\", \"anonymous\"] }"),
        r#"`end_user.sign_in_providers` lists "anonymous", but anonymous accounts are refused; write `anonymous: true` beside it, or remove it from the list"#
    );
}

#[test]
fn an_empty_entry() {
    assert_eq!(
        rule("end_user: { roles: [\"admin\", \"\"] }"),
        "`end_user.roles` has an empty entry; remove it"
    );
    for list in ["sign_in_providers", "tenants"] {
        let error = rule(&format!("end_user: {{ {list}: \"\" }}"));
        assert!(
            error.contains(&format!("`end_user.{list}` has an empty entry")),
            "{error}"
        );
    }
    for (rest, list) in [
        (
            "internal_user: { hosted_domains: \"\" }",
            "internal_user.hosted_domains",
        ),
        ("service_account: { names: \"\" }", "service_account.names"),
        ("end_user: {} app_check: { apps: \"\" }", "app_check.apps"),
    ] {
        let error = rule(rest);
        assert!(
            error.contains(&format!("`{list}` has an empty entry")),
            "{error}"
        );
    }
}

#[test]
fn an_entry_with_white_space() {
    assert_eq!(
        rule("end_user: { roles: \"admin \" }"),
        r#"`end_user.roles` has white space in the entry "admin "; remove it"#
    );
    // What is seen as little.
    for entry in ["\\t", "\\x07admin", "\\xc2\\xa0admin"] {
        let error = rule(&format!("end_user: {{ roles: \"{entry}\" }}"));
        assert!(error.contains("has white space in the entry"), "{error}");
    }
}

#[test]
fn an_entry_twice_is_told_once() {
    assert_eq!(
        rule("end_user: { roles: [\"a\", \"b\", \"a\", \"a\"] }"),
        r#"`end_user.roles` has the entry "a" more than once; keep one"#
    );
}

#[test]
fn a_time_that_is_negative_zero_or_absurd() {
    let error = rule("end_user: { signed_in_within: { seconds: -1 } }");
    assert_eq!(
        error,
        "`end_user.signed_in_within` is out of range; write 1 to 31536000 seconds, as in `{ seconds: 300 }`"
    );
    for time in [
        "seconds: 0",
        "nanos: -1",
        "nanos: 1000000000",
        "seconds: 31536001",
        "seconds: 9223372036854775807",
        "seconds: -9223372036854775808",
        "seconds: -9223372036854775808 nanos: -2147483648",
        "nanos: 2147483647",
    ] {
        assert_eq!(
            rule(&format!("end_user: {{ signed_in_within: {{ {time} }} }}")),
            error,
            "{time}"
        );
    }
    assert_eq!(
        rule("end_user: { revocation_checked_within: { seconds: 1209601 } }"),
        "`end_user.revocation_checked_within` is out of range; write 0 to 1209600 seconds, as in `{ seconds: 300 }`"
    );
}

#[test]
fn what_sounds_strict_but_is_no_contradiction() {
    for rule in [
        "end_user: { may_be_absent: true anonymous: true }",
        "end_user: { anonymous: true sign_in_providers: [\"anonymous\", \"phone\"] roles: \"guest\" }",
        "end_user: { roles: \"a\" tenants: \"a\" }",
        "end_user: { signed_in_within: { seconds: 1 } }",
        "end_user: { signed_in_within: { seconds: 31536000 } }",
        "end_user: { revocation_checked_within: {} }",
        "end_user: { anonymous: true revocation_checked_within: { seconds: 1209600 } }",
        "end_user: { session_cookie: true revocation_checked_within: {} }",
        "end_user: {} app_check: { apps: \"1:2:web:3\" consume: true }",
        "internal_user: {}",
        "internal_user: { hosted_domains: [\"example.com\", \"example.org\"] }",
        "internal_user: { external: true service_accounts: true }",
        "service_account: { names: \"cron\" on_behalf_of: { roles: \"admin\" } }",
        "end_user: {} internal_user: {} service_account: { names: [\"cron\", \"admin\"] }",
    ] {
        let source = format!(
            "syntax = \"proto3\"; import \"callgate/v1/rule.proto\"; message Empty {{}}
             service Greeter {{
               option (callgate.v1.default_rule) = {{ {rule} }};
               rpc Greet(Empty) returns (Empty);
               rpc Wave(Empty) returns (Empty) {{ option (callgate.v1.rule) = {{ {rule} }}; }}
             }}"
        );
        build(&[("greeter.proto", &source)]).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn an_organization_that_nobody_can_be_of() {
    for (rest, expected) in [
        (
            "internal_user: { hosted_domains: \"Example.com\" }",
            "`internal_user.hosted_domains` has the entry \"Example.com\"; write a domain as Google does, in lower case, such as \
             \"example.com\"",
        ),
        (
            "internal_user: { hosted_domains: \"ada@example.com\" }",
            "`internal_user.hosted_domains` has the entry \"ada@example.com\"; write a domain as Google does, in lower case, such as \
             \"example.com\"",
        ),
        (
            "internal_user: { hosted_domains: \"example.com\" external: true }",
            "`internal_user.external` stands beside `hosted_domains`, and such callers are of no domain; remove one or the other",
        ),
        (
            "internal_user: { hosted_domains: \"example.com\" service_accounts: true }",
            "`internal_user.service_accounts` stands beside `hosted_domains`, and such callers are of no domain; remove one or the \
             other",
        ),
    ] {
        assert_eq!(rule(rest), expected);
    }
}

#[test]
fn a_service_by_its_e_mail_address() {
    assert_eq!(
        rule("service_account: { names: \"cron@my-project.iam.gserviceaccount.com\" }"),
        "`service_account.names` has the e-mail address \"cron@my-project.iam.gserviceaccount.com\"; write the name that the \
         configuration maps to it"
    );
}
