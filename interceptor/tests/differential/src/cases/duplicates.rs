//! Names that are there twice.

use callgate_testkit::RsaKey;
use serde_json::{Value, json};

use super::{now, token, with_members};
use crate::{case::Cases, issuer::Issuer, kind::FORGER};

pub(super) fn add<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let token = || token(issuer);
    let now = now(issuer);
    let claims: Value = serde_json::from_str(&token().claims_json()).expect("claims are JSON");
    for claim in [
        "iss",
        "aud",
        "sub",
        "exp",
        "iat",
        "auth_time",
        "user_id",
        "email",
        "firebase",
    ] {
        let same = claims[claim].clone();
        cases.add(
            "twice",
            format!("{claim} with the same value"),
            token().repeat_claim(claim, same).sign(),
        );
    }
    for (claim, wrong) in [
        ("iss", json!(issuer.name_for("another-project"))),
        ("aud", json!("another-project")),
        ("sub", json!("eve")),
        ("exp", json!(now - 3600)),
        ("email", json!("eve@example.com")),
    ] {
        let right = claims[claim].clone();
        let wrong_first = token()
            .claim(claim, wrong.clone())
            .repeat_claim(claim, right);
        cases.add(
            "twice",
            format!("{claim} with a wrong value first"),
            wrong_first.sign(),
        );
        let wrong_last = token().repeat_claim(claim, wrong);
        cases.add(
            "twice",
            format!("{claim} with a wrong value last"),
            wrong_last.sign(),
        );
    }
    for (variant, members) in [
        ("a custom claim", r#""level":1,"level":2"#),
        ("sub spelled with an escape", r#""s\u0075b":"eve""#),
        ("within a custom claim", r#""level":[{"a":1,"a":2}]"#),
        ("the roles", r#""roles":["a"],"roles":["b"]"#),
    ] {
        cases.add("twice", variant, with_members(&token(), members));
    }
    let within = token().claims_json().replacen(
        "\"sign_in_provider\":",
        "\"sign_in_provider\":\"anonymous\",\"sign_in_provider\":",
        1,
    );
    cases.add(
        "twice",
        "sign_in_provider",
        token().raw_claims(within).sign(),
    );

    for (name, wrong, right) in [
        ("alg", "none", "RS256"),
        ("kid", RsaKey::number(FORGER).kid(), I::KIND.key().kid()),
        ("typ", "JOSE", "JWT"),
    ] {
        let token = || token().header(name, right);
        cases.add(
            "twice in the header",
            format!("{name} with the same value"),
            token().repeat_header(name, right).sign(),
        );
        cases.add(
            "twice in the header",
            format!("{name} with a wrong value first"),
            token()
                .header(name, wrong)
                .repeat_header(name, right)
                .sign(),
        );
        cases.add(
            "twice in the header",
            format!("{name} with a wrong value last"),
            token().repeat_header(name, wrong).sign(),
        );
    }
}
