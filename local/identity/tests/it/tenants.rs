//! Tenants are pools of users of their own.

use serde_json::json;

use crate::local::{Local, PROJECT, Reply, User, V1};

#[tokio::test]
async fn the_same_address_is_another_account_in_another_tenant() {
    let local = Local::start().await;
    let own = local.sign_up("ada@example.com", "secret1").await;
    let body = json!({ "email": "ada@example.com", "password": "secret2", "tenantId": "acme" });
    let acme = User::of(&local.accounts("signUp", body.clone()).await.ok());
    assert_ne!(own.uid, acme.uid);
    assert_eq!(
        local.verified(&acme.id_token).await.id().tenant,
        Some("acme")
    );
    assert_eq!(local.verified(&own.id_token).await.id().tenant, None);
    assert_eq!(
        local.sign_in("ada@example.com", "secret2").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
    assert_eq!(
        User::of(&local.accounts("signInWithPassword", body).await.ok()).uid,
        acme.uid
    );
    // Later calls do not name the tenant: the token does.
    assert_eq!(
        local.lookup(&acme).await.ok()["users"][0]["tenantId"],
        "acme"
    );
    local.refresh(&acme.refresh_token).await.ok();
}

#[tokio::test]
async fn a_server_names_the_tenant_in_the_path() {
    let local = Local::start().await;
    let body = json!({ "email": "ada@example.com", "password": "secret2", "tenantId": "acme" });
    let acme = User::of(&local.accounts("signUp", body).await.ok());
    assert!(
        local
            .admin(":lookup", json!({ "localId": [acme.uid] }))
            .await
            .ok()
            .get("users")
            .is_none()
    );
    assert_eq!(
        local
            .admin(":delete", json!({ "localId": acme.uid }))
            .await
            .error(),
        "USER_NOT_FOUND"
    );
    let path = format!("{V1}/projects/{PROJECT}/tenants/acme/accounts:lookup");
    let request = local
        .request(reqwest::Method::POST, &path)
        .bearer_auth(&local.secret)
        .json(&json!({ "localId": [acme.uid] }));
    assert_eq!(
        Reply::read(request).await.ok()["users"][0]["localId"],
        *acme.uid
    );
}

#[tokio::test]
async fn a_tenants_name_is_a_name() {
    let local = Local::start().await;
    assert_eq!(
        local
            .accounts("signUp", json!({ "tenantId": "a/b" }))
            .await
            .error(),
        "INVALID_TENANT_ID"
    );
}
