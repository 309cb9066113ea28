//! Tokens by a service account's key file.

use std::{
    io::Write as _,
    time::{Duration, SystemTime},
};

use callgate::{
    Clock,
    google::{Credentials, CredentialsError, IdTokens},
};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{
    google_id_tokens::{START, VOTES, jwt},
    google_server::{Reply, Server},
};

const KEY: &str = include_str!("google_key.pem");
const PUBLIC_KEY: &str = include_str!("google_key.pub.pem");

fn key_file(token_uri: &str) -> Value {
    json!({
        "type": "service_account",
        "project_id": "my-project",
        "private_key_id": "key-1",
        "private_key": KEY,
        "client_email": "votes@my-project.iam.gserviceaccount.com",
        "token_uri": token_uri,
        "universe_domain": "googleapis.com",
    })
}

fn write(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content.as_bytes()).expect("a file");
    file
}

fn credentials(server: &Server) -> Credentials {
    let file = write(&key_file(&server.url("/token")).to_string());
    Credentials::service_account_file(file.path()).expect("a key file")
}

/// The assertion in the request for a token, whose signature and audience are right.
fn decode(body: &str, server: &Server) -> TokenData<Value> {
    let assertion = body
        .strip_prefix("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=")
        .expect("the grant of RFC 7523");

    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    validation.set_audience(&[server.url("/token")]);
    validation.set_issuer(&["votes@my-project.iam.gserviceaccount.com"]);
    let key = DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes()).expect("a key");
    jsonwebtoken::decode::<Value>(assertion, &key, &validation).expect("a valid assertion")
}

#[tokio::test]
async fn the_accounts_own_assertion_is_exchanged_for_a_token() {
    let server = Server::start().await;
    server.then(Reply::token("ya29.one", 3599));
    let token = credentials(&server).access_token().await.expect("a token");
    assert_eq!(token.secret(), "ya29.one");

    let asked = server.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].target.as_str()),
        ("POST", "/token")
    );
    assert_eq!(
        asked[0].headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    let decoded = decode(&asked[0].body, &server);
    assert_eq!(decoded.header.kid.as_deref(), Some("key-1"));
    assert_eq!(
        decoded.claims["scope"],
        "https://www.googleapis.com/auth/identitytoolkit https://www.googleapis.com/auth/cloud-platform"
    );
    let seconds = |claim: &str| decoded.claims[claim].as_u64().expect("a number");
    assert_eq!(seconds("exp") - seconds("iat"), 3600);
}

#[tokio::test]
async fn an_assertion_that_names_an_audience_is_exchanged_for_an_id_token() {
    let server = Server::start().await;
    let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(START));
    let file = write(&key_file(&server.url("/token")).to_string());
    let votes = IdTokens::service_account_file(file.path())
        .expect("a key file")
        .clock(clock)
        .for_audience(VOTES)
        .expect("an audience");
    let one = jwt(VOTES, 3600);
    server.then(Reply::ok(json!({"id_token": one}).to_string()));
    let token = votes.token().await.expect("a token");
    assert_eq!(token.secret(), one);

    let decoded = decode(&server.asked()[0].body, &server);
    assert_eq!(decoded.claims["target_audience"], VOTES);
    assert_eq!(
        decoded.claims["iss"],
        "votes@my-project.iam.gserviceaccount.com"
    );
    assert_eq!(
        decoded.claims.get("scope"),
        None,
        "or an access token would come"
    );
}

#[tokio::test]
async fn an_access_token_is_no_id_token() {
    let server = Server::start().await;
    let file = write(&key_file(&server.url("/token")).to_string());
    let tokens = IdTokens::service_account_file(file.path()).expect("a key file");
    let votes = tokens.for_audience(VOTES).expect("an audience");
    server.then(Reply::token("ya29.one", 3599));
    assert!(matches!(
        votes.token().await,
        Err(CredentialsError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_deleted_key_is_told_from_an_outage() {
    let server = Server::start().await;
    let gone = r#"{"error":"invalid_grant","error_description":"Invalid JWT: votes@my-project.."}"#;
    server.then(Reply::Status(400, gone.to_owned()));
    assert_eq!(
        credentials(&server).access_token().await,
        Err(CredentialsError::Refused("invalid_grant".to_owned()))
    );
    server.then(Reply::Status(503, String::new()));
    assert_eq!(
        credentials(&server).access_token().await,
        Err(CredentialsError::Unavailable(
            "the token endpoint: HTTP status 503".to_owned()
        ))
    );
}

#[test]
fn what_is_no_key_file_is_refused_at_the_start() {
    let good = key_file("https://oauth2.googleapis.com/token");
    let fails = |content: &str| {
        let file = write(content);
        let error = Credentials::service_account_file(file.path())
            .expect_err("no key file")
            .to_string();
        assert!(!error.contains("MII") && !error.contains('@'), "{error}");
        error
    };
    let with = |field: &str, value: &str| {
        let mut file = good.clone();
        file[field] = value.into();
        file.to_string()
    };
    assert!(Credentials::service_account_file(write(&good.to_string()).path()).is_ok());
    fails("");
    fails(&json!([good]).to_string());
    fails(&with("type", "authorized_user"));
    fails(&with("private_key", "MII"));
    fails(&with("private_key", PUBLIC_KEY));
    fails(&with("padding", &"x".repeat(64 * 1024)));
    assert!(fails(&with("token_uri", "http://oauth2.googleapis.com/token")).contains("use https"));
    assert!(fails(&with("token_uri", "https://user@oauth2.googleapis.com")).contains("user name"));
    assert!(Credentials::service_account_file("/nowhere/key.json").is_err());
}

#[test]
fn the_key_does_not_show_in_debug() {
    let file = write(&key_file("https://oauth2.googleapis.com/token").to_string());
    let credentials = Credentials::service_account_file(file.path()).expect("a key file");
    let shown = format!("{credentials:?}");
    assert!(!shown.contains('@') && !shown.contains("MII"), "{shown}");
}
