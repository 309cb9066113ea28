//! A valid token is not enough where the rule asks for the account (G18).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate::{Gate, GateError, keys::KeyStore};
use callgate_testkit::TokenBuilder;
use callgate_wire_tests::{
    accounts::AccountsServer,
    server::{EchoServer, policy, with_token},
    v1::EchoRequest,
    web,
};
use reqwest::Version;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Code::{PermissionDenied, Unauthenticated, Unavailable},
    Status,
};
use tonic_types::StatusExt;

use crate::{in_time, refusal};

const MINUTE: Duration = Duration::from_mins(1);

/// The gate's timers run in real time, so a test waits no longer than this.
const MOMENT: Duration = Duration::from_millis(200);
const NEARLY_A_MINUTE: Duration = Duration::from_millis(59_800);

async fn server(accounts: &AccountsServer) -> EchoServer {
    EchoServer::start_with(|gate| gate.accounts(accounts.client())).await
}

async fn call(server: &EchoServer, method: &str, token: &TokenBuilder) -> Result<String, Status> {
    let request = with_token(EchoRequest::default(), &token.sign());
    let mut client = server.client().await;
    let response = match method {
        "Revocation" => client.revocation(request).await,
        "RevocationWithin" => client.revocation_within(request).await,
        "RevocationAndRole" => client.revocation_and_role(request).await,
        "RevocationAndEmail" => client.revocation_and_email(request).await,
        _ => client.signed_in(request).await,
    };
    response.map(|response| response.into_inner().uid)
}

fn seconds(at: SystemTime) -> String {
    let since = at.duration_since(UNIX_EPOCH).unwrap();
    since.as_secs().to_string()
}

#[tokio::test]
async fn each_method_goes_by_the_record_and_the_token() {
    let accounts = AccountsServer::start([]).await;
    let server = server(&accounts).await;
    let now = server.clock.now();
    let token = || {
        server
            .token()
            .email("ada@example.com")
            .email_verified(true)
            .roles(&["editor"])
            .auth_time(now - MINUTE)
    };
    let record = |fields: Value| {
        let mut record = json!({
            "localId": "ada",
            "email": "ada@example.com",
            "emailVerified": true,
            "customAttributes": r#"{"roles":["editor"]}"#,
            "validSince": seconds(now - MINUTE),
        });
        let fields = fields.as_object().unwrap().clone();
        record.as_object_mut().unwrap().extend(fields);
        record
    };
    for method in ["Revocation", "RevocationAndRole", "RevocationAndEmail"] {
        accounts.become_these([record(json!({}))]);
        assert_eq!(call(&server, method, &token()).await.unwrap(), "ada");

        let revoked = json!({ "validSince": seconds(now - MINUTE + Duration::from_secs(1)) });
        for (what, records, reason) in [
            ("deleted", vec![], "TOKEN_REVOKED"),
            ("signed out since", vec![record(revoked)], "TOKEN_REVOKED"),
            (
                "disabled",
                vec![record(json!({ "disabled": true }))],
                "USER_DISABLED",
            ),
            (
                "another one of this uid",
                vec![record(json!({ "tenantId": "blue" }))],
                "TOKEN_REVOKED",
            ),
        ] {
            accounts.become_these(records);
            let status = call(&server, method, &token()).await.unwrap_err();
            let expected = (Unauthenticated, reason.to_owned());
            assert_eq!(refusal(&status), expected, "{method}: {what}");
        }
    }

    for (method, fields, reason) in [
        (
            "RevocationAndRole",
            json!({ "customAttributes": r#"{"roles":["admin"]}"# }),
            "ROLE_REQUIRED",
        ),
        (
            "RevocationAndRole",
            json!({ "customAttributes": "" }),
            "ROLE_REQUIRED",
        ),
        (
            "RevocationAndEmail",
            json!({ "emailVerified": false }),
            "EMAIL_NOT_VERIFIED",
        ),
        (
            "RevocationAndEmail",
            json!({ "email": "" }),
            "EMAIL_NOT_VERIFIED",
        ),
    ] {
        accounts.become_these([record(fields.clone())]);
        let status = call(&server, method, &token()).await.unwrap_err();
        let expected = (PermissionDenied, reason.to_owned());
        assert_eq!(refusal(&status), expected, "{method}: {fields}");
        assert!(
            call(&server, "Revocation", &token()).await.is_ok(),
            "where the rule demands nothing of it"
        );
    }
}

#[tokio::test]
async fn what_the_record_grants_the_token_must_grant_too() {
    let record = json!({
        "localId": "ada",
        "email": "ada@example.com",
        "emailVerified": true,
        "customAttributes": r#"{"roles":["editor"]}"#,
    });
    let accounts = AccountsServer::start([record]).await;
    let server = server(&accounts).await;
    for (method, reason) in [
        ("RevocationAndRole", "ROLE_REQUIRED"),
        ("RevocationAndEmail", "EMAIL_NOT_VERIFIED"),
    ] {
        let status = call(&server, method, &server.token()).await.unwrap_err();
        assert_eq!(refusal(&status), (PermissionDenied, reason.into()));
    }
    assert_eq!(accounts.lookups(), 0, "the token is judged first");
}

#[tokio::test]
async fn the_account_is_that_of_the_tokens_tenant() {
    let blue = json!({ "localId": "ada", "tenantId": "blue" });
    let accounts = AccountsServer::start([blue]).await;
    let server = server(&accounts).await;
    let token = server.token().tenant("blue");
    assert!(call(&server, "RevocationWithin", &token).await.is_ok());
    let status = call(&server, "RevocationWithin", &server.token()).await;
    assert_eq!(
        refusal(&status.unwrap_err()),
        (Unauthenticated, "TOKEN_REVOKED".into())
    );
}

#[tokio::test]
async fn one_look_up_serves_all_calls_within_the_bound_and_none_is_made_without_a_rule() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server(&accounts).await;
    let token = server.token();
    for _ in 0..3 {
        assert!(call(&server, "SignedIn", &token).await.is_ok());
    }
    assert_eq!(accounts.lookups(), 0);
    for _ in 0..3 {
        assert!(call(&server, "RevocationWithin", &token).await.is_ok());
    }
    assert_eq!(accounts.lookups(), 1);
    for lookups in 2..5 {
        assert!(call(&server, "Revocation", &token).await.is_ok());
        assert_eq!(accounts.lookups(), lookups);
    }

    accounts.become_these([]);
    assert!(call(&server, "RevocationWithin", &token).await.is_ok());
    server.clock.advance(MINUTE + Duration::from_millis(1));
    for _ in 0..2 {
        let status = call(&server, "RevocationWithin", &token).await.unwrap_err();
        assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_REVOKED".into()));
        assert_eq!(accounts.lookups(), 5, "a refusal is known as long");
    }
}

#[tokio::test]
async fn without_accounts_nobody_passes_and_nobody_is_blamed() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    accounts.go_away();
    let answering = server(&accounts).await;
    let silent = EchoServer::start().await;
    for server in [answering, silent] {
        for method in ["Revocation", "RevocationWithin"] {
            let status = call(&server, method, &server.token()).await.unwrap_err();
            let expected = (Unavailable, "ACCOUNTS_UNAVAILABLE".to_owned());
            assert_eq!(refusal(&status), expected);
            assert!(status.get_error_details().retry_info().is_some());
        }
        assert!(call(&server, "SignedIn", &server.token()).await.is_ok());
    }
}

#[tokio::test]
async fn a_forged_token_asks_nobody() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server(&accounts).await;
    let forged = server.token().claim("aud", "another-project");
    let status = call(&server, "Revocation", &forged).await.unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_INVALID".into()));
    assert_eq!(accounts.lookups(), 0);
}

/// A server whose answer about Ada is too old a moment after the clock was turned by [`MOMENT`].
async fn server_with_an_old_answer(accounts: &AccountsServer) -> EchoServer {
    let server = server(accounts).await;
    let answer = call(&server, "RevocationWithin", &server.token()).await;
    assert!(answer.is_ok());
    server.clock.advance(NEARLY_A_MINUTE);
    server
}

#[tokio::test]
async fn a_stream_ends_after_the_user_was_disabled_as_proper_trailers() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server_with_an_old_answer(&accounts).await;
    let mut client = server.client().await;
    let request = with_token(EchoRequest::default(), &server.token().sign());
    let stream = client.revocation_watch(request).await.unwrap();
    let mut stream = stream.into_inner();
    assert_eq!(stream.message().await.unwrap().unwrap().uid, "ada");
    assert_eq!(accounts.lookups(), 1);

    accounts.become_these([json!({ "localId": "ada", "disabled": true })]);
    server.clock.advance(2 * MOMENT);
    let status = in_time(stream.message()).await.unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "USER_DISABLED".into()));
}

#[tokio::test]
async fn a_stream_to_a_browser_ends_after_the_user_signed_out_everywhere() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server_with_an_old_answer(&accounts).await;
    let client = web::client(Version::HTTP_11);
    let token = server.token().sign();
    let stream = web::call(&client, &server.url(), "RevocationWatch", Some(&token)).await;

    let since = seconds(server.clock.now() + Duration::from_secs(1));
    accounts.become_these([json!({ "localId": "ada", "validSince": since })]);
    server.clock.advance(2 * MOMENT);
    let answer = in_time(web::read(stream)).await;
    assert_eq!(answer.messages.len(), 1);
    assert_eq!(answer.code, Some(Unauthenticated));
    assert_eq!(answer.reason.as_deref(), Some("TOKEN_REVOKED"));
    assert!(!answer.in_headers);
}

#[tokio::test]
async fn a_stream_from_a_client_ends_after_the_user_was_deleted() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server_with_an_old_answer(&accounts).await;
    let mut client = server.client().await;
    let (sender, receiver) = mpsc::channel(1);
    let token = server.token().sign();
    let call = tokio::spawn(async move {
        let request = with_token(ReceiverStream::new(receiver), &token);
        client.revocation_collect(request).await
    });
    sender.send(EchoRequest::default()).await.unwrap();
    accounts.become_these([]);
    server.clock.advance(2 * MOMENT);
    let status = in_time(call).await.unwrap().unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_REVOKED".into()));
}

#[tokio::test]
async fn a_stream_goes_on_while_the_account_stands() {
    let accounts = AccountsServer::start([json!({ "localId": "ada" })]).await;
    let server = server_with_an_old_answer(&accounts).await;
    let mut client = server.client().await;
    let request = with_token(EchoRequest::default(), &server.token().sign());
    let stream = client.revocation_watch(request).await.unwrap();
    let mut stream = stream.into_inner();
    assert!(stream.message().await.unwrap().is_some());
    server.clock.advance(2 * MOMENT);
    // It is asked about, and found to stand.
    in_time(async {
        while accounts.lookups() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let silent = tokio::time::timeout(2 * MOMENT, stream.message()).await;
    assert!(silent.is_err());
    assert_eq!(accounts.lookups(), 2);
}

#[tokio::test]
async fn a_gate_without_accounts_is_not_built_where_a_rule_asks_for_them() {
    let issuer = callgate_testkit::FirebaseIssuer::new("demo-callgate");
    let keys = KeyStore::fixed(issuer.key_set());
    let verifier = callgate::FirebaseVerifier::new("demo-callgate", keys)
        .and_then(|it| it.tenants(["-", "blue"]))
        .unwrap();
    let gate = Gate::builder(policy()).end_users(verifier);
    let error = gate.build().unwrap_err();
    assert!(matches!(error, GateError::NoAccounts { method } if method.contains("Revocation")));
    assert!(error.to_string().contains(".accounts(..)"), "{error}");
}
