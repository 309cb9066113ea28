//! What a build writes for each kind of caller.

use crate::build::build;

/// The generated gate of a method with this rule, without white space and without commas before a closing bracket.
fn generated(rule: &str) -> String {
    let source = format!(
        "syntax = \"proto3\"; package greeter.v1; import \"callgate/v1/rule.proto\"; message Empty {{}}
         service GreeterService {{
           rpc Greet(Empty) returns (Empty) {{ option (callgate.v1.rule) = {{ {rule} }}; }}
         }}"
    );
    let output = build(&[("greeter.proto", &source)]).unwrap_or_else(|error| panic!("{error}"));
    let text = output.text("greeter.v1.rs");
    let (_, gate) = text
        .split_once("pub mod greeter_service_gate")
        .expect("a gate");
    let gate: String = gate.split_whitespace().collect();
    gate.replace(",)", ")")
        .replace(",}", "}")
        .replace(",]", "]")
}

#[test]
fn each_kind_of_caller_is_promised_by_its_type() {
    for (rule, constant, argument, taken) in [
        (
            "internal_user: { hosted_domains: \"example.com\" }",
            "::callgate::Rule::any_of(::callgate::Callers{internal_user:::std::option::Option::Some(::callgate::InternalUserRule{\
             hosted_domains:&[\"example.com\"],external:false,service_accounts:false,..::callgate::InternalUserRule::ANYONE}),\
             ..::callgate::Callers::NOBODY})",
            "caller:::callgate::InternalUser,",
            "::callgate::generated::internal_user(&mutrequest,&METHODS[0])?",
        ),
        (
            "service_account: { names: [\"cron\", \"admin\"] }",
            "service_account:::std::option::Option::Some(::callgate::ServiceAccountRule{names:&[\"cron\",\"admin\"],\
             on_behalf_of:::std::option::Option::None})",
            "caller:::callgate::ServiceAccount,",
            "::callgate::generated::service_account(&mutrequest,&METHODS[0])?",
        ),
        (
            "service_account: { names: \"cron\" on_behalf_of: { email_verified: true } }",
            "on_behalf_of:::std::option::Option::Some(::callgate::EndUserRule{email_verified:true,\
             ..::callgate::EndUserRule::SIGNED_IN})",
            "caller:::callgate::OnBehalfOf,",
            "::callgate::generated::on_behalf_of(&mutrequest,&METHODS[0])?",
        ),
        (
            "end_user: { session_cookie: true revocation_checked_within: {} }",
            "::callgate::EndUserRule{session_cookie:true,revocation_checked_within:",
            "caller:::callgate::EndUser,",
            "::callgate::generated::end_user(&mutrequest,&METHODS[0])?",
        ),
        (
            "end_user: {} app_check: { apps: \"1:2:web:3\" consume: true }",
            "::callgate::Rule::end_user(::callgate::EndUserRule::SIGNED_IN).with_app_check(::callgate::AppCheckRule{\
             apps:&[\"1:2:web:3\"],consume:true})",
            "caller:::callgate::EndUser,",
            "::callgate::generated::end_user(&mutrequest,&METHODS[0])?",
        ),
        (
            "public: {} app_check: {}",
            "::callgate::Rule::PUBLIC.with_app_check(::callgate::AppCheckRule{apps:&[],consume:false})",
            "fngreet(&self,request:",
            "GreeterService::greet(&self.0,request)",
        ),
    ] {
        let generated = generated(rule);
        assert!(generated.contains(constant), "{rule}: {generated}");
        assert!(generated.contains(argument), "{rule}: {generated}");
        assert!(generated.contains(taken), "{rule}: {generated}");
    }
}

#[test]
fn a_method_that_several_kinds_may_call_has_an_enum_of_exactly_these() {
    let generated = generated(
        "end_user: {} internal_user: {} service_account: { names: \"cron\" on_behalf_of: {} }",
    );
    for expected in [
        "pubenumGreetCaller{#[allow(missing_docs)]EndUser(::callgate::EndUser),#[allow(missing_docs)]InternalUser(\
         ::callgate::InternalUser),#[allow(missing_docs)]OnBehalfOf(::callgate::OnBehalfOf)}",
        "caller:GreetCaller,",
        "::callgate::Caller::InternalUser(caller)=>{GreetCaller::InternalUser(caller)}",
        "other=>{return::std::result::Result::Err(::callgate::generated::unexpected(&other))",
    ] {
        assert!(generated.contains(expected), "{expected}: {generated}");
    }
}

#[test]
fn the_rule_is_told_to_whoever_writes_the_handler() {
    let generated = generated(
        "end_user: { roles: \"editor\" } internal_user: { hosted_domains: \"example.com\" } service_account: { names: \"cron\" }",
    );
    assert!(
        generated.contains(
            "///Rule:`end_user`or`internal_user`or`service_account`.Thecalleris\
             an`EndUser`,whoissignedinandnoanonymousaccount,withtherole`editor`;\
             oran`InternalUser`,oftheorganization`example.com`;orthe`ServiceAccount``cron`."
        ),
        "{generated}"
    );
}
