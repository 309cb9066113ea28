//! Each claim of facts that a token has to state: whose it is, for whom, and in which form.

use callgate_testkit::{FirebaseIssuer, TokenBuilder};
use serde_json::{Value, json};

use super::{accepted, assert_refused, issuer, token};

#[test]
fn the_issuer_is_this_projects() {
    let wrong = "TOKEN_INVALID invalid token: iss is not this project's issuer but";
    let not_a_string = "TOKEN_INVALID invalid token: claims: iss is not a string";
    let row = |iss: Value, expected| (iss.to_string(), token().claim("iss", iss).sign(), expected);
    assert_refused([
        row(
            json!("https://securetoken.google.com/demo-callgate/"),
            wrong,
        ),
        row(json!("https://securetoken.google.com/demo-callgat"), wrong),
        row(
            json!("https://securetoken.google.com/demo-callgate2"),
            wrong,
        ),
        row(json!("https://securetoken.google.com/Demo-callgate"), wrong),
        row(json!("https://securetoken.google.com/"), wrong),
        row(json!("http://securetoken.google.com/demo-callgate"), wrong),
        row(json!("securetoken.google.com/demo-callgate"), wrong),
        row(
            json!(" https://securetoken.google.com/demo-callgate"),
            wrong,
        ),
        row(
            json!("https://session.firebase.google.com/demo-callgate"),
            wrong,
        ),
        row(json!("https://accounts.google.com"), wrong),
        row(json!("demo-callgate"), wrong),
        row(json!(""), wrong),
        row(json!(null), not_a_string),
        row(json!(1), not_a_string),
        row(
            json!(["https://securetoken.google.com/demo-callgate"]),
            not_a_string,
        ),
        (
            "none".to_owned(),
            token().without("iss").sign(),
            "TOKEN_INVALID invalid token: claims: iss is missing",
        ),
    ]);
}

#[test]
fn the_audience_is_this_project_and_nothing_else() {
    let wrong = "TOKEN_INVALID invalid token: aud is not this project but";
    let not_a_string = "TOKEN_INVALID invalid token: claims: aud is not a string";
    let row = |aud: Value, expected| (aud.to_string(), token().claim("aud", aud).sign(), expected);
    assert_refused([
        row(json!("another-project"), wrong),
        row(json!("demo-callgate2"), wrong),
        row(json!("Demo-Callgate"), wrong),
        row(json!(" demo-callgate"), wrong),
        row(json!(""), wrong),
        row(json!("123456789012"), wrong),
        row(json!(["demo-callgate"]), not_a_string),
        row(json!(["another-project", "demo-callgate"]), not_a_string),
        row(json!([]), not_a_string),
        row(json!({ "demo-callgate": 1 }), not_a_string),
        row(json!(null), not_a_string),
        row(json!(true), not_a_string),
        (
            "none".to_owned(),
            token().without("aud").sign(),
            "TOKEN_INVALID invalid token: claims: aud is missing",
        ),
    ]);
}

#[test]
fn tokens_of_another_kind_are_refused() {
    let now = super::at(super::NOW);
    let custom = |token: TokenBuilder| {
        token
            .claim("iss", "firebase-adminsdk@demo-callgate.iam.gserviceaccount.com")
            .claim("sub", "firebase-adminsdk@demo-callgate.iam.gserviceaccount.com")
            .claim(
                "aud",
                "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit",
            )
            .claim("uid", "ada")
            .without("firebase")
            .without("user_id")
            .without("auth_time")
    };
    assert_refused([
        (
            "another project's",
            FirebaseIssuer::new("another-project")
                .clock(callgate::Clock::manual(now))
                .token("ada")
                .sign(),
            "TOKEN_INVALID invalid token: iss is not this project's issuer",
        ),
        (
            "a custom token",
            custom(token()).sign(),
            "TOKEN_INVALID invalid token: iss is not this project's issuer",
        ),
        (
            "a custom token, by its own key",
            custom(token()).header("kid", "0f0e").forged_with(4).sign(),
            "TOKEN_INVALID invalid token: the issuer has no key",
        ),
        (
            "a session cookie",
            token()
                .claim("iss", "https://session.firebase.google.com/demo-callgate")
                .sign(),
            "TOKEN_INVALID invalid token: iss is not this project's issuer",
        ),
        (
            "a service account's",
            token()
                .claim("iss", "https://accounts.google.com")
                .claim("email", "votes@demo-callgate.iam.gserviceaccount.com")
                .sign(),
            "TOKEN_INVALID invalid token: iss is not this project's issuer",
        ),
        (
            "one that IAM has checked",
            token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
            "TOKEN_INVALID invalid token: the signature was removed by Google",
        ),
    ]);
}

#[test]
fn the_user_is_named() {
    let not_a_string = "TOKEN_INVALID invalid token: claims: sub is not a string";
    let too_long = "TOKEN_INVALID invalid token: claims: sub is longer than 128 characters";
    let row = |sub: Value, expected| {
        let name = format!("{sub:.40}");
        let token = token().without("user_id").claim("sub", sub);
        (name, token.sign(), expected)
    };
    assert_refused([
        row(
            json!(""),
            "TOKEN_INVALID invalid token: claims: sub is empty",
        ),
        row(json!("x".repeat(129)), too_long),
        row(json!("ü".repeat(129)), too_long),
        // 65 characters, of two UTF-16 units each: too long for firebase-admin.
        row(json!("𝛂".repeat(65)), too_long),
        row(json!(null), not_a_string),
        row(json!(7), not_a_string),
        row(json!(["ada"]), not_a_string),
        (
            "none".to_owned(),
            token().without("sub").sign(),
            "TOKEN_INVALID invalid token: claims: sub is missing",
        ),
        (
            "none, but a user_id".to_owned(),
            token().without("sub").claim("user_id", "ada").sign(),
            "TOKEN_INVALID invalid token: claims: sub is missing",
        ),
        (
            "none, as before an SMS is sent".to_owned(),
            token()
                .without("sub")
                .claim("event_type", "beforeSendSms")
                .sign(),
            "TOKEN_INVALID invalid token: claims: sub is missing",
        ),
    ]);
}

#[test]
fn the_user_id_is_the_subject() {
    assert_refused([
        (
            "another",
            token().claim("user_id", "eve").sign(),
            "TOKEN_INVALID invalid token: claims: user_id is not sub",
        ),
        (
            "an empty one",
            token().claim("user_id", "").sign(),
            "TOKEN_INVALID invalid token: claims: user_id is not sub",
        ),
        (
            "null",
            token().claim("user_id", Value::Null).sign(),
            "TOKEN_INVALID invalid token: claims: user_id is not a string",
        ),
    ]);
    accepted(&issuer().verifier(), &token().without("user_id").sign());
}

#[test]
fn how_the_user_signed_in_is_stated() {
    let content = "TOKEN_INVALID invalid token: claims: ";
    let row = |firebase: Value, expected| {
        let name = firebase.to_string();
        (name, token().claim("firebase", firebase).sign(), expected)
    };
    let no_provider =
        "TOKEN_INVALID invalid token: claims: firebase.sign_in_provider is not a string";
    assert_refused([
        (
            "no firebase".to_owned(),
            token().without("firebase").sign(),
            "TOKEN_INVALID invalid token: claims: firebase is missing",
        ),
        row(json!(null), content),
        row(json!("password"), content),
        row(json!(["password"]), content),
        row(json!([{ "sign_in_provider": "password" }]), content),
        row(
            json!({}),
            "TOKEN_INVALID invalid token: claims: firebase.sign_in_provider is missing",
        ),
        row(
            json!({ "sign_in_provider": "" }),
            "TOKEN_INVALID invalid token: claims: firebase.sign_in_provider is empty",
        ),
        row(json!({ "sign_in_provider": null }), no_provider),
        row(json!({ "sign_in_provider": 1 }), no_provider),
        row(json!({ "sign_in_provider": ["password"] }), no_provider),
        row(
            json!({ "sign_in_provider": "password", "sign_in_second_factor": true }),
            "TOKEN_INVALID invalid token: claims: firebase.sign_in_second_factor is not a string",
        ),
    ]);
}

#[test]
fn what_a_token_says_of_the_user_has_its_type() {
    let mut rows = Vec::new();
    for (claim, expected) in [
        (
            "email",
            "TOKEN_INVALID invalid token: claims: email is not a string",
        ),
        (
            "name",
            "TOKEN_INVALID invalid token: claims: name is not a string",
        ),
        (
            "picture",
            "TOKEN_INVALID invalid token: claims: picture is not a string",
        ),
        (
            "phone_number",
            "TOKEN_INVALID invalid token: claims: phone_number is not a string",
        ),
    ] {
        for value in [json!(null), json!(1), json!(true), json!(["x"]), json!({})] {
            rows.push((
                format!("{claim} {value}"),
                token().claim(claim, value).sign(),
                expected,
            ));
        }
    }
    for value in [json!(null), json!(1), json!("true"), json!([true])] {
        rows.push((
            format!("email_verified {value}"),
            token().claim("email_verified", value).sign(),
            "TOKEN_INVALID invalid token: claims: email_verified is neither true nor false",
        ));
    }
    assert_refused(rows);
}

#[test]
fn a_refusal_repeats_nothing_personal() {
    for token in [
        token().claim("email_verified", "ada@example.com"),
        token().claim("exp", "ada@example.com"),
        token().claim("firebase", "ada@example.com"),
        token().raw_claims("\"ada@example.com\""),
        token().claim("user_id", "ada@example.com"),
        token()
            .email("ada@example.com")
            .claim("aud", json!(["ada@example.com"])),
    ] {
        let denial = super::refusal(&issuer().verifier(), &token.sign());
        assert!(!format!("{denial} {denial:?}").contains('@'), "{denial}");
        assert!(!denial.status().message().contains('@'));
    }
}
