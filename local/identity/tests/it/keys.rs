//! The public keys, and new signing keys.

use std::time::Duration;

use callgate::{Denial, FirebaseVerifier, Invalid, keys::KeyStore, verify::Check};
use serde_json::{Value, json};

use crate::local::{
    APP_CHECK_JWKS, GOOGLE_JWKS, IAP_JWKS, JWKS, Local, PROJECT, Reply, SESSION_COOKIE_JWKS,
    SESSION_COOKIE_X509, header,
};

const X509: &str = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

/// Session cookies, IAP, service accounts and App Check have a key each.
const OTHER_ISSUERS: usize = 4;

async fn rotate(local: &Local) -> Reply {
    rotate_kind(local, "").await
}

async fn rotate_kind(local: &Local, query: &str) -> Reply {
    let path = format!("/emulator/v1/projects/{PROJECT}/keys:rotate{query}");
    Reply::read(
        local
            .request(reqwest::Method::POST, &path)
            .bearer_auth(&local.secret),
    )
    .await
}

async fn kids(local: &Local) -> Vec<Value> {
    kids_at(local, JWKS).await
}

async fn kids_at(local: &Local, path: &str) -> Vec<Value> {
    let keys = local.admin_get(path).await.ok();
    keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["kid"].clone())
        .collect()
}

#[tokio::test]
async fn the_keys_say_for_how_long_they_may_be_cached() {
    let local = Local::start_with(|settings| settings.keys_max_age = Duration::from_secs(7)).await;
    let others = [
        SESSION_COOKIE_JWKS,
        SESSION_COOKIE_X509,
        IAP_JWKS,
        GOOGLE_JWKS,
        APP_CHECK_JWKS,
    ];
    for path in [JWKS, X509].into_iter().chain(others) {
        let response = local
            .request(reqwest::Method::GET, path)
            .send()
            .await
            .unwrap();
        assert_eq!(
            response.headers()["cache-control"],
            "public, max-age=7, must-revalidate, no-transform"
        );
    }
    let keys = local.admin_get(JWKS).await.ok();
    let key = &keys["keys"][0];
    assert_eq!(
        (&key["kty"], &key["alg"], &key["use"], &key["e"]),
        (
            &json!("RSA"),
            &json!("RS256"),
            &json!("sig"),
            &json!("AQAB")
        )
    );
    assert_eq!(key["n"].as_str().unwrap().len(), 342, "2048 bits");
}

#[tokio::test]
async fn a_new_key_signs_at_once_and_the_old_one_still_verifies() {
    let local = Local::start().await;
    let user = local.guest().await;
    let new = rotate(&local).await.ok()["kid"].clone();
    let token = local.refresh(&user.refresh_token).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(header(&token)["kid"], new);
    assert_ne!(header(&user.id_token)["kid"], new);
    assert_eq!(
        kids(&local).await,
        [new.clone(), header(&user.id_token)["kid"].clone()]
    );
    local.verified(&user.id_token).await;
    local.lookup(&user).await.ok();

    let after = local.killed_and_restarted().await;
    after.verified(&user.id_token).await;
    assert_eq!(kids(&after).await[0], new);
}

#[tokio::test]
async fn an_old_key_goes_when_its_last_token_has_gone() {
    let local = Local::start().await;
    let user = local.guest().await;
    rotate(&local).await.ok();
    local.advance(3600);
    assert_eq!(
        kids(&local).await.len(),
        2,
        "a verifier's clock may be behind"
    );
    local.advance(60);
    assert_eq!(kids(&local).await.len(), 1);
    // With the keys of now, the old token is nobody's.
    local.refresh(&user.refresh_token).await.ok();
    assert_eq!(local.lookup(&user).await.error(), "INVALID_ID_TOKEN");
    rotate(&local).await.ok();
    assert_eq!(
        local.state_file().matches("\"kid\"").count(),
        2 + OTHER_ISSUERS,
        "what is gone is forgotten"
    );
}

#[tokio::test]
async fn an_old_key_signs_no_more() {
    let local = Local::start().await;
    assert_eq!(
        local.state_file().matches("\"private\"").count(),
        1 + OTHER_ISSUERS
    );
    rotate(&local).await.ok();
    assert_eq!(
        local.state_file().matches("\"private\"").count(),
        1 + OTHER_ISSUERS
    );
}

#[tokio::test]
async fn the_certificates_hold_the_same_keys() {
    let local = Local::start().await;
    rotate(&local).await.ok();
    let user = local.guest().await;
    let certificates = local.admin_get(X509).await.ok();
    let kids = kids(&local).await;
    assert_eq!(certificates.as_object().unwrap().len(), kids.len());
    for kid in kids {
        assert!(
            certificates[kid.as_str().unwrap()]
                .as_str()
                .unwrap()
                .starts_with("-----BEGIN CERTIFICATE-----")
        );
    }
    let pem = certificates[header(&user.id_token)["kid"].as_str().unwrap()]
        .as_str()
        .unwrap();
    let key = jsonwebtoken::DecodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    let (message, signature) = user.id_token.rsplit_once('.').unwrap();
    let verified = jsonwebtoken::crypto::verify(
        signature,
        message.as_bytes(),
        &key,
        jsonwebtoken::Algorithm::RS256,
    );
    assert!(verified.unwrap());
}

#[tokio::test]
async fn another_installations_tokens_are_nothing_here() {
    let (here, there) = (Local::start().await, Local::start_anew().await);
    let user = there.guest().await;
    let refused = here.check(&user.id_token).await;
    assert!(matches!(
        refused,
        Check::Refused(Denial::TokenInvalid(Invalid::UnknownKey(_)))
    ));
}

#[tokio::test]
async fn the_gates_own_key_store_fetches_them() {
    let local = Local::start().await;
    let user = local.guest().await;
    let keys = KeyStore::fetched(format!("{}{JWKS}", local.base).parse().unwrap());
    let keys = keys.clock(local.clock.clone()).build().unwrap();
    let verifier = FirebaseVerifier::new(PROJECT, keys)
        .unwrap()
        .clock(local.clock.clone());
    assert_eq!(
        verifier.verify(&user.id_token).await.unwrap().id().uid,
        user.uid
    );
}

#[tokio::test]
async fn each_kind_of_token_has_keys_of_its_own_that_rotate_alone() {
    let local = Local::start().await;
    let sets = [
        ("firebase", JWKS),
        ("session-cookie", SESSION_COOKIE_JWKS),
        ("iap", IAP_JWKS),
        ("google", GOOGLE_JWKS),
        ("app-check", APP_CHECK_JWKS),
    ];
    let mut all = Vec::new();
    for (_, path) in sets {
        all.extend(kids_at(&local, path).await);
    }
    for (kind, path) in sets {
        let new = rotate_kind(&local, &format!("?kind={kind}")).await.ok()["kid"].clone();
        assert!(!all.contains(&new), "{kind}");
        let kids = kids_at(&local, path).await;
        assert_eq!((kids.len(), &kids[0]), (2, &new), "{kind}");
        all.push(new);
    }
    let mut seen: Vec<String> = all.iter().map(Value::to_string).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 2 * sets.len());

    let after = local.killed_and_restarted().await;
    for (kind, path) in sets {
        assert_eq!(
            kids_at(&after, path).await,
            kids_at(&local, path).await,
            "{kind}"
        );
    }
    assert_eq!(
        rotate_kind(&local, "?kind=other").await.error(),
        "INVALID_ARGUMENT"
    );
}

#[tokio::test]
async fn an_iap_key_is_one_on_the_curve_p_256() {
    let local = Local::start().await;
    let key = local.admin_get(IAP_JWKS).await.ok()["keys"][0].clone();
    assert_eq!(
        (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
        (
            &json!("EC"),
            &json!("P-256"),
            &json!("ES256"),
            &json!("sig")
        )
    );
    assert!(key.get("d").is_none());
}

#[tokio::test]
async fn a_folder_of_before_gets_the_keys_that_it_lacks() {
    let mut local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let mut state: Value = serde_json::from_str(&local.state_file()).unwrap();
    let fields = state.as_object_mut().unwrap();
    for name in [
        "sessionCookieKeys",
        "iapKeys",
        "googleKeys",
        "appCheckKeys",
        "serviceAccounts",
    ] {
        assert!(fields.remove(name).is_some(), "{name}");
    }
    std::fs::write(local.path().join("identity.json"), state.to_string()).unwrap();
    local = local.killed_and_restarted().await;
    local.lookup(&user).await.ok();
    local.refresh(&user.refresh_token).await.ok();
    for path in [SESSION_COOKIE_JWKS, IAP_JWKS, GOOGLE_JWKS, APP_CHECK_JWKS] {
        assert_eq!(kids_at(&local, path).await.len(), 1, "{path}");
    }
}
