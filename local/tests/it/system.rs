//! Sign up, vote, be refused: all on one port.

use std::{path::Path, process::Command};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::Local;

pub(crate) fn client() -> Client {
    Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap()
}

async fn identity(origin: &str, call: &str, body: &Value) -> Value {
    let url = format!("{origin}/identitytoolkit.googleapis.com/v1/accounts:{call}?key=local");
    let response = client().post(url).json(body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{call}");
    response.json().await.unwrap()
}

pub(crate) async fn sign_up(origin: &str) -> String {
    let ada =
        json!({"email": "ada@example.com", "password": "correct horse", "returnSecureToken": true});
    let answer = identity(origin, "signUp", &ada).await;
    answer["idToken"].as_str().unwrap().to_owned()
}

/// `grpc-status` of a vote for cats.
pub(crate) async fn vote(origin: &str, token: Option<&str>) -> String {
    let cats = vec![0, 0, 0, 0, 2, 8, 1];
    status(origin, "votes.v1.VoteService/CastVote", cats, token).await
}

/// `grpc-status` of a call with an empty message to the profiles.
async fn profile(origin: &str, method: &str, token: &str) -> String {
    let method = format!("profiles.v1.ProfileService/{method}");
    status(origin, &method, vec![0; 5], Some(token)).await
}

/// `grpc-status` of a call by gRPC-Web, from the headers or from the last frame.
async fn status(origin: &str, method: &str, body: Vec<u8>, token: Option<&str>) -> String {
    let mut request = client()
        .post(format!("{origin}/{method}"))
        .header("content-type", "application/grpc-web+proto")
        .body(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    if let Some(status) = response.headers().get("grpc-status") {
        return status.to_str().unwrap().to_owned();
    }
    let body = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
    let (_, status) = body.split_once("grpc-status:").unwrap();
    status.split_whitespace().next().unwrap().to_owned()
}

/// How many votes for cats there are.
async fn cats(origin: &str) -> u8 {
    let response = client()
        .post(format!("{origin}/votes.v1.VoteService/GetResults"))
        .header("content-type", "application/grpc-web+proto")
        .body(vec![0; 5])
        .send()
        .await
        .unwrap();
    let body = response.bytes().await.unwrap();
    // One frame: its head, the field `results` and its length, then the field `cats`, which is left out where it is 0.
    match body[7..9] {
        [8, cats] => cats,
        _ => 0,
    }
}

#[tokio::test]
async fn a_token_of_the_embedded_identity_votes_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    let token = sign_up(&local.origin).await;
    let (header, _) = token.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["alg"], "RS256");
    assert!(!header["kid"].as_str().unwrap().is_empty());

    assert_eq!(vote(&local.origin, Some(&token)).await, "0");
    assert_eq!(vote(&local.origin, None).await, "16");
    for (part, at) in [(0, 5), (1, 20), (2, 30)] {
        let mut parts: Vec<Vec<u8>> = token.split('.').map(|p| p.as_bytes().to_vec()).collect();
        parts[part][at] = if parts[part][at] == b'A' { b'B' } else { b'A' };
        let changed = parts
            .iter()
            .map(|p| String::from_utf8(p.clone()).unwrap())
            .collect::<Vec<_>>()
            .join(".");
        assert_eq!(
            vote(&local.origin, Some(&changed)).await,
            "16",
            "part {part}"
        );
    }
    assert_eq!(cats(&local.origin).await, 1);
}

#[tokio::test]
async fn accounts_and_votes_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    let token = sign_up(&local.origin).await;
    assert_eq!(vote(&local.origin, Some(&token)).await, "0");
    local.stop();
    assert!(Path::exists(&folder.path().join("votes.db")));

    let local = Local::start(folder.path());
    assert_eq!(cats(&local.origin).await, 1);
    // The keys are the same, so the token of before is still good; and it is still the same one vote.
    assert_eq!(vote(&local.origin, Some(&token)).await, "0");
    assert_eq!(cats(&local.origin).await, 1);
    let ada =
        json!({"email": "ada@example.com", "password": "correct horse", "returnSecureToken": true});
    let answer = identity(&local.origin, "signInWithPassword", &ada).await;
    assert_eq!(vote(&local.origin, answer["idToken"].as_str()).await, "0");
}

#[tokio::test]
async fn a_deleted_account_changes_no_profile_although_its_token_lives() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    let token = sign_up(&local.origin).await;
    assert_eq!(profile(&local.origin, "UpdateMyProfile", &token).await, "0");
    assert_eq!(profile(&local.origin, "DeleteMyAccount", &token).await, "0");
    assert_eq!(
        profile(&local.origin, "UpdateMyProfile", &token).await,
        "16"
    );
}

#[tokio::test]
async fn the_two_calls_to_copy_work_in_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    let calls: Vec<&str> = local
        .welcome
        .iter()
        .map(String::as_str)
        .filter(|line| line.starts_with("TOKEN=") || line.starts_with("printf "))
        .collect();
    assert_eq!(calls.len(), 2);
    let output = Command::new("bash")
        .args(["-c", &calls.join("\n")])
        .env("no_proxy", "*")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "grpc-status:0");
}

#[tokio::test]
async fn a_foreign_name_gets_nothing_neither_pages_nor_calls() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    for path in [
        "/",
        "/config.json",
        "/votes.v1.VoteService/GetResults",
        "/identitytoolkit.googleapis.com/v1/accounts:signUp?key=local",
    ] {
        let response = client()
            .post(format!("{}{path}", local.origin))
            .header("host", "rebound.example")
            .header("content-type", "application/grpc-web+proto")
            .body(vec![0; 5])
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn a_profile_is_read_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::start(folder.path());
    let token = sign_up(&local.origin).await;
    let name = b"\x0a\x03Ada";
    for (method, message) in [("GetMyProfile", &[][..]), ("UpdateMyProfile", &name[..])] {
        let mut frame = vec![0, 0, 0, 0, u8::try_from(message.len()).unwrap()];
        frame.extend_from_slice(message);
        let response = client()
            .post(format!(
                "{}/profiles.v1.ProfileService/{method}",
                local.origin
            ))
            .header("content-type", "application/grpc-web+proto")
            .bearer_auth(&token)
            .body(frame)
            .send()
            .await
            .unwrap();
        assert!(!response.headers().contains_key("grpc-status"), "{method}");
        let body = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
        assert!(body.contains("grpc-status:0"), "{method}");
        assert!(body.contains("ada@example.com"), "{method}");
        assert_eq!(body.contains("\u{3}Ada"), method == "UpdateMyProfile");
    }
}
