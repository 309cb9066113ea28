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

use callgate_testkit::TokenBuilder;
use serde_json::{Value, json};

use crate::{Case, Issuers, case::Cases, issuer::Issuer};

/// All tokens that are judged. Each case is made for both kinds.
pub fn all(issuers: &Issuers) -> Vec<Case> {
    let id_tokens = of_kind(&issuers.id_tokens, &issuers.session_cookies);
    let session_cookies = of_kind(&issuers.session_cookies, &issuers.id_tokens);
    [id_tokens, session_cookies].concat()
}

/// The tokens that are offered as this issuer's kind.
fn of_kind<I: Issuer>(issuer: &I, other: &impl Issuer) -> Vec<Case> {
    let mut cases = Cases::of(I::KIND);
    good::add(issuer, &mut cases);
    header::add(issuer, &mut cases);
    keys::add(issuer, &mut cases);
    claims::add(issuer, &mut cases);
    user::add(issuer, &mut cases);
    times::add(issuer, &mut cases);
    duplicates::add(issuer, &mut cases);
    encoding::add(issuer, &mut cases);
    kinds::add(issuer, &mut cases);
    kinds::exchanged(issuer, other, &mut cases);
    cases.all
}

/// A valid token, to be made special.
fn token<I: Issuer>(issuer: &I) -> TokenBuilder<I> {
    issuer
        .token("ada")
        .email("ada@example.com")
        .email_verified(true)
}

/// When the tokens are made, in seconds since the Unix epoch.
fn now(issuer: &impl Issuer) -> u64 {
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
fn with_text(token: &TokenBuilder<impl Issuer>, claim: &str, text: &str) -> String {
    let claims = token.clone().claim(claim, "HERE").claims_json();
    let claims = claims.replacen("\"HERE\"", text, 1);
    token.clone().raw_claims(claims).sign()
}

/// The claims with these members at their end.
fn with_members(token: &TokenBuilder<impl Issuer>, members: &str) -> String {
    let claims = token.claims_json();
    let open = claims.strip_suffix('}').expect("the claims are an object");
    token
        .clone()
        .raw_claims(format!("{open},{members}}}"))
        .sign()
}
