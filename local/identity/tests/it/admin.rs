//! What a server may do to any account.

use callgate::{
    accounts::{AccountUpdate, Accounts},
    google::Credentials,
};
use serde_json::json;

use crate::local::{Local, PROJECT, User, V1};

#[tokio::test]
async fn accounts_are_looked_up_by_whatever_they_are_known_by() {
    let local = Local::start().await;
    let ada = local.sign_up("ada@example.com", "secret1").await;
    let bob = local
        .accounts(
            "signInWithIdp",
            crate::local::idp("github.com", &json!({ "sub": "b1" })),
        )
        .await
        .ok();
    let found = local
        .admin(":lookup", json!({ "localId": [ada.uid], "email": ["ADA@example.com"], "federatedUserId": [{ "providerId": "github.com", "rawId": "b1" }] }))
        .await
        .ok();
    let mut uids: Vec<_> = found["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["localId"].as_str().unwrap())
        .collect();
    uids.sort_unstable();
    let mut expected = vec![ada.uid.as_str(), bob["localId"].as_str().unwrap()];
    expected.sort_unstable();
    assert_eq!(uids, expected, "each once");
    assert!(
        local
            .admin(":lookup", json!({ "localId": ["nobody"] }))
            .await
            .ok()
            .get("users")
            .is_none()
    );
}

#[tokio::test]
async fn a_server_makes_and_changes_accounts() {
    let local = Local::start().await;
    let new = json!({ "localId": "ada", "email": "ada@example.com", "password": "secret1", "emailVerified": true, "displayName": "Ada" });
    assert_eq!(local.admin("", new.clone()).await.ok()["localId"], "ada");
    let same_address = json!({ "localId": "bob", "email": "Ada@example.com" });
    assert_eq!(local.admin("", same_address).await.error(), "EMAIL_EXISTS");
    assert_eq!(local.admin("", new).await.error(), "DUPLICATE_LOCAL_ID");
    assert_eq!(
        local
            .admin("", json!({ "localId": "x".repeat(129) }))
            .await
            .error(),
        "INVALID_ARGUMENT"
    );
    let user = User::of(&local.sign_in("ada@example.com", "secret1").await.ok());
    assert!(local.verified(&user.id_token).await.email_verified());

    local
        .admin(
            "",
            json!({ "localId": "bob", "phoneNumber": "+16505550100" }),
        )
        .await
        .ok();
    let taken = local
        .admin(
            ":update",
            json!({ "localId": "ada", "phoneNumber": "+16505550100" }),
        )
        .await;
    assert_eq!(taken.error(), "PHONE_NUMBER_EXISTS");
    assert_eq!(
        local
            .admin(":update", json!({ "localId": "nobody" }))
            .await
            .error(),
        "USER_NOT_FOUND"
    );
    assert_eq!(
        local.admin(":update", json!({})).await.error(),
        "MISSING_LOCAL_ID"
    );
    local
        .admin(":delete", json!({ "localId": "ada" }))
        .await
        .ok();
    assert_eq!(local.lookup(&user).await.error(), "USER_NOT_FOUND");
    assert_eq!(
        local
            .admin(":delete", json!({ "localId": "ada" }))
            .await
            .error(),
        "USER_NOT_FOUND"
    );
}

#[tokio::test]
async fn custom_attributes_are_claims_of_the_next_token() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let attributes = json!({ "roles": ["editor"], "team": 7 }).to_string();
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "customAttributes": attributes }),
        )
        .await
        .ok();
    let found = local
        .admin(":lookup", json!({ "localId": [user.uid] }))
        .await
        .ok();
    assert_eq!(found["users"][0]["customAttributes"], attributes);
    let token = local.refresh(&user.refresh_token).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(local.verified(&token).await.has_role("editor"));
    assert_eq!(crate::local::claims(&token)["team"], 7);

    for name in ["sub", "iss", "exp", "firebase", "email_verified", "user_id"] {
        let forbidden =
            json!({ "localId": user.uid, "customAttributes": json!({ name: 1 }).to_string() });
        assert_eq!(
            local.admin(":update", forbidden).await.error(),
            "FORBIDDEN_CLAIM",
            "{name}"
        );
    }
    let wrong = json!({ "localId": user.uid, "customAttributes": "[1]" });
    assert_eq!(
        local.admin(":update", wrong).await.error(),
        "INVALID_CLAIMS"
    );
    let large = json!({ "localId": user.uid, "customAttributes": json!({ "x": "y".repeat(1000) }).to_string() });
    assert_eq!(
        local.admin(":update", large).await.error(),
        "CLAIMS_TOO_LARGE"
    );

    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "customAttributes": "" }),
        )
        .await
        .ok();
    let token = local.refresh(&user.refresh_token).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(local.verified(&token).await.roles().len(), 0);
}

#[tokio::test]
async fn a_user_cannot_change_what_is_a_servers() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let change = json!({
        "idToken": user.id_token, "localId": "other", "customAttributes": "{\"roles\":[\"admin\"]}", "emailVerified": true,
        "validSince": "0", "disableUser": true,
    });
    local.accounts("update", change).await.ok();
    let token = local.refresh(&user.refresh_token).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let verified = local.verified(&token).await;
    assert!(verified.roles().len() == 0 && !verified.email_verified());
}

#[tokio::test]
async fn a_password_from_a_server_signs_everyone_out() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.advance(10);
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "password": "secret2" }),
        )
        .await
        .ok();
    assert_eq!(
        local.refresh(&user.refresh_token).await.error(),
        "TOKEN_EXPIRED"
    );
    local.sign_in("ada@example.com", "secret2").await.ok();
}

#[tokio::test]
async fn accounts_are_listed_in_pages() {
    let local = Local::start().await;
    for uid in ["a", "b", "c"] {
        local.admin("", json!({ "localId": uid })).await.ok();
    }
    let page = |query: &str| format!("{V1}/projects/{PROJECT}/accounts:batchGet?{query}");
    let first = local.admin_get(&page("maxResults=2")).await.ok();
    assert_eq!(
        (&first["users"][0]["localId"], &first["users"][1]["localId"]),
        (&json!("a"), &json!("b"))
    );
    let next = first["nextPageToken"].as_str().unwrap();
    let second = local
        .admin_get(&page(&format!("maxResults=2&nextPageToken={next}")))
        .await
        .ok();
    assert_eq!(second["users"].as_array().unwrap().len(), 1);
    assert!(second.get("nextPageToken").is_none());
    assert_eq!(
        local.admin_get(&page("maxResults=x")).await.error(),
        "INVALID_ARGUMENT"
    );
}

#[tokio::test]
async fn another_projects_accounts_are_not_here() {
    let local = Local::start().await;
    let path = format!("{V1}/projects/demo-other/accounts:batchGet");
    assert_eq!(local.admin_get(&path).await.error(), "INVALID_PROJECT_ID");
    assert_eq!(
        local
            .admin_get("/emulator/v1/projects/demo-other/oobCodes")
            .await
            .error(),
        "INVALID_PROJECT_ID"
    );
}

#[tokio::test]
async fn the_services_own_client_reads_and_changes_accounts() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let change = json!({ "localId": user.uid, "phoneNumber": "+16505550100", "customAttributes": "{\"roles\":[\"a\"]}" });
    local.admin(":update", change).await.ok();
    let accounts = Accounts::new(PROJECT, Credentials::fixed(&local.secret).unwrap()).unwrap();
    let accounts = accounts
        .base_url(&format!("{}/identitytoolkit.googleapis.com", local.base))
        .unwrap();
    let verified = local.verified(&user.id_token).await;
    let id = verified.id();

    let account = accounts.lookup(id).await.unwrap().unwrap();
    assert_eq!(account.email.as_deref(), Some("ada@example.com"));
    assert_eq!(account.created_at, Some(local.clock.now()));
    assert_eq!(account.last_sign_in_at, Some(local.clock.now()));
    assert_eq!(account.valid_since, Some(local.clock.now()));
    assert_eq!(
        account.custom_attributes.as_deref(),
        Some("{\"roles\":[\"a\"]}")
    );
    let providers: Vec<_> = account
        .providers
        .iter()
        .map(|provider| provider.id.as_str())
        .collect();
    assert_eq!(providers, ["password", "phone"]);

    for name in [Some("Ada"), None] {
        accounts
            .update(id, &AccountUpdate::new().display_name(name))
            .await
            .unwrap();
        assert_eq!(
            accounts
                .lookup(id)
                .await
                .unwrap()
                .unwrap()
                .display_name
                .as_deref(),
            name
        );
    }
    local
        .admin(":delete", json!({ "localId": user.uid }))
        .await
        .ok();
    assert!(accounts.lookup(id).await.unwrap().is_none());
}
