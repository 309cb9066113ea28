//! What the token says of the user.

use serde_json::{Value, json};

use super::{of_every_type, token};
use crate::{case::Cases, issuer::Issuer};

pub(super) fn add(issuer: &impl Issuer, cases: &mut Cases) {
    let token = || token(issuer);
    for claim in ["email", "name", "picture", "phone_number"] {
        for (variant, value) in of_every_type()
            .into_iter()
            .filter(|(_, value)| !value.is_string())
        {
            cases.add(claim, variant, token().claim(claim, value).sign());
        }
    }
    for (variant, value) in of_every_type()
        .into_iter()
        .filter(|(_, value)| !value.is_boolean())
    {
        cases.add(
            "email_verified",
            variant,
            token().claim("email_verified", value).sign(),
        );
    }
    cases.add(
        "email_verified",
        "the string true",
        token().claim("email_verified", "true").sign(),
    );
    cases.add(
        "email_verified",
        "missing",
        token().without("email_verified").sign(),
    );

    let firebase = |value: Value| token().claim("firebase", value).sign();
    for (variant, value) in of_every_type()
        .into_iter()
        .filter(|(_, value)| !value.is_string())
    {
        cases.add(
            "sign_in_provider",
            variant,
            token().firebase("sign_in_provider", value).sign(),
        );
    }
    cases.add(
        "sign_in_provider",
        "missing",
        token().without_firebase("sign_in_provider").sign(),
    );
    cases.add("sign_in_provider", "empty", token().provider("").sign());
    cases.add(
        "sign_in_provider",
        "outside of firebase",
        token()
            .without("firebase")
            .claim("sign_in_provider", "password")
            .sign(),
    );
    cases.add(
        "sign_in_provider",
        "in an array",
        firebase(json!([{ "sign_in_provider": "password" }])),
    );
    cases.add(
        "second_factor",
        "true",
        token().firebase("sign_in_second_factor", true).sign(),
    );
    cases.add(
        "second_factor",
        "null",
        token()
            .firebase("sign_in_second_factor", Value::Null)
            .sign(),
    );
    cases.add(
        "identities",
        "missing",
        token().without_firebase("identities").sign(),
    );
    cases.add(
        "identities",
        "a string",
        token().firebase("identities", "x").sign(),
    );
}
