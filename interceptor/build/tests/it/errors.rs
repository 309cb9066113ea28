//! Errors of whole builds.

use crate::build::{build_with, error};

#[test]
fn all_errors_are_told_together() {
    let votes = r#"syntax = "proto3";
package votes.v1;
import "callgate/v1/rule.proto";
message Empty {}
service VoteService {
  rpc CastVote(Empty) returns (Empty);
  rpc GetResults(Empty) returns (Empty) {
    option (callgate.v1.rule) = {};
  }
  rpc WatchResults(Empty) returns (stream Empty) {
    option (callgate.v1.rule).public = {};
    option (callgate.v1.rule).end_user.may_be_absent = true;
    option (callgate.v1.rule).end_user.roles = "admin";
  }
}
"#;
    let profiles = r#"syntax = "proto3";
package profiles.v1;
import "callgate/v1/rule.proto";
message Empty {}
service ProfileService {
  option (callgate.v1.default_rule) = {
    end_user: { signed_in_witihn: { seconds: 300 } }
  };
  rpc GetMyProfile(Empty) returns (Empty);
}
"#;
    let importing = "syntax = \"proto3\";\nimport \"profiles/v1/profiles.proto\";\n";
    let broken = "syntax = \"proto3\";\nmessage {}\n";
    assert_eq!(
        error(&[
            ("votes/v1/votes.proto", votes),
            ("profiles/v1/profiles.proto", profiles),
            ("importing.proto", importing),
            ("broken.proto", broken),
        ]),
        "6 errors in the protos
proto/broken.proto:2:9: expected an identifier, but found '{'
proto/profiles/v1/profiles.proto:6:3: invalid value of type 'callgate.v1.Rule' for option '(callgate.v1.default_rule)': field 'signed_in_witihn' not found for message 'callgate.v1.EndUser', which has `may_be_absent`, `anonymous`, `email_verified`, `second_factor`, `roles`, `sign_in_providers`, `signed_in_within`, `revocation_checked_within`, `tenants`, `session_cookie`
proto/votes/v1/votes.proto:6: votes.v1.VoteService/CastVote has no rule; write `option (callgate.v1.rule) = { end_user: {} };` in it, or `{ public: {} }` if everyone may call, or give votes.v1.VoteService a default, `option (callgate.v1.default_rule) = { end_user: {} };`
proto/votes/v1/votes.proto:8: votes.v1.VoteService/GetResults: the rule is empty; write who may call: `{ end_user: {} }`, or, in a method that everyone may call, `{ public: {} }`
proto/votes/v1/votes.proto:11: votes.v1.VoteService/WatchResults: `end_user.may_be_absent` stands beside `roles`, which an absent caller does not meet; remove one or the other
proto/votes/v1/votes.proto:11: votes.v1.VoteService/WatchResults: `public` stands beside `end_user`; keep `public` if everyone may call, else remove it"
    );
}

/// The error of a method with this option, at line 6.
fn mistyped(option: &str) -> String {
    let source = format!(
        "syntax = \"proto3\";
import \"callgate/v1/rule.proto\";
message Empty {{}}
service Greeter {{
  rpc Greet(Empty) returns (Empty) {{
    {option}
  }}
}}"
    );
    error(&[("greeter.proto", &source)])
}

#[test]
fn a_mistyped_field_of_a_rule_is_named() {
    assert_eq!(
        mistyped("option (callgate.v1.rule) = { end_usr: {} };"),
        "1 error in the protos
proto/greeter.proto:6:5: invalid value of type 'callgate.v1.Rule' for option '(callgate.v1.rule)': field 'end_usr' not found for message 'callgate.v1.Rule', which has `public`, `end_user`, `internal_user`, `service_account`, `app_check`"
    );
    assert_eq!(
        mistyped("option (callgate.v1.rule) = { end_user: { email_verifed: true } };"),
        "1 error in the protos
proto/greeter.proto:6:5: invalid value of type 'callgate.v1.Rule' for option '(callgate.v1.rule)': field 'email_verifed' not found for message 'callgate.v1.EndUser', which has `may_be_absent`, `anonymous`, `email_verified`, `second_factor`, `roles`, `sign_in_providers`, `signed_in_within`, `revocation_checked_within`, `tenants`, `session_cookie`"
    );
    assert_eq!(
        mistyped("option (callgate.v1.rule).end_user.email_verifed = true;"),
        "1 error in the protos
proto/greeter.proto:6:5: option field '(callgate.v1.rule).end_user.email_verifed' is not defined"
    );
}

#[test]
fn a_mistyped_value_of_a_rule_is_located() {
    assert_eq!(
        mistyped("option (callgate.v1.rule) = { end_user: { email_verified: 3 } };"),
        "1 error in the protos
proto/greeter.proto:6:5: invalid value of type 'callgate.v1.Rule' for option '(callgate.v1.rule)': expected 0 or 1, but found '3', in `email_verified: 3`"
    );
}

#[test]
fn a_mistyped_option_is_located() {
    assert_eq!(
        mistyped("option (callgate.v1.rulle) = { end_user: {} };"),
        "1 error in the protos
proto/greeter.proto:6:5: 'callgate.v1.rulle' resolves to 'callgate.v1.rulle', which is not defined (The innermost scope is searched first in name resolution. Consider using a leading '.' (i.e., '.callgate.v1.rulle') to start from the outermost scope.)"
    );
}

#[test]
fn an_import_that_is_not_there() {
    assert_eq!(
        error(&[("a.proto", "syntax = \"proto3\";\n\nimport \"b.proto\";\n")]),
        "1 error in the protos
proto/a.proto:3:1: import 'b.proto' not found"
    );
}

#[test]
fn a_folder_without_protos() {
    assert_eq!(
        error(&[("README.md", "")]),
        "no .proto file is below the folder proto"
    );
}

#[test]
fn a_folder_that_is_not_there() {
    let Err(error) = build_with(&[], |config, home| {
        std::fs::remove_dir(home.join("proto")).expect("the folder");
        config
    }) else {
        panic!("it built");
    };
    assert!(error.starts_with("cannot read proto: "), "{error}");
}

#[test]
fn a_copy_of_rule_proto_that_says_something_else() {
    let copy = "syntax = \"proto3\";\npackage callgate.v1;\n";
    assert_eq!(
        error(&[("callgate/v1/rule.proto", copy)]),
        "1 error in the protos
proto/callgate/v1/rule.proto: this is not the rule.proto of this version of callgate-build; delete it, it is found without"
    );
}

#[test]
fn a_file_in_the_package_of_the_rules() {
    let source = "syntax = \"proto3\";\npackage callgate.v1;\nmessage Mine {}\n";
    assert_eq!(
        error(&[("mine.proto", source)]),
        "1 error in the protos
proto/mine.proto: the package callgate.v1 is callgate's own; name it otherwise"
    );
}
