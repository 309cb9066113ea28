//! Session cookies.

use callgate::verify::Check;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::local::{
    JWKS, Local, PROJECT, Reply, SESSION_COOKIE_JWKS, SESSION_COOKIE_X509, User, V1, claims, header,
};

const DAY: u64 = 24 * 60 * 60;

async fn create(local: &Local, pool: &str, body: Value) -> Reply {
    let path = format!("{V1}/projects/{pool}:createSessionCookie");
    let request = local.request(Method::POST, &path);
    Reply::read(request.bearer_auth(&local.secret).json(&body)).await
}

fn cookie(body: &Value) -> String {
    body["sessionCookie"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_session_cookie_says_what_the_id_token_says() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    local.advance(100);
    let body = json!({ "idToken": user.id_token, "validDuration": "86400" });
    let cookie = cookie(&create(&local, PROJECT, body).await.ok());
    let mut expected = user.claims();
    expected["iss"] = format!("https://session.firebase.google.com/{PROJECT}").into();
    expected["iat"] = local.now().into();
    expected["exp"] = (local.now() + DAY).into();
    assert_eq!(claims(&cookie), expected);
    assert_eq!(claims(&cookie)["auth_time"], local.now() - 100);
    assert!(local.is_signed_with(SESSION_COOKIE_JWKS, &cookie).await);
    assert!(!local.is_signed_with(JWKS, &cookie).await);
    let Check::Verified(proven) = local.check_cookie(&cookie).await else {
        panic!("the production verifier refuses it");
    };
    assert_eq!(proven.id().uid, user.uid);
    assert!(matches!(local.check(&cookie).await, Check::Refused(_)));
    assert!(matches!(
        local.check_cookie(&user.id_token).await,
        Check::Refused(_)
    ));
}

#[tokio::test]
async fn the_certificates_hold_the_same_keys() {
    let local = Local::start().await;
    let user = local.guest().await;
    let body = json!({ "idToken": user.id_token, "validDuration": 300 });
    let cookie = cookie(&create(&local, PROJECT, body).await.ok());
    let certificates = local.admin_get(SESSION_COOKIE_X509).await.ok();
    let pem = certificates[header(&cookie)["kid"].as_str().unwrap()]
        .as_str()
        .unwrap();
    let key = jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let (message, signature) = cookie.rsplit_once('.').unwrap();
    let algorithm = jsonwebtoken::Algorithm::RS256;
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, algorithm).unwrap());
}

#[tokio::test]
async fn it_lives_five_minutes_to_fourteen_days() {
    let local = Local::start().await;
    let user = local.guest().await;
    let lifetime = async |valid_duration: Value| {
        let body = json!({ "idToken": user.id_token, "validDuration": valid_duration });
        let reply = create(&local, PROJECT, body).await;
        if reply.status != StatusCode::OK {
            assert_eq!(reply.error(), "INVALID_DURATION");
            return None;
        }
        let claims = claims(&cookie(&reply.body));
        Some(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap())
    };
    for taken in [300, 14 * DAY] {
        assert_eq!(lifetime(taken.into()).await, Some(taken));
        assert_eq!(lifetime(taken.to_string().into()).await, Some(taken));
    }
    assert_eq!(lifetime(Value::Null).await, Some(14 * DAY));
    for refused in [
        json!(299),
        json!(14 * DAY + 1),
        json!(-1),
        json!(300.5),
        json!("x"),
        json!([300]),
    ] {
        assert_eq!(lifetime(refused.clone()).await, None, "{refused}");
    }
}

#[tokio::test]
async fn a_session_cookie_is_no_id_token() {
    let local = Local::start().await;
    let user = local.guest().await;
    let body = json!({ "idToken": user.id_token });
    let cookie = cookie(&create(&local, PROJECT, body).await.ok());
    for call in ["lookup", "update", "delete"] {
        let refused = local.accounts(call, json!({ "idToken": cookie })).await;
        assert_eq!(refused.error(), "INVALID_ID_TOKEN", "{call}");
    }
    let again = create(&local, PROJECT, json!({ "idToken": cookie })).await;
    assert_eq!(again.error(), "INVALID_ID_TOKEN");
}

#[tokio::test]
async fn only_a_live_account_gets_one() {
    let local = Local::start().await;
    let refused = async |user: &User| {
        let body = json!({ "idToken": user.id_token });
        create(&local, PROJECT, body).await.error().to_owned()
    };
    let (disabled, deleted, revoked, late) = (
        local.guest().await,
        local.guest().await,
        local.guest().await,
        local.guest().await,
    );
    let id = |user: &User| json!({ "localId": user.uid });
    let mut disable = id(&disabled);
    disable["disableUser"] = true.into();
    local.admin(":update", disable).await.ok();
    local.admin(":delete", id(&deleted)).await.ok();
    let mut revoke = id(&revoked);
    revoke["validSince"] = (local.now() + 1).into();
    local.admin(":update", revoke).await.ok();
    assert_eq!(refused(&disabled).await, "USER_DISABLED");
    assert_eq!(refused(&deleted).await, "USER_NOT_FOUND");
    assert_eq!(refused(&revoked).await, "TOKEN_EXPIRED");
    local.advance(3600);
    assert_eq!(refused(&late).await, "TOKEN_EXPIRED");
    assert_eq!(
        create(&local, PROJECT, json!({})).await.error(),
        "MISSING_ID_TOKEN"
    );
}

#[tokio::test]
async fn a_tenants_users_get_theirs_from_their_tenant() {
    let local = Local::start().await;
    let theirs = json!({ "returnSecureToken": true, "tenantId": "acme" });
    let theirs = User::of(&local.accounts("signUp", theirs).await.ok());
    let ours = local.guest().await;
    let acme = format!("{PROJECT}/tenants/acme");
    let body = |user: &User| json!({ "idToken": user.id_token });
    let taken = create(&local, &acme, body(&theirs)).await.ok();
    assert_eq!(claims(&cookie(&taken))["firebase"]["tenant"], "acme");
    for (pool, user) in [(PROJECT, &theirs), (&acme, &ours)] {
        let refused = create(&local, pool, body(user)).await;
        assert_eq!(refused.error(), "TENANT_ID_MISMATCH", "{pool}");
    }
}

#[tokio::test]
async fn only_a_server_of_the_project_asks_for_one() {
    let local = Local::start().await;
    let user = local.guest().await;
    let body = json!({ "idToken": user.id_token });
    let path = format!("{V1}/projects/{PROJECT}:createSessionCookie");
    let page = local
        .request(Method::POST, &path)
        .header("origin", &local.base)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(
        Reply::read(page.json(&body)).await.error(),
        "UNAUTHENTICATED"
    );
    for (call, error) in [
        ("demo-other:createSessionCookie", "INVALID_PROJECT_ID"),
        ("demo-callgate:other", "NOT_FOUND"),
        ("demo-callgate", "NOT_FOUND"),
        ("demo-callgate/tenants/acme", "NOT_FOUND"),
        (
            "demo-other/tenants/acme:createSessionCookie",
            "INVALID_PROJECT_ID",
        ),
    ] {
        let request = local.request(Method::POST, &format!("{V1}/projects/{call}"));
        let reply = Reply::read(request.bearer_auth(&local.secret).json(&body)).await;
        assert_eq!(reply.error(), error, "{call}");
    }
    // The name of a call is no part of the project's id.
    let accounts = format!("{V1}/projects/{PROJECT}:createSessionCookie/accounts:lookup");
    let request = local.request(Method::POST, &accounts);
    let reply = Reply::read(request.bearer_auth(&local.secret).json(&json!({}))).await;
    assert_eq!(reply.error(), "INVALID_PROJECT_ID");
}
