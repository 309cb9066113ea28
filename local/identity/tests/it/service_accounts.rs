//! Service accounts: their key files, and the tokens that they get for them.

use std::{fs, os::unix::fs::PermissionsExt, time::Duration};

use callgate::{ServiceAccountVerifier, accounts::Accounts, google::Credentials, verify::Check};
use callgate_identity::ServiceAccountError;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::local::{GOOGLE_JWKS, Local, PROJECT, Reply, V1, claims};

pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
pub(crate) const AUDIENCE: &str = "http://127.0.0.1:8080";

/// The key file of an account, as a client library reads it.
pub(crate) async fn key_file(local: &Local, name: &str) -> Value {
    let account = local.identity.service_account(name).await.unwrap();
    serde_json::from_slice(&fs::read(account.key_file).unwrap()).unwrap()
}

/// The assertion that Google's libraries make.
pub(crate) fn assertion(local: &Local, key: &Value) -> Value {
    json!({
        "iss": key["client_email"], "sub": key["client_email"], "aud": key["token_uri"],
        "iat": local.now(), "exp": local.now() + 3600,
    })
}

pub(crate) fn sign(key: &Value, claims: &Value) -> String {
    sign_as(key, &key["private_key_id"], claims)
}

pub(crate) fn sign_as(key: &Value, kid: &Value, claims: &Value) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = kid.as_str().map(str::to_owned);
    let key = EncodingKey::from_rsa_pem(key["private_key"].as_str().unwrap().as_bytes()).unwrap();
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

pub(crate) async fn exchange(local: &Local, grant: &str, assertion: &str) -> Reply {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", grant)
        .append_pair("assertion", assertion)
        .finish();
    let request = local.request(Method::POST, "/token").body(body);
    Reply::read(request.header("content-type", "application/x-www-form-urlencoded")).await
}

async fn id_token(local: &Local, name: &str, audience: &str) -> String {
    let key = key_file(local, name).await;
    let mut claims = assertion(local, &key);
    claims["target_audience"] = audience.into();
    let reply = exchange(local, GRANT, &sign(&key, &claims)).await.ok();
    assert_eq!(reply.as_object().unwrap().len(), 1);
    reply["id_token"].as_str().unwrap().to_owned()
}

async fn access_token(local: &Local, name: &str) -> String {
    let key = key_file(local, name).await;
    let mut claims = assertion(local, &key);
    claims["scope"] = "https://www.googleapis.com/auth/cloud-platform".into();
    let reply = exchange(local, GRANT, &sign(&key, &claims)).await.ok();
    assert_eq!(
        (&reply["token_type"], &reply["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    reply["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_account_is_made_once_and_kept() {
    let local = Local::start().await;
    let account = local.identity.service_account("admin").await.unwrap();
    assert_eq!(
        account.email,
        format!("admin@{PROJECT}.iam.gserviceaccount.com")
    );
    assert_eq!(account.unique_id.len(), 21);
    let mode = fs::metadata(&account.key_file).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let (first, second) = (
        key_file(&local, "admin").await,
        key_file(&local, "admin").await,
    );
    assert_eq!(first, second);
    assert_eq!(first["type"], "service_account");
    assert_eq!(first["client_id"], account.unique_id);
    assert_eq!(first["token_uri"], format!("{}/token", local.base));

    let other = local.identity.service_account("votes").await.unwrap();
    assert_ne!(other.unique_id, account.unique_id);

    // Elsewhere the same account has the file of its new address.
    let after = local.killed_and_restarted().await;
    let again = key_file(&after, "admin").await;
    assert_eq!(again["private_key"], first["private_key"]);
    assert_eq!(again["client_id"], first["client_id"]);
    assert_eq!(again["token_uri"], format!("{}/token", after.base));
}

#[tokio::test]
async fn two_who_ask_at_once_get_the_same_account() {
    let local = Local::start().await;
    let (one, two) = tokio::join!(
        local.identity.service_account("admin"),
        local.identity.service_account("admin")
    );
    assert_eq!(one.unwrap().unique_id, two.unwrap().unique_id);
}

#[tokio::test]
async fn a_name_that_leaves_the_folder_is_none() {
    let local = Local::start().await;
    for name in ["../admin", "", "a/b", "Admin", "admin."] {
        let refused = local.identity.service_account(name).await;
        assert!(
            matches!(refused, Err(ServiceAccountError::Name(_))),
            "{name}"
        );
    }
    assert!(!local.state_file().contains("gserviceaccount"));
}

#[tokio::test]
async fn there_are_64_accounts_at_most() {
    let local = Local::start().await;
    let first = local.identity.service_account("first").await.unwrap();
    let mut state: Value = serde_json::from_str(&local.state_file()).unwrap();
    let accounts = state["serviceAccounts"].as_object_mut().unwrap();
    let record = accounts["first"].clone();
    for n in 1..64 {
        accounts.insert(format!("another-{n}"), record.clone());
    }
    fs::write(local.path().join("identity.json"), state.to_string()).unwrap();
    let after = local.killed_and_restarted().await;
    let refused = after.identity.service_account("last").await;
    assert!(matches!(refused, Err(ServiceAccountError::TooMany)));
    let known = after.identity.service_account("first").await.unwrap();
    assert_eq!(known.unique_id, first.unique_id);
}

#[tokio::test]
async fn the_production_verifier_takes_an_id_token() {
    let local = Local::start().await;
    let token = id_token(&local, "admin", AUDIENCE).await;
    let account = local.identity.service_account("admin").await.unwrap();
    assert_eq!(
        claims(&token),
        json!({
            "iss": "https://accounts.google.com", "aud": AUDIENCE, "azp": account.unique_id,
            "sub": account.unique_id, "email": account.email, "email_verified": true,
            "iat": local.now(), "exp": local.now() + 3600,
        })
    );
    let verifier = async |mapped: &str, audience: &str| {
        let verifier =
            ServiceAccountVerifier::new([audience], local.key_store(GOOGLE_JWKS).await).unwrap();
        verifier
            .accounts([("admin", mapped)])
            .unwrap()
            .clock(local.clock.clone())
    };
    let with_id = format!("{}#{}", account.email, account.unique_id);
    let Check::Verified(service) = verifier(&with_id, AUDIENCE).await.check(&token) else {
        panic!("the token is not taken");
    };
    assert_eq!(service.name(), "admin");
    for (mapped, audience) in [
        (with_id.as_str(), "http://127.0.0.1:8081"),
        ("other@demo-callgate.iam.gserviceaccount.com", AUDIENCE),
    ] {
        let refused = verifier(mapped, audience).await.check(&token);
        assert!(matches!(refused, Check::Refused(_)), "{mapped} {audience}");
    }
}

#[tokio::test]
async fn production_code_reads_accounts_with_nothing_but_the_key_file() {
    let local = Local::start().await;
    let user = local.sign_up("ada@example.com", "secret1").await;
    let file = local
        .identity
        .service_account("admin")
        .await
        .unwrap()
        .key_file;
    let credentials = Credentials::service_account_file(file).unwrap();
    let accounts = Accounts::new(PROJECT, credentials.clock(local.clock.clone())).unwrap();
    let accounts = accounts
        .base_url(&format!("{}/identitytoolkit.googleapis.com", local.base))
        .unwrap();
    let user = local.verified(&user.id_token).await;
    assert!(accounts.lookup(user.id()).await.unwrap().is_some());
}

#[tokio::test]
async fn an_access_token_counts_for_an_hour_and_for_admin_calls_only() {
    let local = Local::start().await;
    let token = access_token(&local, "admin").await;
    let ask = async |method: Method, path: &str| {
        let request = local.request(method, path).bearer_auth(&token);
        Reply::read(request.json(&json!({ "localId": [] })))
            .await
            .status
    };
    let lookup = format!("{V1}/projects/{PROJECT}/accounts:lookup");
    let rotate = format!("/emulator/v1/projects/{PROJECT}/keys:rotate");
    assert_eq!(ask(Method::POST, &lookup).await, StatusCode::OK);
    assert_eq!(ask(Method::POST, &rotate).await, StatusCode::UNAUTHORIZED);
    let codes = format!("/emulator/v1/projects/{PROJECT}/oobCodes");
    assert_eq!(ask(Method::GET, &codes).await, StatusCode::UNAUTHORIZED);
    local.advance(3599);
    assert_eq!(ask(Method::POST, &lookup).await, StatusCode::OK);
    local.advance(1);
    assert_eq!(ask(Method::POST, &lookup).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_other_token_is_an_access_token() {
    let local = Local::start().await;
    let user = local.guest().await;
    let token = access_token(&local, "admin").await;
    let (body, seal) = token.split_once('.').unwrap();
    for other in [
        user.refresh_token.clone(),
        user.id_token.clone(),
        id_token(&local, "admin", AUDIENCE).await,
        body.to_owned(),
        format!("{body}.{}", &seal[1..]),
        format!("{body}."),
    ] {
        let path = format!("{V1}/projects/{PROJECT}/accounts:lookup");
        let request = local.request(Method::POST, &path).bearer_auth(&other);
        let reply = Reply::read(request.json(&json!({ "localId": [] }))).await;
        assert_eq!(reply.error(), "UNAUTHENTICATED", "{other}");
    }
    let refresh = local.refresh(&token).await;
    assert_eq!(refresh.error(), "INVALID_REFRESH_TOKEN");
}

#[tokio::test]
async fn an_access_token_outlives_a_restart() {
    let local = Local::start().await;
    let token = access_token(&local, "admin").await;
    let after = local.killed_and_restarted().await;
    after.clock.advance(Duration::from_secs(1));
    let path = format!("{V1}/projects/{PROJECT}/accounts:batchGet");
    let request = after.request(Method::GET, &path).bearer_auth(&token);
    Reply::read(request).await.ok();
}
