//! By a custom token.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::local::{Local, PROJECT, User, claims};

const AUDIENCE: &str =
    "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";

fn token(local: &Local, change: &Value) -> Value {
    let now = local.now();
    let mut token = json!({ "aud": AUDIENCE, "iss": "sa@x", "sub": "sa@x", "iat": now, "exp": now + 3600, "uid": "ada" });
    token
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    token
}

fn unsigned(claims: &Value) -> String {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    format!(
        "{}.{}.",
        encode(&json!({ "alg": "none", "typ": "JWT" })),
        encode(claims)
    )
}

#[tokio::test]
async fn a_server_vouches_for_someone() {
    let local = Local::start().await;
    let claims_wanted = json!({ "claims": { "roles": ["editor"], "team": 7 } });
    let body = local
        .accounts(
            "signInWithCustomToken",
            json!({ "token": unsigned(&token(&local, &claims_wanted)) }),
        )
        .await
        .ok();
    assert_eq!(body["isNewUser"], true);
    let user = User::of(&body);
    assert_eq!(user.uid, "ada");
    let verified = local.verified(&user.id_token).await;
    assert!(verified.sign_in_provider() == "custom" && verified.has_role("editor"));
    let refreshed = local.refresh(&user.refresh_token).await.ok();
    assert_eq!(
        claims(refreshed["id_token"].as_str().unwrap())["team"],
        7,
        "the claims stay with the session"
    );

    let again = local
        .accounts(
            "signInWithCustomToken",
            json!({ "token": token(&local, &json!({})).to_string() }),
        )
        .await
        .ok();
    assert_eq!(again["isNewUser"], false);
    assert!(
        claims(again["idToken"].as_str().unwrap())
            .get("team")
            .is_none()
    );
    assert_eq!(
        local.lookup(&user).await.ok()["users"][0]["customAuth"],
        true
    );
}

#[tokio::test]
async fn anything_else_is_no_custom_token() {
    let local = Local::start().await;
    let user = local.guest().await;
    for token in [
        "x".to_owned(),
        "a.b.c".to_owned(),
        "[]".to_owned(),
        user.id_token.clone(),
        unsigned(&token(&local, &json!({ "aud": PROJECT }))),
        unsigned(&token(&local, &json!({ "exp": local.now() }))),
        unsigned(&token(&local, &json!({ "uid": "" }))),
    ] {
        let refused = local
            .accounts("signInWithCustomToken", json!({ "token": token }))
            .await;
        assert_eq!(refused.error(), "INVALID_CUSTOM_TOKEN", "{token}");
    }
    assert_eq!(
        local
            .accounts("signInWithCustomToken", json!({}))
            .await
            .error(),
        "MISSING_CUSTOM_TOKEN"
    );
    for name in ["sub", "firebase", "email", "email_verified", "user_id"] {
        let token = token(&local, &json!({ "claims": { name: "x" } })).to_string();
        assert_eq!(
            local
                .accounts("signInWithCustomToken", json!({ "token": token }))
                .await
                .error(),
            "FORBIDDEN_CLAIM",
            "{name}"
        );
    }
}
