//! Our outage is told as ours; a call that had to wait for keys goes on as if nothing had been.

use std::time::SystemTime;

use callgate::{Clock, keys::KeyStore};
use callgate_testkit::{FirebaseIssuer, KeyServer, jwks, key_server::Answer};
use callgate_wire_tests::{
    server::{EchoServer, PROJECT, gate, with_token},
    v1::EchoRequest,
};
use tonic::Code;
use tonic_types::StatusExt;

use crate::refusal;

async fn server_with_keys_at(url: &str) -> EchoServer {
    let clock = Clock::manual(SystemTime::now());
    let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
    let keys = KeyStore::fetched(url.parse().unwrap())
        .clock(clock.clone())
        .build()
        .unwrap();
    let layer = gate(keys, &clock).build().unwrap();
    EchoServer::serve(clock, issuer, layer).await
}

#[tokio::test]
async fn the_first_call_waits_for_the_keys() {
    let keys = KeyServer::start(Answer::keys(jwks(&[1, 2]))).await.unwrap();
    let server = server_with_keys_at(keys.url().as_str()).await;
    let mut client = server.client().await;
    let request = with_token(EchoRequest::default(), &server.token().sign());
    assert_eq!(
        client.signed_in(request).await.unwrap().into_inner().uid,
        "ada"
    );

    let request = with_token(EchoRequest::default(), &server.token().key(4).sign());
    let status = client.signed_in(request).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unauthenticated, "TOKEN_INVALID".into())
    );
}

#[tokio::test]
async fn without_keys_a_token_is_neither_accepted_nor_called_wrong() {
    let server = server_with_keys_at("http://127.0.0.1:9/keys").await;
    let mut client = server.client().await;
    assert!(client.public(EchoRequest::default()).await.is_ok());

    let request = with_token(EchoRequest::default(), &server.token().sign());
    let status = client.signed_in(request).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (Code::Unavailable, "KEYS_UNAVAILABLE".into())
    );
    assert!(status.get_error_details().retry_info().is_some());
}

#[tokio::test]
async fn a_call_that_waited_for_the_keys_is_judged_all_the_same() {
    for (method, code, reason) in [
        ("Role", Code::PermissionDenied, "ROLE_REQUIRED"),
        ("Revocation", Code::Unavailable, "ACCOUNTS_UNAVAILABLE"),
    ] {
        let keys = KeyServer::start(Answer::keys(jwks(&[1, 2]))).await.unwrap();
        let server = server_with_keys_at(keys.url().as_str()).await;
        let mut client = server.client().await;
        let request = with_token(EchoRequest::default(), &server.token().sign());
        let answer = match method {
            "Role" => client.role(request).await,
            _ => client.revocation_within(request).await,
        };
        assert_eq!(refusal(&answer.unwrap_err()), (code, reason.into()));
    }
}
