//! By e-mail address and password.

use serde_json::json;

use crate::local::{Local, User};

#[tokio::test]
async fn signing_up_signs_in() {
    let local = Local::start().await;
    let body = local
        .accounts("signUp", json!({ "email": "Ada@Example.com", "password": "secret1", "clientType": "CLIENT_TYPE_WEB" }))
        .await
        .ok();
    assert_eq!(
        (&body["kind"], &body["email"]),
        (
            &json!("identitytoolkit#SignupNewUserResponse"),
            &json!("ada@example.com")
        )
    );
    assert_eq!(body["expiresIn"], "3600");
    let user = User::of(&body);
    assert_eq!(body["localId"], *user.uid);
    let verified = local.verified(&user.id_token).await;
    assert_eq!(verified.email(), Some("ada@example.com"));
    assert!(!verified.email_verified() && verified.sign_in_provider() == "password");

    let record = local.lookup(&user).await.ok()["users"][0].clone();
    assert_eq!(record["localId"], *user.uid);
    assert_eq!(record["emailVerified"], false);
    assert_eq!(
        record["passwordHash"], "UkVEQUNURUQ=",
        "there is one, and it is not told"
    );
    assert_eq!(record["providerUserInfo"][0]["providerId"], "password");
    assert_eq!(record["createdAt"], (local.now() * 1000).to_string());
    assert!(record["passwordUpdatedAt"].is_number() && record["validSince"].is_string());
}

#[tokio::test]
async fn signing_in_gives_the_same_account() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.advance(100);
    let body = local.sign_in("ADA@example.com", "secret1").await.ok();
    assert_eq!(body["registered"], true);
    let again = User::of(&body);
    assert_eq!(again.uid, user.uid);
    assert_eq!(again.claims()["auth_time"], local.now());
    assert_eq!(
        local.lookup(&again).await.ok()["users"][0]["lastLoginAt"],
        (local.now() * 1000).to_string()
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_not_told_apart() {
    let local = Local::start().await;
    local.sign_up("ada@example.com", "secret1").await;
    let wrong = local.sign_in("ada@example.com", "secret2").await;
    let unknown = local.sign_in("bob@example.com", "secret1").await;
    assert_eq!(wrong.error(), "INVALID_LOGIN_CREDENTIALS");
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
    let asked = local
        .accounts(
            "createAuthUri",
            json!({ "identifier": "ada@example.com", "continueUri": local.base }),
        )
        .await
        .ok();
    assert!(asked.get("registered").is_none() && asked.get("signinMethods").is_none());
}

#[tokio::test]
async fn what_is_wrong_is_told_as_firebase_tells_it() {
    let local = Local::start().await;
    local.sign_up("ada@example.com", "secret1").await;
    for (body, error) in [
        (
            json!({ "email": "ADA@example.com", "password": "secret1" }),
            "EMAIL_EXISTS",
        ),
        (
            json!({ "email": "bob@example.com", "password": "12345" }),
            "WEAK_PASSWORD",
        ),
        (
            json!({ "email": "bob", "password": "secret1" }),
            "INVALID_EMAIL",
        ),
        (json!({ "email": "bob@example.com" }), "MISSING_PASSWORD"),
        (
            json!({ "email": "bob@example.com", "password": "" }),
            "MISSING_PASSWORD",
        ),
        (json!({ "password": "secret1" }), "MISSING_EMAIL"),
    ] {
        assert_eq!(
            local.accounts("signUp", body.clone()).await.error(),
            error,
            "{body}"
        );
    }
    for (body, error) in [
        (json!({ "email": "ada@example.com" }), "MISSING_PASSWORD"),
        (json!({ "password": "secret1" }), "MISSING_EMAIL"),
        (
            json!({ "email": "ada", "password": "secret1" }),
            "INVALID_EMAIL",
        ),
    ] {
        assert_eq!(
            local
                .accounts("signInWithPassword", body.clone())
                .await
                .error(),
            error,
            "{body}"
        );
    }
}

#[tokio::test]
async fn the_profile_can_be_changed_and_cleared() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let change = json!({ "idToken": user.id_token, "displayName": "Ada", "photoUrl": "http://x/a.png", "returnSecureToken": true });
    let body = local.accounts("update", change).await.ok();
    assert_eq!(
        (&body["displayName"], &body["photoUrl"]),
        (&json!("Ada"), &json!("http://x/a.png"))
    );
    assert!(
        body.get("idToken").is_none(),
        "nobody is signed out by a name"
    );
    let refreshed = local.refresh(&user.refresh_token).await.ok();
    let verified = local
        .verified(refreshed["access_token"].as_str().unwrap())
        .await;
    assert_eq!(
        (verified.display_name().as_deref(), verified.picture()),
        (Some("Ada"), Some("http://x/a.png"))
    );

    let clear =
        json!({ "idToken": user.id_token, "displayName": "", "deleteAttribute": ["PHOTO_URL"] });
    let body = local.accounts("update", clear).await.ok();
    assert!(body.get("displayName").is_none() && body.get("photoUrl").is_none());
}

#[tokio::test]
async fn a_new_password_signs_everyone_else_out() {
    let local = Local::start().await;
    let elsewhere = local.sign_up("ada@example.com", "secret1").await;
    local.advance(10);
    let here = User::of(&local.sign_in("ada@example.com", "secret1").await.ok());
    local.advance(10);
    let weak = local
        .accounts(
            "update",
            json!({ "idToken": here.id_token, "password": "12345" }),
        )
        .await;
    assert_eq!(weak.error(), "WEAK_PASSWORD");
    let here = User::of(
        &local
            .accounts(
                "update",
                json!({ "idToken": here.id_token, "password": "secret2" }),
            )
            .await
            .ok(),
    );

    assert_eq!(
        local.refresh(&elsewhere.refresh_token).await.error(),
        "TOKEN_EXPIRED"
    );
    assert_eq!(local.lookup(&elsewhere).await.error(), "TOKEN_EXPIRED");
    local.refresh(&here.refresh_token).await.ok();
    local.lookup(&here).await.ok();
    assert_eq!(
        local.sign_in("ada@example.com", "secret1").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
    local.sign_in("ada@example.com", "secret2").await.ok();
}

#[tokio::test]
async fn a_new_address_is_unverified_and_nobody_elses() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.sign_up("bob@example.com", "secret1").await;
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "emailVerified": true }),
        )
        .await
        .ok();
    let taken = local
        .accounts(
            "update",
            json!({ "idToken": user.id_token, "email": "bob@example.com" }),
        )
        .await;
    assert_eq!(taken.error(), "EMAIL_EXISTS");
    let changed = User::of(
        &local
            .accounts(
                "update",
                json!({ "idToken": user.id_token, "email": "ada@new.example" }),
            )
            .await
            .ok(),
    );
    assert_eq!(changed.claims()["email"], "ada@new.example");
    assert_eq!(changed.claims()["email_verified"], false);
}

#[tokio::test]
async fn what_is_grave_wants_a_recent_sign_in() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.advance(301);
    for change in [
        json!({ "password": "secret2" }),
        json!({ "email": "ada@new.example" }),
    ] {
        let mut change = change;
        change["idToken"] = json!(user.id_token);
        assert_eq!(
            local.accounts("update", change).await.error(),
            "CREDENTIAL_TOO_OLD_LOGIN_AGAIN"
        );
    }
    let deletion = json!({ "idToken": user.id_token });
    assert_eq!(
        local.accounts("delete", deletion).await.error(),
        "CREDENTIAL_TOO_OLD_LOGIN_AGAIN"
    );
    local
        .accounts(
            "update",
            json!({ "idToken": user.id_token, "displayName": "Ada" }),
        )
        .await
        .ok();
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local
        .accounts("delete", json!({ "idToken": user.id_token }))
        .await
        .ok();
    assert_eq!(local.lookup(&user).await.error(), "USER_NOT_FOUND");
    assert_eq!(
        local.refresh(&user.refresh_token).await.error(),
        "USER_NOT_FOUND"
    );
    assert_eq!(
        local.sign_in("ada@example.com", "secret1").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
    assert_ne!(
        local.sign_up("ada@example.com", "secret1").await.uid,
        user.uid
    );
}

#[tokio::test]
async fn no_password_is_kept_in_plain() {
    let local = Local::start().await;
    local
        .sign_up("ada@example.com", "correct-horse-battery")
        .await;
    assert!(local.state_file().contains("ada@example.com"));
    assert!(!local.state_file().contains("correct-horse-battery"));
}
