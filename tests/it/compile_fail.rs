//! What does not compile, and with which message.

#[test]
fn the_wrong_caller_and_a_server_without_rules_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}
