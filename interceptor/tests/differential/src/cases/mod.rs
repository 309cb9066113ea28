//! The tokens, by the part that is special.

mod claims;
mod duplicates;
mod encoding;
mod good;
mod header;
mod keys;
mod kinds;
mod times;
mod user;

use callgate_testkit::{FirebaseIssuer, TokenBuilder};
use serde_json::{Value, json};

use crate::{Case, case::Cases};

/// All tokens of this issuer that are judged.
pub fn all(issuer: &FirebaseIssuer) -> Vec<Case> {
    let mut cases = Cases::default();
    good::add(issuer, &mut cases);
    header::add(issuer, &mut cases);
    keys::add(issuer, &mut cases);
    claims::add(issuer, &mut cases);
    user::add(issuer, &mut cases);
    times::add(issuer, &mut cases);
    duplicates::add(issuer, &mut cases);
    encoding::add(issuer, &mut cases);
    kinds::add(issuer, &mut cases);
    cases.0
}

/// A valid token, to be made special.
fn token(issuer: &FirebaseIssuer) -> TokenBuilder {
    issuer
        .token("ada")
        .email("ada@example.com")
        .email_verified(true)
}

/// When the tokens are made, in seconds since the Unix epoch.
fn now(issuer: &FirebaseIssuer) -> u64 {
    let claims: Value = serde_json::from_str(&issuer.token("ada").claims_json())
        .expect("the claims of a valid token are JSON");
    claims["iat"].as_u64().expect("a valid token has a time")
}

/// A value of each type of JSON.
fn of_every_type() -> [(&'static str, Value); 6] {
    [
        ("null", Value::Null),
        ("true", json!(true)),
        ("a number", json!(7)),
        ("a string", json!("x")),
        ("an array", json!([])),
        ("an object", json!({})),
    ]
}

/// The claims with one of them as this text.
fn with_text(token: &TokenBuilder, claim: &str, text: &str) -> String {
    let claims = token.clone().claim(claim, "HERE").claims_json();
    let claims = claims.replacen("\"HERE\"", text, 1);
    token.clone().raw_claims(claims).sign()
}

/// The claims with these members at their end.
fn with_members(token: &TokenBuilder, members: &str) -> String {
    let claims = token.claims_json();
    let open = claims.strip_suffix('}').expect("the claims are an object");
    token
        .clone()
        .raw_claims(format!("{open},{members}}}"))
        .sign()
}
