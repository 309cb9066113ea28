//! Roles: an array of strings in the configured custom claim, and nothing else (G14).

use serde_json::{Value, json};

use super::{accepted, issuer, token};

fn roles(claims: Value) -> Vec<String> {
    let token = token().claim("roles", claims).sign();
    let user = accepted(&issuer().verifier(), &token);
    user.roles().map(str::to_owned).collect()
}

#[test]
fn roles_are_exactly_what_the_array_holds() {
    assert_eq!(
        roles(json!(["editor", "Editor", " x"])),
        ["editor", "Editor", " x"]
    );
    assert_eq!(roles(json!(["\u{e9}\"\n"])), ["\u{e9}\"\n"]);
    let user = token().roles(&["editor"]).end_user();
    assert!(user.has_role("editor"));
    assert!(!user.has_role("Editor") && !user.has_role("edit") && !user.has_role(""));
}

#[test]
fn anything_else_is_no_roles() {
    for claim in [
        json!([]),
        json!("editor"),
        json!("editor,admin"),
        json!(null),
        json!(true),
        json!(1),
        json!(-1),
        json!(1.5),
        json!({ "editor": true }),
        json!({ "0": "editor" }),
        json!(["editor", null]),
        json!(["editor", 1]),
        json!(["editor", ["admin"]]),
        json!([["editor"]]),
        json!(["editor", { "admin": true }]),
        json!([true, "editor"]),
    ] {
        assert_eq!(roles(claim.clone()), [""; 0], "{claim}");
    }
}

#[test]
fn roles_come_from_the_configured_claim_only() {
    let verifier = issuer().verifier().roles_claim("permissions").unwrap();
    let token = token()
        .roles(&["admin"])
        .claim("permissions", vec!["editor"]);
    let user = accepted(&verifier, &token.sign());
    assert_eq!(user.roles().collect::<Vec<_>>(), ["editor"]);

    let within = super::token()
        .claim("claims", json!({ "roles": ["admin"] }))
        .firebase("roles", vec!["admin"]);
    assert_eq!(within.end_user().roles().len(), 0);
}

#[test]
fn a_claim_that_means_something_else_makes_no_verifier() {
    for name in [
        "",
        "iss",
        "sub",
        "aud",
        "exp",
        "nbf",
        "iat",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "name",
        "given_name",
        "family_name",
        "picture",
        "email",
        "email_verified",
        "phone_number",
        "user_id",
        "firebase",
    ] {
        assert!(issuer().verifier().roles_claim(name).is_err(), "{name:?}");
    }
}
