//! Tokens with nothing wrong: both accept them, and read the same.

use serde_json::json;

use super::{now, token, with_members};
use crate::{case::Cases, issuer::Issuer};

pub(super) fn add<I: Issuer>(issuer: &I, cases: &mut Cases) {
    let token = || token(issuer);
    let now = now(issuer);
    let mut good = |variant: &str, token: String| cases.add("good", variant, token);

    good("with a password", token().sign());
    for provider in ["anonymous", "custom", "google.com", "phone", "oidc.example"] {
        good(
            &format!("by {provider}"),
            issuer.token("ada").provider(provider).sign(),
        );
    }
    good("without user_id", token().without("user_id").sign());
    good("without typ", token().without_header("typ").sign());
    good("e-mail not verified", token().email_verified(false).sign());
    good("a second factor", token().second_factor("totp").sign());
    good("by the other key", token().key(I::KIND.keys()[1]).sign());
    good(
        "everything that a user can have",
        token()
            .name("Ada Lovelace")
            .picture("https://example.com/ada.png")
            .phone_number("+15555550100")
            .roles(&["editor"])
            .claim("nbf", now - 120)
            .sign(),
    );
    good(
        "signed in ten years ago",
        token().claim("auth_time", now - 3650 * 86_400).sign(),
    );
    good(
        "about to expire",
        token()
            .claim("iat", now - 3480)
            .claim("exp", now + 120)
            .sign(),
    );
    good(
        "lives almost as long as it may",
        token()
            .claim("iat", now - 60)
            .claim("exp", now + I::KIND.longest() - 180)
            .sign(),
    );
    for (variant, uid) in [
        ("a uid of 128 characters", "x".repeat(128)),
        ("a uid of 128 characters of two bytes", "ü".repeat(128)),
        ("a uid of 64 characters of two UTF-16 units", "𝛂".repeat(64)),
        ("a uid with a space behind", "ada ".to_owned()),
        ("a uid with a NUL", "a\0da".to_owned()),
        ("a uid that is markup", "<b>&quot;".to_owned()),
        ("a uid of one slash", "/".to_owned()),
    ] {
        good(variant, issuer.token(&uid).sign());
    }
    good(
        "JSON with escapes and white space",
        token()
            .raw_claims(
                token()
                    .claims_json()
                    .replacen("\"iss\":", " \t\r\n\"is\\u0073\" : ", 1)
                    .replacen("\"sub\":\"ada\"", "\"sub\":\"\\u0061da\"", 1),
            )
            .sign(),
    );
    good(
        "a header with white space",
        token()
            .raw_header(token().header_json().replace(',', " ,\n"))
            .sign(),
    );

    let mut extra = |variant: &str, token: String| cases.add("extra claim", variant, token);
    extra("uid of another", token().claim("uid", "eve").sign());
    extra(
        "a custom one",
        token().claim("level", json!({ "of": [1.5, null] })).sign(),
    );
    extra(
        "roles that are no array",
        token().claim("roles", "admin").sign(),
    );
    extra(
        "tenant outside firebase",
        token().claim("tenant", "pupils").sign(),
    );
    extra("azp", token().claim("azp", "another-project").sign());
    extra("an empty name", token().claim("", "x").sign());
    extra(
        "__proto__",
        with_members(
            &token(),
            r#""__proto__":{"sub":"eve","uid":"eve","email":"eve@example.com"}"#,
        ),
    );
    extra("constructor", token().claim("constructor", "x").sign());
    extra("toString", token().claim("toString", "x").sign());
    extra(
        "Sub in capitals",
        token().claim("SUB", "eve").claim("Exp", 1).sign(),
    );
    extra(
        "event_type beside sub",
        token().claim("event_type", "beforeSendSms").sign(),
    );

    let mut extra = |variant: &str, token: String| cases.add("extra in the header", variant, token);
    extra(
        "a member of its own",
        token().header("level", json!([1])).sign(),
    );
    extra("cty", token().header("cty", "JWT").sign());
    extra("zip", token().header("zip", "DEF").sign());
    extra("x5t", token().header("x5t", "AAAA").sign());
    extra("another script", token().header("level", "é — 𝛂").sign());
    extra(
        "__proto__",
        token().header("__proto__", json!({ "alg": "none" })).sign(),
    );
}
