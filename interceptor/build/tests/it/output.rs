//! What a build writes.

use prost_reflect::DescriptorPool;

use crate::build::{build, build_with};

const GREETER: &str = r#"syntax = "proto3";
package greeter.v1;
import "callgate/v1/rule.proto";
import "google/protobuf/timestamp.proto";

service GreeterService {
  option (callgate.v1.default_rule) = { end_user: { email_verified: true } };

  rpc ByDefault(Greeting) returns (Greeting);
  rpc Public(Greeting) returns (Greeting) {
    option (callgate.v1.rule) = { public: {} };
  }
  // Its own rule replaces the default as a whole.
  rpc Optional(Greeting) returns (Greeting) {
    option (callgate.v1.rule) = { end_user: { may_be_absent: true } };
  }
  rpc All(stream Greeting) returns (stream Greeting) {
    option (callgate.v1.rule) = {
      end_user: {
        email_verified: true
        second_factor: true
        roles: ["admin", "editor"]
        sign_in_providers: "google.com"
        signed_in_within: { seconds: 300 }
        revocation_checked_within: { seconds: 90 }
        tenants: ["acme", "-"]
      }
    };
  }
  rpc Anonymous(Greeting) returns (stream Greeting) {
    option (callgate.v1.rule).end_user = { anonymous: true revocation_checked_within: {} };
  }
}

message Greeting { google.protobuf.Timestamp at = 1; }
"#;

/// What is generated for each method of [`GREETER`], without white space.
fn constant(path: &str, client_streaming: bool, server_streaming: bool, rule: &str) -> String {
    format!(
        "::callgate::Method{{path:\"/greeter.v1.GreeterService/{path}\",client_streaming:{client_streaming},\
         server_streaming:{server_streaming},rule:::callgate::Rule::{rule},}},"
    )
}

#[test]
fn the_methods_of_a_service_hold_the_rules_of_the_proto() {
    let output = build(&[("greeter/v1/greeter.proto", GREETER)]).unwrap();
    let generated: String = output.text("greeter.v1.rs").split_whitespace().collect();
    let methods = generated
        .split_once("pubstaticMETHODS:[::callgate::Method;5]=[")
        .and_then(|(_, methods)| methods.split_once("];///"))
        .map(|(methods, _)| methods)
        .expect("the methods");
    let user = |fields: &str| {
        format!(
            "end_user(::callgate::EndUserRule{{{fields},..::callgate::EndUserRule::SIGNED_IN}})"
        )
    };
    assert_eq!(
        methods,
        [
            constant("ByDefault", false, false, &user("email_verified:true")),
            constant("Public", false, false, "PUBLIC"),
            constant("Optional", false, false, &user("may_be_absent:true")),
            constant(
                "All",
                true,
                true,
                &user(
                    "email_verified:true,second_factor:true,roles:&[\"admin\",\"editor\"],sign_in_providers:&[\"google.com\"],\
                     tenants:&[\"acme\",\"-\"],signed_in_within:::std::option::Option::Some(::std::time::Duration::new(300u64,0u32),),\
                     revocation_checked_within:::std::option::Option::Some(::std::time::Duration::new(90u64,0u32),)"
                )
            ),
            constant(
                "Anonymous",
                false,
                true,
                &user(
                    "anonymous:true,\
                     revocation_checked_within:::std::option::Option::Some(::std::time::Duration::new(0u64,0u32),)"
                )
            ),
        ]
        .concat()
    );
}

#[test]
fn each_handler_says_which_rule_applies() {
    let output = build(&[("greeter/v1/greeter.proto", GREETER)]).unwrap();
    let generated = output.text("greeter.v1.rs");
    let (_, gate) = generated
        .split_once("pub mod greeter_service_gate")
        .expect("the gate");
    for docs in [
        "/// Rule: `end_user`. The caller is an `EndUser`, who is signed in and no anonymous account, with a verified e-mail address.\n",
        "/// Its own rule replaces the default as a whole.\n        ///\n        \
         /// Rule: `end_user`. The caller is an `Option<EndUser>`, which is `None` for a call without a token.\n",
        "/// Rule: `public`. Everyone may call; the caller is not looked at.\n",
        "with a second factor, with the role `admin` or `editor`, signed in by `google.com`, signed in at most 5 min ago, whose \
         account was looked up at most 90 s ago, of the \
         tenant `acme` or `-`.\n",
        "/// Rule: `end_user`. The caller is an `EndUser`, who may have an anonymous account, whose account is looked up for \
         every call.\n",
    ] {
        assert!(gate.contains(docs), "{docs} is not in\n{gate}");
    }
}

#[test]
fn nothing_is_generated_of_the_rules_themselves() {
    let output = build(&[("greeter/v1/greeter.proto", GREETER)]).unwrap();
    assert_eq!(output.names(), ["file_descriptor_set.bin", "greeter.v1.rs"]);
}

#[test]
fn the_descriptors_keep_the_rules() {
    let output = build(&[("greeter/v1/greeter.proto", GREETER)]).unwrap();
    let set = output.bytes("file_descriptor_set.bin");
    let pool = DescriptorPool::decode(set.as_slice()).unwrap();
    let rule = pool.get_extension_by_name("callgate.v1.rule").unwrap();
    let service = pool
        .get_service_by_name("greeter.v1.GreeterService")
        .unwrap();
    let rules: Vec<_> = service
        .methods()
        .map(|method| method.options().get_extension(&rule).to_string())
        .collect();
    assert_eq!(
        [&rules[0], &rules[1], &rules[4]],
        [
            "{}",
            "{public{}}",
            "{end_user{anonymous:true,revocation_checked_within{}}}"
        ]
    );
}

#[test]
fn an_unchanged_copy_of_rule_proto_does_no_harm() {
    let copy = include_str!("../../proto/callgate/v1/rule.proto");
    let output = build(&[
        ("callgate/v1/rule.proto", copy),
        ("greeter/v1/greeter.proto", GREETER),
    ])
    .unwrap();
    assert_eq!(output.names(), ["file_descriptor_set.bin", "greeter.v1.rs"]);
}

#[test]
fn imported_folders_give_messages_and_no_services() {
    let files = [
        (
            "shop/v1/shop.proto",
            "syntax = \"proto3\"; package shop.v1; import \"money/v1/money.proto\"; message Price { money.v1.Money of = 1; }",
        ),
        (
            "../vendor/money/v1/money.proto",
            "syntax = \"proto3\"; package money.v1; message Money { int64 cents = 1; } service Bank { rpc Pay(Money) returns (Money); }",
        ),
    ];
    let output = build_with(&files, |config, home| config.include(home.join("vendor"))).unwrap();
    assert_eq!(
        output.names(),
        ["file_descriptor_set.bin", "money.v1.rs", "shop.v1.rs"]
    );
    assert!(!output.text("money.v1.rs").contains("bank_server"));
}

#[test]
fn prost_can_be_configured() {
    let output = build_with(&[("greeter/v1/greeter.proto", GREETER)], |config, _| {
        config.prost(|prost| {
            prost.message_attribute("greeter.v1.Greeting", "#[derive(Hash)]");
        })
    });
    assert!(
        output
            .unwrap()
            .text("greeter.v1.rs")
            .contains("#[derive(Hash)]")
    );
}
