//! ID tokens and refresh tokens: for how long, and what ends them.

use std::time::Duration;

use callgate::{Denial, verify::Check};
use serde_json::json;

use crate::local::{Local, Reply, User, header};

#[tokio::test]
async fn a_token_is_as_firebase_makes_it() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let header = header(&user.id_token);
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("JWT"))
    );
    assert_eq!(header.as_object().unwrap().len(), 3);
    let now = local.now();
    assert_eq!(
        user.claims(),
        json!({
            "iss": "https://securetoken.google.com/demo-callgate",
            "aud": "demo-callgate",
            "auth_time": now,
            "user_id": user.uid,
            "sub": user.uid,
            "iat": now,
            "exp": now + 3600,
            "email": "ada@example.com",
            "email_verified": false,
            "firebase": { "identities": { "email": ["ada@example.com"] }, "sign_in_provider": "password" },
        })
    );
}

#[tokio::test]
async fn a_refresh_keeps_the_session() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let signed_in_at = local.now();
    local.advance(3600);
    assert!(matches!(
        local.check(&user.id_token).await,
        Check::Refused(Denial::TokenExpired)
    ));
    assert_eq!(local.lookup(&user).await.error(), "TOKEN_EXPIRED");
    let body = local.refresh(&user.refresh_token).await.ok();
    assert_eq!(body["access_token"], body["id_token"]);
    assert_eq!(
        (&body["refresh_token"], &body["user_id"]),
        (&json!(user.refresh_token), &json!(user.uid))
    );
    assert_eq!(
        (&body["token_type"], &body["expires_in"]),
        (&json!("Bearer"), &json!("3600"))
    );
    let claims = crate::local::claims(body["id_token"].as_str().unwrap());
    assert_eq!(
        (&claims["auth_time"], &claims["iat"]),
        (&json!(signed_in_at), &json!(local.now()))
    );
}

#[tokio::test]
async fn the_lifetime_is_a_setting_and_the_sdk_is_told() {
    let local =
        Local::start_with(|settings| settings.token_lifetime = Duration::from_secs(40)).await;
    let body = local.accounts("signUp", json!({})).await.ok();
    assert_eq!(body["expiresIn"], "40");
    let user = User::of(&body);
    assert_eq!(user.claims()["exp"], local.now() + 40);
    assert_eq!(
        local.refresh(&user.refresh_token).await.ok()["expires_in"],
        "40"
    );
    local.advance(40);
    assert_eq!(local.lookup(&user).await.error(), "TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_disabled_account_is_shut_out() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "disableUser": true }),
        )
        .await
        .ok();
    assert_eq!(
        local.refresh(&user.refresh_token).await.error(),
        "USER_DISABLED"
    );
    assert_eq!(local.lookup(&user).await.error(), "USER_DISABLED");
    assert_eq!(
        local.sign_in("ada@example.com", "secret1").await.error(),
        "USER_DISABLED"
    );
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "disableUser": false }),
        )
        .await
        .ok();
    local.refresh(&user.refresh_token).await.ok();
}

#[tokio::test]
async fn signing_out_everywhere_ends_earlier_sessions() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.advance(10);
    // As text and as a number: the SDKs send both.
    for valid_since in [json!(local.now().to_string()), json!(local.now())] {
        local
            .admin(
                ":update",
                json!({ "localId": user.uid, "validSince": valid_since }),
            )
            .await
            .ok();
        assert_eq!(
            local.refresh(&user.refresh_token).await.error(),
            "TOKEN_EXPIRED"
        );
        assert_eq!(local.lookup(&user).await.error(), "TOKEN_EXPIRED");
    }
    let again = User::of(&local.sign_in("ada@example.com", "secret1").await.ok());
    local.refresh(&again.refresh_token).await.ok();
}

#[tokio::test]
async fn nobody_can_make_a_refresh_token() {
    let local = Local::start().await;
    let (ada, eve) = (local.guest().await, local.guest().await);
    let (session, _) = ada.refresh_token.split_once('.').unwrap();
    let (_, seal) = eve.refresh_token.split_once('.').unwrap();
    for forged in [
        format!("{session}.{seal}"),
        session.to_owned(),
        format!("{session}."),
        "x.y".to_owned(),
        "ä".to_owned(),
    ] {
        assert_eq!(
            local.refresh(&forged).await.error(),
            "INVALID_REFRESH_TOKEN",
            "{forged}"
        );
    }
    assert_eq!(local.refresh("").await.error(), "MISSING_REFRESH_TOKEN");
    let other = Local::start_anew().await.guest().await;
    assert_eq!(
        local.refresh(&other.refresh_token).await.error(),
        "INVALID_REFRESH_TOKEN"
    );
}

#[tokio::test]
async fn the_token_endpoint_takes_refresh_tokens_only() {
    let local = Local::start().await;
    let request = local.request(
        reqwest::Method::POST,
        "/securetoken.googleapis.com/v1/token",
    );
    let request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=password&refresh_token=x");
    assert_eq!(Reply::read(request).await.error(), "INVALID_GRANT_TYPE");
}

#[tokio::test]
async fn nobody_can_make_an_id_token() {
    let local = Local::start().await;
    let ada = local.sign_up("ada@example.com", "secret1").await;
    let eve = local.guest().await;
    let [header, claims, signature] = ada.id_token.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let other = Local::start_anew()
        .await
        .sign_up("ada@example.com", "secret1")
        .await;
    let none = "eyJhbGciOiJub25lIiwia2lkIjoieCJ9";
    for forged in [
        format!(
            "{header}.{claims}.{}",
            eve.id_token.rsplit('.').next().unwrap()
        ),
        format!(
            "{header}.{}.{signature}",
            eve.id_token.split('.').nth(1).unwrap()
        ),
        format!("{none}.{claims}."),
        format!("{header}.{claims}"),
        "x".to_owned(),
        other.id_token,
    ] {
        assert_eq!(
            local
                .accounts("lookup", json!({ "idToken": forged }))
                .await
                .error(),
            "INVALID_ID_TOKEN"
        );
        let change = json!({ "idToken": forged, "displayName": "Eve" });
        assert_eq!(
            local.accounts("update", change).await.error(),
            "INVALID_ID_TOKEN"
        );
    }
    assert_eq!(
        local.accounts("lookup", json!({})).await.error(),
        "MISSING_ID_TOKEN"
    );
    assert_eq!(
        local
            .accounts("delete", json!({ "idToken": "" }))
            .await
            .error(),
        "MISSING_ID_TOKEN"
    );
}
