//! Guests, and what becomes of their accounts.

use serde_json::json;

use crate::local::{Local, User, idp};

#[tokio::test]
async fn a_guest_is_anonymous() {
    let local = Local::start().await;
    let guest = local.guest().await;
    assert!(local.verified(&guest.id_token).await.is_anonymous());
    assert_eq!(guest.claims()["provider_id"], "anonymous");
    let record = local.lookup(&guest).await.ok()["users"][0].clone();
    assert!(record.get("email").is_none() && record["providerUserInfo"] == json!([]));
}

#[tokio::test]
async fn a_guest_who_sets_a_password_keeps_the_account() {
    let local = Local::start().await;
    let guest = local.guest().await;
    local.sign_up("bob@example.com", "secret1").await;
    let taken =
        json!({ "idToken": guest.id_token, "email": "bob@example.com", "password": "secret1" });
    assert_eq!(
        local.accounts("signUp", taken).await.error(),
        "EMAIL_EXISTS"
    );

    let link =
        json!({ "idToken": guest.id_token, "email": "ada@example.com", "password": "secret1" });
    let linked = User::of(&local.accounts("signUp", link).await.ok());
    assert_eq!(linked.uid, guest.uid);
    assert!(!local.verified(&linked.id_token).await.is_anonymous());
    assert_eq!(
        User::of(&local.sign_in("ada@example.com", "secret1").await.ok()).uid,
        guest.uid
    );
    // The guest's session goes on, as the account's.
    local.refresh(&guest.refresh_token).await.ok();
}

#[tokio::test]
async fn a_guest_who_links_google_keeps_the_account() {
    let local = Local::start().await;
    let guest = local.guest().await;
    let claims =
        json!({ "sub": "g1", "email": "ada@example.com", "email_verified": true, "name": "Ada" });
    let mut link = idp("google.com", &claims);
    link["idToken"] = json!(guest.id_token);
    let linked = User::of(&local.accounts("signInWithIdp", link).await.ok());
    assert_eq!(linked.uid, guest.uid);
    let verified = local.verified(&linked.id_token).await;
    assert_eq!(
        (verified.sign_in_provider(), verified.email_verified()),
        ("google.com", true)
    );
    let again = User::of(
        &local
            .accounts("signInWithIdp", idp("google.com", &claims))
            .await
            .ok(),
    );
    assert_eq!(again.uid, guest.uid);
    let record = local.lookup(&again).await.ok()["users"][0].clone();
    assert_eq!(record["providerUserInfo"][0]["displayName"], "Ada");
    assert_eq!(
        record["providerUserInfo"][0]["federatedId"],
        "https://accounts.google.com/g1"
    );
}
