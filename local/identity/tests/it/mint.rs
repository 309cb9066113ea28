//! Minting a token of any kind.

use callgate::{IapVerifier, ServiceAccountVerifier, verify::Check};
use callgate_identity::{Identity, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::local::{
    APP_CHECK_JWKS, GOOGLE_JWKS, IAP_AUDIENCE, IAP_JWKS, JWKS, Local, PROJECT, Reply,
    SESSION_COOKIE_JWKS, claims,
};

/// One wish of each kind, and the keys that it is signed with.
fn wishes() -> [(Value, &'static str, u64); 5] {
    [
        (json!({ "kind": "firebase" }), JWKS, 3600),
        (
            json!({ "kind": "session-cookie" }),
            SESSION_COOKIE_JWKS,
            14 * 24 * 3600,
        ),
        (
            json!({ "kind": "iap", "email": "ada@example.com" }),
            IAP_JWKS,
            600,
        ),
        (
            json!({ "kind": "google", "serviceAccount": "admin", "audience": "http://localhost" }),
            GOOGLE_JWKS,
            3600,
        ),
        (
            json!({ "kind": "app-check" }),
            APP_CHECK_JWKS,
            7 * 24 * 3600,
        ),
    ]
}

fn with(wish: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut wish = wish.clone();
    wish[name] = value.into();
    wish
}

#[tokio::test]
async fn minting_wants_the_secret_and_nothing_else_will_do() {
    let local = Local::start().await;
    let user = local.guest().await;
    for (wish, ..) in wishes() {
        for authorization in [
            String::new(),
            "Bearer owner".to_owned(),
            format!("Bearer {}", user.id_token),
            format!("Bearer {}x", local.secret),
        ] {
            let request = local
                .request(Method::POST, "/local/v1/tokens")
                .header("origin", &local.base)
                .header("sec-fetch-site", "same-origin")
                .header("authorization", authorization)
                .json(&wish);
            assert_eq!(Reply::read(request).await.error(), "UNAUTHENTICATED");
        }
        let foreign = local
            .request(Method::POST, "/local/v1/tokens")
            .bearer_auth(&local.secret)
            .header("origin", "http://evil.example");
        assert_eq!(
            Reply::read(foreign.json(&wish)).await.error(),
            "PERMISSION_DENIED"
        );
    }
}

#[tokio::test]
async fn each_kind_is_signed_with_its_own_keys() {
    let local = Local::start().await;
    for (wish, keys, _) in wishes() {
        let token = local.token(wish.clone()).await;
        for (_, other, _) in wishes() {
            // A verifier finds no key of that name, since no two sets share one.
            let is_signed = local.is_signed_with(other, &token).await;
            assert_eq!(is_signed, other == keys, "{wish} {other}");
        }
    }
}

#[tokio::test]
async fn a_lifetime_has_bounds_and_a_token_may_have_expired() {
    let local = Local::start().await;
    for (wish, _, longest) in wishes() {
        let minted = local.mint(with(&wish, "lifetime", longest)).await.ok();
        let token = claims(minted["token"].as_str().unwrap());
        assert_eq!(token["iat"], local.now(), "{wish}");
        assert_eq!(token["exp"], local.now() + longest, "{wish}");
        assert_eq!(minted["expiresAt"], token["exp"]);
        for refused in [
            json!(longest + 1),
            json!(0),
            json!(-1),
            json!("60"),
            json!(1.5),
        ] {
            let reply = local.mint(with(&wish, "lifetime", refused)).await;
            assert_eq!(reply.error(), "INVALID_ARGUMENT", "{wish}");
        }
        let expired = local.token(with(&wish, "expired", true)).await;
        let exp = claims(&expired)["exp"].as_u64().unwrap();
        assert!(exp + 300 < local.now(), "no skew saves it: {wish}");
    }
    let short = json!({ "kind": "session-cookie", "lifetime": 299 });
    assert_eq!(local.mint(short).await.error(), "INVALID_ARGUMENT");
}

#[tokio::test]
async fn what_a_kind_has_no_use_for_is_refused_with_its_name() {
    let local = Local::start().await;
    for (wish, ..) in wishes() {
        let reply = local.mint(with(&wish, "role", "admin")).await;
        assert_eq!(reply.error(), "INVALID_ARGUMENT", "{wish}");
        let message = reply.body["error"]["message"].as_str().unwrap();
        assert!(message.contains("`role`"), "{message}");
    }
    for wish in [
        json!({}),
        json!({ "kind": "other" }),
        json!({ "kind": "iap" }),
        json!({ "kind": "google", "audience": "x" }),
        json!({ "kind": "google", "serviceAccount": "admin" }),
    ] {
        let reply = local.mint(wish.clone()).await;
        assert_eq!(reply.error(), "INVALID_ARGUMENT", "{wish}");
    }
}

#[tokio::test]
async fn a_firebase_token_is_of_a_new_account_or_of_one_that_is_there() {
    let local = Local::start().await;
    let ada = local.sign_up("ada@example.com", "secret1").await;
    let wish = json!({ "kind": "firebase", "email": "Ada@example.com", "emailVerified": true, "roles": ["editor"] });
    let token = local.token(wish).await;
    let user = local.verified(&token).await;
    assert_eq!(user.id().uid, ada.uid);
    assert!(user.has_role("editor") && user.email_verified());
    assert_eq!(claims(&token)["firebase"]["sign_in_provider"], "password");
    // The record says so too: a rule that asks for it agrees.
    let found = local
        .admin(":lookup", json!({ "localId": [ada.uid] }))
        .await;
    let record = found.ok()["users"][0].clone();
    assert_eq!(record["customAttributes"], "{\"roles\":[\"editor\"]}");
    assert_eq!(record["emailVerified"], true);

    let bob = json!({ "kind": "firebase", "email": "bob@example.com" });
    let (one, two) = (local.token(bob.clone()).await, local.token(bob).await);
    assert_eq!(claims(&one)["sub"], claims(&two)["sub"]);
    local
        .accounts("lookup", json!({ "idToken": one }))
        .await
        .ok();

    let named = json!({ "kind": "firebase", "uid": "carol" });
    let token = local.token(named).await;
    assert_eq!(claims(&token)["sub"], "carol");
    assert_eq!(claims(&token)["firebase"]["sign_in_provider"], "custom");

    let guest = local.token(json!({ "kind": "firebase" })).await;
    assert_eq!(claims(&guest)["firebase"]["sign_in_provider"], "anonymous");

    let tenants = json!({ "kind": "firebase", "email": "ada@example.com", "tenant": "acme" });
    let token = local.token(tenants).await;
    let theirs = local.verified(&token).await;
    assert_eq!(theirs.id().tenant, Some("acme"));
    assert_ne!(theirs.id().uid, ada.uid);
}

#[tokio::test]
async fn an_account_is_not_two() {
    let local = Local::start().await;
    let ada = local.sign_up("ada@example.com", "secret1").await;
    let firebase = json!({ "kind": "firebase" });
    let of_ada = with(&firebase, "uid", ada.uid.clone());
    for (wish, error) in [
        (
            with(&of_ada, "email", "bob@example.com"),
            "INVALID_ARGUMENT",
        ),
        (with(&of_ada, "tenant", "acme"), "TENANT_ID_MISMATCH"),
        (
            json!({ "kind": "firebase", "uid": "other", "email": "ada@example.com" }),
            "EMAIL_EXISTS",
        ),
        (with(&firebase, "email", "ada"), "INVALID_EMAIL"),
        (with(&firebase, "uid", ""), "INVALID_ARGUMENT"),
        (with(&firebase, "uid", "x".repeat(129)), "INVALID_ARGUMENT"),
        (with(&firebase, "tenant", "a/b"), "INVALID_TENANT_ID"),
        (with(&firebase, "emailVerified", true), "INVALID_ARGUMENT"),
        (with(&firebase, "roles", vec![""]), "INVALID_ARGUMENT"),
        (
            with(&firebase, "roles", vec!["x".repeat(65)]),
            "INVALID_ARGUMENT",
        ),
        (with(&firebase, "roles", vec!["x"; 33]), "INVALID_ARGUMENT"),
        (
            with(&firebase, "roles", vec!["x".repeat(64); 32]),
            "CLAIMS_TOO_LARGE",
        ),
        (with(&firebase, "roles", "admin"), "INVALID_ARGUMENT"),
    ] {
        let reply = local.mint(wish.clone()).await;
        assert_eq!(reply.error(), error, "{wish}");
    }
    let disable = json!({ "localId": ada.uid, "disableUser": true });
    local.admin(":update", disable).await.ok();
    assert_eq!(local.mint(of_ada).await.error(), "USER_DISABLED");
}

#[tokio::test]
async fn a_session_cookie_is_of_the_same_account() {
    let local = Local::start().await;
    let ada = local.sign_up("ada@example.com", "secret1").await;
    let wish = json!({ "kind": "session-cookie", "email": "ada@example.com", "lifetime": 300 });
    let cookie = local.token(wish).await;
    assert!(matches!(
        local.check_cookie(&cookie).await,
        Check::Verified(_)
    ));
    let cookie = claims(&cookie);
    assert_eq!(cookie["sub"], ada.uid);
    assert_eq!(
        cookie["iss"],
        format!("https://session.firebase.google.com/{PROJECT}")
    );
    assert_eq!(cookie["auth_time"], cookie["iat"]);
}

#[tokio::test]
async fn an_assertion_is_of_an_internal_user_or_an_external_one() {
    let local = Local::start().await;
    let verifier = IapVerifier::new(IAP_AUDIENCE, local.key_store(IAP_JWKS).await)
        .unwrap()
        .clock(local.clock.clone());
    let user = async |wish: Value| match verifier.check(&local.token(wish).await) {
        Check::Verified(user) => user,
        other => panic!("{other:?}"),
    };
    let ada = json!({ "kind": "iap", "email": "ada@example.com" });
    let internal = user(ada.clone()).await;
    assert_eq!(internal.hosted_domain(), Some("example.com"));
    assert!(!internal.is_external());
    let external = with(&ada, "external", true);
    assert!(user(external.clone()).await.is_external());
    let theirs = user(with(&external, "tenant", "acme")).await;
    let prefix = format!("securetoken.google.com/{PROJECT}/acme:");
    assert!(theirs.id().starts_with(&prefix));

    for (wish, error) in [
        (with(&ada, "tenant", "acme"), "INVALID_ARGUMENT"),
        (with(&ada, "email", "ädä@example.com"), "INVALID_EMAIL"),
        (with(&ada, "audience", ""), "INVALID_ARGUMENT"),
        (with(&ada, "audience", "a b"), "INVALID_ARGUMENT"),
        (with(&ada, "audience", "x".repeat(513)), "INVALID_ARGUMENT"),
    ] {
        assert_eq!(local.mint(wish.clone()).await.error(), error, "{wish}");
    }
    let elsewhere = local
        .token(with(&ada, "audience", "/projects/1/apps/x"))
        .await;
    assert!(matches!(verifier.check(&elsewhere), Check::Refused(_)));
    let late = local.token(with(&ada, "expired", true)).await;
    assert!(matches!(verifier.check(&late), Check::Refused(_)));
}

#[tokio::test]
async fn without_a_service_behind_iap_the_audience_has_to_be_said() {
    let dir = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let identity = Identity::open(Settings::new(PROJECT, dir.path(), [&base])).unwrap();
    let secret = identity.secret().to_owned();
    tokio::spawn(axum::serve(listener, identity.router()).into_future());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mint = async |wish: Value| {
        let request = client.post(format!("{base}/local/v1/tokens"));
        Reply::read(request.bearer_auth(&secret).json(&wish)).await
    };
    let wish = json!({ "kind": "iap", "email": "ada@example.com" });
    assert_eq!(mint(wish.clone()).await.error(), "INVALID_ARGUMENT");
    let said = mint(with(&wish, "audience", IAP_AUDIENCE)).await;
    assert_eq!(said.status, StatusCode::OK);
}

#[tokio::test]
async fn a_services_token_is_that_of_its_account() {
    let local = Local::start().await;
    let wish =
        json!({ "kind": "google", "serviceAccount": "admin", "audience": "http://localhost:1" });
    let token = local.token(wish.clone()).await;
    let account = local.identity.service_account("admin").await.unwrap();
    assert_eq!(claims(&token)["sub"], account.unique_id);
    let keys = local.key_store(GOOGLE_JWKS).await;
    let verifier = ServiceAccountVerifier::new(["http://localhost:1"], keys)
        .unwrap()
        .accounts([("admin", account.email)])
        .unwrap()
        .clock(local.clock.clone());
    assert!(matches!(verifier.check(&token), Check::Verified(_)));
    for (name, value) in [("serviceAccount", "../x"), ("audience", "a b")] {
        let reply = local.mint(with(&wish, name, value)).await;
        assert_eq!(reply.error(), "INVALID_ARGUMENT", "{name}");
    }
}

#[tokio::test]
async fn an_app_has_an_id() {
    let local = Local::start().await;
    for app in ["", "a b", "ä", &"x".repeat(129)] {
        let reply = local
            .mint(json!({ "kind": "app-check", "appId": app }))
            .await;
        assert_eq!(reply.error(), "INVALID_ARGUMENT", "{app}");
    }
}
