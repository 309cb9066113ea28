//! The policy that comes with each server says what the proto says.

use std::time::Duration;

use callgate::{EndUserRule, HasPolicy, Method, Rule};
use callgate_build_foreign::{
    bare::bare_gate,
    greeter::v1::{
        empty_service_gate, greeter_service_gate, greeter_service_gate::Gated,
        greeter_service_server::GreeterServiceServer, http_service_gate,
    },
};

use crate::greeter::Greeter;

fn method(path: &'static str, streaming: (bool, bool), rule: Rule) -> Method {
    Method {
        path,
        client_streaming: streaming.0,
        server_streaming: streaming.1,
        rule,
    }
}

#[test]
fn every_method_is_there_in_the_order_of_the_proto() {
    let signed_in = EndUserRule::SIGNED_IN;
    let user = Rule::end_user(signed_in);
    let anyone = Rule::end_user(EndUserRule {
        may_be_absent: true,
        ..signed_in
    });
    let few = Rule::end_user(EndUserRule {
        may_be_absent: false,
        anonymous: false,
        email_verified: true,
        second_factor: true,
        roles: &["admin", "editor"],
        sign_in_providers: &["password", "google.com"],
        signed_in_within: Some(Duration::from_millis(300_500)),
        revocation_checked_within: None,
        tenants: &["acme", "-"],
        session_cookie: false,
    });
    let guests = Rule::end_user(EndUserRule {
        anonymous: true,
        ..signed_in
    });
    let (unary, client, server, both) =
        ((false, false), (true, false), (false, true), (true, true));
    assert_eq!(
        greeter_service_gate::METHODS,
        [
            method("/greeter.v1.GreeterService/Greet", unary, user),
            method("/greeter.v1.GreeterService/GreetAnyone", unary, anyone),
            method(
                "/greeter.v1.GreeterService/GreetPublicly",
                unary,
                Rule::PUBLIC
            ),
            method("/greeter.v1.GreeterService/Collect", client, user),
            method("/greeter.v1.GreeterService/Repeat", server, user),
            method("/greeter.v1.GreeterService/Chat", both, user),
            method(
                "/greeter.v1.GreeterService/CollectPublicly",
                client,
                Rule::PUBLIC
            ),
            method(
                "/greeter.v1.GreeterService/ChatPublicly",
                both,
                Rule::PUBLIC
            ),
            method("/greeter.v1.GreeterService/ChatWithAnyone", both, anyone),
            method("/greeter.v1.GreeterService/Move", server, user),
            method("/greeter.v1.GreeterService/WellKnown", unary, user),
            method("/greeter.v1.GreeterService/Wrapped", unary, user),
            method("/greeter.v1.GreeterService/Nested", unary, user),
            method("/greeter.v1.GreeterService/GreetFew", unary, few),
            method("/greeter.v1.GreeterService/GreetGuests", unary, guests),
        ]
    );
}

#[test]
fn a_server_brings_its_methods_along() {
    let methods = <GreeterServiceServer<Gated<Greeter>> as HasPolicy>::METHODS;
    assert_eq!(methods, greeter_service_gate::METHODS);
}

#[test]
fn paths_keep_the_names_of_the_proto() {
    assert_eq!(
        http_service_gate::METHODS[0].path,
        "/greeter.v1.HTTPService/GetURL"
    );
    assert_eq!(bare_gate::METHODS[0].path, "/Bare/Call");
    assert!(empty_service_gate::METHODS.is_empty());
}
