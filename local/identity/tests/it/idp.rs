//! By an account with another provider.

use serde_json::{Value, json};

use crate::local::{Local, User, idp};

async fn sign_in(local: &Local, provider: &str, claims: Value) -> Value {
    local
        .accounts("signInWithIdp", idp(provider, &claims))
        .await
        .ok()
}

async fn link(local: &Local, user: &User, provider: &str, claims: Value) -> crate::local::Reply {
    let mut body = idp(provider, &claims);
    body["idToken"] = json!(user.id_token);
    local.accounts("signInWithIdp", body).await
}

#[tokio::test]
async fn each_provider_signs_in_to_an_account_of_its_own() {
    let local = Local::start().await;
    for provider in ["google.com", "github.com", "facebook.com", "oidc.acme"] {
        let claims = json!({ "sub": "7", "email": format!("{provider}@example.com"), "name": "Ada", "email_verified": true });
        let body = sign_in(&local, provider, claims.clone()).await;
        assert_eq!(
            (&body["isNewUser"], &body["providerId"]),
            (&json!(true), &json!(provider))
        );
        assert_eq!(
            body["rawUserInfo"]
                .as_str()
                .unwrap()
                .parse::<Value>()
                .unwrap(),
            claims
        );
        let user = User::of(&body);
        let verified = local.verified(&user.id_token).await;
        assert_eq!(
            (
                verified.sign_in_provider(),
                verified.display_name().as_deref()
            ),
            (provider, Some("Ada"))
        );
        assert_eq!(
            verified.email_verified(),
            provider == "google.com",
            "only Google's word proves an address"
        );
        assert_eq!(
            user.claims()["firebase"]["identities"][provider],
            json!(["7"])
        );

        let again = sign_in(&local, provider, claims).await;
        assert!(again.get("isNewUser").is_none());
        assert_eq!(again["localId"], *user.uid);
    }
}

#[tokio::test]
async fn the_choosers_answer_comes_in_the_request_uri() {
    let local = Local::start().await;
    let query = idp(
        "google.com",
        &json!({ "sub": "7", "email": "ada@example.com" }),
    )["postBody"]
        .as_str()
        .unwrap()
        .replacen('&', "?", 1);
    let body = json!({ "requestUri": format!("{}/emulator/auth/handler{query}", local.base), "sessionId": "local", "returnIdpCredential": true });
    assert_eq!(
        User::of(&local.accounts("signInWithIdp", body).await.ok()).claims()["email"],
        "ada@example.com"
    );
}

#[tokio::test]
async fn an_address_of_another_account_needs_that_accounts_own_sign_in() {
    let local = Local::start().await;
    let owner = local.sign_up("ada@example.com", "secret1").await;
    let claims = json!({ "sub": "h1", "email": "ada@example.com", "email_verified": true });
    let body = sign_in(&local, "github.com", claims.clone()).await;
    assert_eq!(
        (&body["needConfirmation"], &body["localId"]),
        (&json!(true), &json!(owner.uid))
    );
    assert!(body.get("idToken").is_none() && body.get("refreshToken").is_none());

    assert_eq!(
        User::of(
            &link(&local, &owner, "github.com", claims.clone())
                .await
                .ok()
        )
        .uid,
        owner.uid
    );
    assert_eq!(
        sign_in(&local, "github.com", claims).await["localId"],
        *owner.uid
    );
}

#[tokio::test]
async fn google_takes_an_unverified_account_over() {
    let local = Local::start().await;
    let squatter = local.sign_up("ada@example.com", "secret1").await;
    local.advance(10);
    let unproven = sign_in(
        &local,
        "google.com",
        json!({ "sub": "g1", "email": "ada@example.com" }),
    )
    .await;
    assert_eq!(unproven["needConfirmation"], true);
    let owner = User::of(
        &sign_in(
            &local,
            "google.com",
            json!({ "sub": "g1", "email": "ada@example.com", "email_verified": true }),
        )
        .await,
    );
    assert_eq!(owner.uid, squatter.uid);
    assert_eq!(owner.claims()["email_verified"], true);
    assert_eq!(
        local.sign_in("ada@example.com", "secret1").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
    assert_eq!(
        local.refresh(&squatter.refresh_token).await.error(),
        "TOKEN_EXPIRED"
    );
}

#[tokio::test]
async fn google_joins_a_verified_account() {
    let local = Local::start().await;
    let owner = local.sign_up("ada@example.com", "secret1").await;
    local
        .admin(
            ":update",
            json!({ "localId": owner.uid, "emailVerified": true }),
        )
        .await
        .ok();
    sign_in(
        &local,
        "google.com",
        json!({ "sub": "g1", "email": "ada@example.com", "email_verified": true }),
    )
    .await;
    local.sign_in("ada@example.com", "secret1").await.ok();
    local.refresh(&owner.refresh_token).await.ok();
}

#[tokio::test]
async fn an_identity_belongs_to_one_account() {
    let local = Local::start().await;
    let claims = json!({ "sub": "g1", "email": "ada@example.com", "email_verified": true });
    sign_in(&local, "google.com", claims.clone()).await;
    let guest = local.guest().await;
    let refused = link(&local, &guest, "google.com", claims.clone()).await;
    assert_eq!(refused.error(), "FEDERATED_USER_ID_ALREADY_LINKED");
    assert_eq!(
        link(
            &local,
            &guest,
            "github.com",
            json!({ "sub": "h", "email": "ada@example.com" })
        )
        .await
        .error(),
        "EMAIL_EXISTS"
    );

    // By popup the credential comes back with the error, to sign in with instead.
    let mut body = idp("google.com", &claims);
    body["idToken"] = json!(guest.id_token);
    body["returnIdpCredential"] = json!(true);
    let told = local.accounts("signInWithIdp", body).await.ok();
    assert!(
        told["errorMessage"]
            .as_str()
            .unwrap()
            .starts_with("FEDERATED_USER_ID_ALREADY_LINKED")
    );
    assert!(told["oauthIdToken"].is_string() && told.get("idToken").is_none());
}

#[tokio::test]
async fn an_identity_can_be_unlinked() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    link(&local, &user, "facebook.com", json!({ "sub": "f1" }))
        .await
        .ok();
    let body = local
        .accounts(
            "update",
            json!({ "idToken": user.id_token, "deleteProvider": ["facebook.com"] }),
        )
        .await
        .ok();
    assert_eq!(body["providerUserInfo"].as_array().unwrap().len(), 1);
    assert_ne!(
        sign_in(&local, "facebook.com", json!({ "sub": "f1" })).await["localId"],
        *user.uid
    );
}

#[tokio::test]
async fn only_so_many_identities_fit_into_a_token() {
    let local = Local::start().await;
    let user = local.guest().await;
    for n in 0..8 {
        link(&local, &user, &format!("oidc.p{n}"), json!({ "sub": "x" }))
            .await
            .ok();
    }
    assert_eq!(
        link(&local, &user, "oidc.p8", json!({ "sub": "x" }))
            .await
            .error(),
        "QUOTA_EXCEEDED"
    );
    link(&local, &user, "oidc.p7", json!({ "sub": "y" }))
        .await
        .ok();
}

#[tokio::test]
async fn an_answer_without_a_subject_signs_nobody_in() {
    let local = Local::start().await;
    for claims in [
        json!({}),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "sub": "x".repeat(129) }),
        json!([]),
    ] {
        let refused = local
            .accounts("signInWithIdp", idp("google.com", &claims))
            .await;
        assert_eq!(refused.error(), "INVALID_IDP_RESPONSE", "{claims}");
    }
    for provider in ["password", "evil.example", ""] {
        let refused = local
            .accounts("signInWithIdp", idp(provider, &json!({ "sub": "1" })))
            .await;
        assert_eq!(refused.error(), "INVALID_PROVIDER_ID", "{provider}");
    }
    assert_eq!(
        local.accounts("signInWithIdp", json!({})).await.error(),
        "INVALID_IDP_RESPONSE"
    );
}
