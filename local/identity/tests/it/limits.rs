//! Everything from outside has a bound.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::local::{Local, PROJECT, Reply, V1};

async fn raw(local: &Local, body: impl Into<String>) -> Reply {
    let request = local.request(Method::POST, &format!("{V1}/accounts:signUp"));
    Reply::read(
        request
            .header("content-type", "application/json")
            .body(body.into()),
    )
    .await
}

#[tokio::test]
async fn bodies_are_json_objects_of_at_most_64_kib() {
    let local = Local::start().await;
    let large = raw(&local, json!({ "x": "y".repeat(64 * 1024) }).to_string()).await;
    assert_eq!(
        (large.status, large.error()),
        (StatusCode::PAYLOAD_TOO_LARGE, "REQUEST_TOO_LARGE")
    );
    for body in [
        "",
        "null",
        "[]",
        "[null,\"a@b.example\",\"secret1\",null,null]",
        "{",
        "{} {}",
        r#"{"email":"a@b.c","email":"d@e.f"}"#,
        r#"{"email":7}"#,
    ] {
        let refused = raw(&local, body).await;
        assert_eq!(
            (refused.status, refused.error()),
            (StatusCode::BAD_REQUEST, "INVALID_ARGUMENT"),
            "{body}"
        );
        assert!(
            !refused.body.to_string().contains("a@b"),
            "what was sent is not repeated"
        );
    }
    raw(&local, " {} ").await.ok();
}

#[tokio::test]
async fn what_is_kept_is_short() {
    let local = Local::start().await;
    let user = local.guest().await;
    for change in [
        json!({ "displayName": "x".repeat(257) }),
        json!({ "photoUrl": "x".repeat(1001) }),
        json!({ "displayName": "a\nb" }),
    ] {
        let mut change = change;
        change["idToken"] = json!(user.id_token);
        assert_eq!(
            local.accounts("update", change).await.error(),
            "INVALID_ARGUMENT"
        );
    }
    let long = format!("{}@example.com", "a".repeat(250));
    let body = json!({ "email": long, "password": "secret1" });
    assert_eq!(
        local.accounts("signUp", body).await.error(),
        "INVALID_EMAIL"
    );
}

#[tokio::test]
async fn the_longest_token_still_passes_the_gate() {
    let local = Local::start().await;
    let attributes = json!({ "roles": ["x".repeat(970)] }).to_string();
    let uid = "u".repeat(128);
    let email = format!("{}@example.com", "a".repeat(242));
    let account = json!({ "localId": uid, "email": email, "password": "secret1", "customAttributes": attributes,
        "displayName": "n".repeat(256), "photoUrl": "p".repeat(1000), "phoneNumber": "+123456789012345" });
    local.admin("", account).await.ok();
    let mut user = crate::local::User::of(&local.sign_in(&email, "secret1").await.ok());
    for n in 0..8 {
        let claims = json!({ "sub": "s".repeat(128) });
        let mut link = crate::local::idp(&format!("oidc.{}{n}", "p".repeat(31)), &claims);
        link["idToken"] = json!(user.id_token);
        user = crate::local::User::of(&local.accounts("signInWithIdp", link).await.ok());
    }
    assert!(user.id_token.len() <= 8 * 1024, "{}", user.id_token.len());
}

#[tokio::test]
async fn only_so_many_codes_wait() {
    let local = Local::start().await;
    for n in 0..1001 {
        let body = json!({ "phoneNumber": format!("+1650555{n:04}") });
        local.accounts("sendVerificationCode", body).await.ok();
    }
    let listed = local
        .admin_get(&format!(
            "/emulator/v1/projects/{PROJECT}/verificationCodes"
        ))
        .await
        .ok();
    assert_eq!(listed["verificationCodes"].as_array().unwrap().len(), 1000);
    assert_eq!(
        listed["verificationCodes"][0]["phoneNumber"], "+16505550001",
        "the oldest went"
    );
}
