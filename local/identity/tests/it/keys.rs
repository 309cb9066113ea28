//! The public keys, and new signing keys.

use std::time::Duration;

use callgate::{Denial, FirebaseVerifier, Invalid, keys::KeyStore, verify::Check};
use serde_json::{Value, json};

use crate::local::{JWKS, Local, PROJECT, Reply, header};

const X509: &str = "/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

async fn rotate(local: &Local) -> Reply {
    let path = format!("/emulator/v1/projects/{PROJECT}/keys:rotate");
    Reply::read(
        local
            .request(reqwest::Method::POST, &path)
            .bearer_auth(&local.secret),
    )
    .await
}

async fn kids(local: &Local) -> Vec<Value> {
    let keys = local.admin_get(JWKS).await.ok();
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
    for path in [JWKS, X509] {
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
        2,
        "what is gone is forgotten"
    );
}

#[tokio::test]
async fn an_old_key_signs_no_more() {
    let local = Local::start().await;
    assert_eq!(local.state_file().matches("\"private\"").count(), 1);
    rotate(&local).await.ok();
    assert_eq!(local.state_file().matches("\"private\"").count(), 1);
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
