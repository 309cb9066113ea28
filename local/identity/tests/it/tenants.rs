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

#[tokio::test]
async fn an_account_made_again_in_another_tenant_is_another() {
    let local = Local::start().await;
    local
        .admin(
            "",
            json!({ "localId": "ada", "email": "ada@example.com", "password": "secret1" }),
        )
        .await
        .ok();
    let own = User::of(&local.sign_in("ada@example.com", "secret1").await.ok());
    local
        .admin(":delete", json!({ "localId": "ada" }))
        .await
        .ok();
    let path = format!("{V1}/projects/{PROJECT}/tenants/acme/accounts");
    let again = local
        .request(reqwest::Method::POST, &path)
        .bearer_auth(&local.secret);
    Reply::read(again.json(&json!({ "localId": "ada" })))
        .await
        .ok();
    assert_eq!(
        local.refresh(&own.refresh_token).await.error(),
        "USER_NOT_FOUND"
    );
    assert_eq!(local.lookup(&own).await.error(), "USER_NOT_FOUND");
}

#[tokio::test]
async fn a_custom_token_signs_in_to_its_own_tenant_only() {
    let local = Local::start().await;
    local.admin("", json!({ "localId": "ada" })).await.ok();
    let now = local.now();
    let audience =
        "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit";
    let token = json!({ "aud": audience, "iss": "sa@x", "sub": "sa@x", "iat": now, "exp": now + 60, "uid": "ada", "tenant_id": "acme" });
    let mismatch = local
        .accounts(
            "signInWithCustomToken",
            json!({ "token": token.to_string() }),
        )
        .await;
    assert_eq!(mismatch.error(), "TENANT_ID_MISMATCH");
    let body = json!({ "token": token.to_string(), "tenantId": "acme" });
    assert_eq!(
        local.accounts("signInWithCustomToken", body).await.error(),
        "CREDENTIAL_MISMATCH"
    );
}

#[tokio::test]
async fn a_number_is_proven_for_one_tenant_only() {
    let local = Local::start().await;
    let number = "+16505550100";
    let send = async || {
        let sent = local
            .accounts(
                "sendVerificationCode",
                json!({ "phoneNumber": number, "tenantId": "acme" }),
            )
            .await
            .ok();
        json!({ "sessionInfo": sent["sessionInfo"], "code": local.last_code().code })
    };
    let mut shown = send().await;
    assert_eq!(
        local
            .accounts("signInWithPhoneNumber", shown.clone())
            .await
            .error(),
        "INVALID_SESSION_INFO"
    );
    shown["tenantId"] = json!("acme");
    local.accounts("signInWithPhoneNumber", shown).await.ok();

    let guest = User::of(
        &local
            .accounts("signUp", json!({ "tenantId": "acme" }))
            .await
            .ok(),
    );
    let mut shown = send().await;
    shown["idToken"] = json!(guest.id_token);
    let told = local.accounts("signInWithPhoneNumber", shown).await.ok();
    let proof = json!({ "temporaryProof": told["temporaryProof"], "phoneNumber": number });
    assert_eq!(
        local.accounts("signInWithPhoneNumber", proof).await.error(),
        "INVALID_TEMPORARY_PROOF"
    );
}
