//! App Check's tokens, and that each counts once.

use callgate::{
    Denial,
    google::Credentials,
    verify::{AppCheckVerifier, Check},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::local::{APP_CHECK_JWKS, Local, PROJECT, Reply, claims, header};

const BASE: &str = "/firebaseappcheck.googleapis.com/v1beta/projects";

async fn verify(local: &Local, project: &str, body: Value) -> Reply {
    let path = format!("{BASE}/{project}:verifyAppCheckToken");
    let request = local.request(Method::POST, &path);
    Reply::read(request.bearer_auth(&local.secret).json(&body)).await
}

#[tokio::test]
async fn a_token_names_its_app_and_this_project() {
    let local = Local::start().await;
    let app = "1:123456789012:web:0123abcd";
    let token = local
        .token(json!({ "kind": "app-check", "appId": app }))
        .await;
    assert!(local.is_signed_with(APP_CHECK_JWKS, &token).await);
    assert_eq!(header(&token)["typ"], "JWT");
    let claims = claims(&token);
    assert_eq!(
        claims["iss"],
        "https://firebaseappcheck.googleapis.com/123456789012"
    );
    assert_eq!(
        claims["aud"],
        json!(["projects/123456789012", format!("projects/{PROJECT}")])
    );
    assert_eq!(claims["sub"], app);
    assert_eq!(claims["exp"], local.now() + 3600);
}

#[tokio::test]
async fn the_production_verifier_takes_it_and_uses_it_up_with_a_services_key_file() {
    let local = Local::start().await;
    let token = local.token(json!({ "kind": "app-check" })).await;
    let account = local.identity.service_account("votes").await.unwrap();
    let credentials = Credentials::service_account_file(account.key_file).unwrap();
    let keys = local.key_store(APP_CHECK_JWKS).await;
    let verifier = AppCheckVerifier::new(PROJECT, 123_456_789_012, keys)
        .unwrap()
        .clock(local.clock.clone())
        .credentials(credentials.clock(local.clock.clone()))
        .base_url(&format!("{}/firebaseappcheck.googleapis.com", local.base))
        .unwrap();
    assert!(matches!(verifier.check(&token), Check::Verified(_)));
    let app = verifier.consume(&token).await.unwrap();
    assert_eq!(app.id(), "1:123456789012:web:local");
    let again = verifier.consume(&token).await;
    assert!(matches!(again, Err(Denial::AppCheckRequired(_))));
    let late = json!({ "kind": "app-check", "expired": true });
    let late = local.token(late).await;
    assert!(matches!(verifier.check(&late), Check::Refused(_)));
}

#[tokio::test]
async fn another_project_number_is_another_issuer() {
    let local = Local::start_with(|settings| settings.project_number = 42).await;
    let token = local.token(json!({ "kind": "app-check" })).await;
    let claims = claims(&token);
    assert_eq!(claims["iss"], "https://firebaseappcheck.googleapis.com/42");
    assert_eq!(claims["sub"], "1:42:web:local");
    let body = json!({ "app_check_token": token });
    verify(&local, "42", body).await.ok();
}

#[tokio::test]
async fn a_token_counts_once() {
    let local = Local::start().await;
    let (one, two) = (
        local.token(json!({ "kind": "app-check" })).await,
        local.token(json!({ "kind": "app-check" })).await,
    );
    for token in [&one, &two] {
        let body = json!({ "app_check_token": token });
        assert_eq!(verify(&local, PROJECT, body.clone()).await.ok(), json!({}));
        for project in [PROJECT, "123456789012"] {
            let again = verify(&local, project, body.clone()).await.ok();
            assert_eq!(again, json!({ "alreadyConsumed": true }));
        }
        let body = json!({ "appCheckToken": token });
        let again = verify(&local, PROJECT, body).await.ok();
        assert_eq!(again, json!({ "alreadyConsumed": true }));
    }
}

#[tokio::test]
async fn only_app_checks_own_tokens_are_consumed() {
    let local = Local::start().await;
    let user = local.guest().await;
    let good = local.token(json!({ "kind": "app-check" })).await;
    let late = json!({ "kind": "app-check", "expired": true });
    let late = local.token(late).await;
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    for token in [
        user.id_token.as_str(),
        &late,
        message,
        &format!("{message}."),
        &format!("{message}.{other}{}", &signature[1..]),
        "",
    ] {
        let reply = verify(&local, PROJECT, json!({ "app_check_token": token })).await;
        assert_eq!(reply.error(), "INVALID_ARGUMENT", "{token}");
    }
    let missing = verify(&local, PROJECT, json!({})).await;
    assert_eq!(missing.error(), "INVALID_ARGUMENT");
    local.advance(3600);
    let reply = verify(&local, PROJECT, json!({ "app_check_token": good })).await;
    assert_eq!(reply.error(), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn a_token_of_another_project_number_is_not_consumed() {
    let local = Local::start().await;
    let token = local.token(json!({ "kind": "app-check" })).await;
    let other = local
        .killed_and_restarted_with(|settings| settings.project_number = 42)
        .await;
    assert!(other.is_signed_with(APP_CHECK_JWKS, &token).await);
    let reply = verify(&other, PROJECT, json!({ "app_check_token": token })).await;
    assert_eq!(reply.error(), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn only_a_server_of_the_project_asks() {
    let local = Local::start().await;
    let token = local.token(json!({ "kind": "app-check" })).await;
    let body = json!({ "app_check_token": token });
    let path = format!("{BASE}/{PROJECT}:verifyAppCheckToken");
    let page = local
        .request(Method::POST, &path)
        .header("origin", &local.base)
        .json(&body);
    assert_eq!(Reply::read(page).await.error(), "UNAUTHENTICATED");
    for project in ["demo-other", "1", ""] {
        let reply = verify(&local, project, body.clone()).await;
        assert_eq!(reply.error(), "INVALID_PROJECT_ID", "{project}");
    }
    for path in [
        format!("{BASE}/{PROJECT}:other"),
        format!("{BASE}/{PROJECT}"),
    ] {
        let request = local
            .request(Method::POST, &path)
            .bearer_auth(&local.secret);
        let reply = Reply::read(request.json(&body)).await;
        assert_eq!(reply.error(), "NOT_FOUND", "{path}");
    }
    assert_eq!(verify(&local, PROJECT, body).await.ok(), json!({}));
}
