//! The same refusals in gRPC-Web, by hand, over HTTP/1.1 and HTTP/2.

use callgate_wire_tests::{
    server::EchoServer,
    web::{call, client, read},
};
use reqwest::Version;
use tonic::Code;

use crate::{
    in_time,
    streams::{LIFE, server_and_short_token},
};

const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

#[tokio::test]
async fn an_admitted_call_is_answered() {
    let server = EchoServer::start().await;
    for version in VERSIONS {
        let token = server.token().sign();
        let response = call(&client(version), &server.url(), "SignedIn", Some(&token)).await;
        assert_eq!(response.version(), version);
        assert_eq!(
            response.headers()["content-type"],
            "application/grpc-web+proto"
        );
        let answer = read(response).await;
        assert_eq!(answer.code, Some(Code::Ok), "{version:?}");
        assert_eq!(answer.messages[0].uid, "ada", "{version:?}");
    }
}

#[tokio::test]
async fn an_early_refusal_stands_in_the_headers_of_a_good_http_response() {
    let server = EchoServer::start().await;
    let mut forged = server.token().sign().into_bytes();
    let last = forged.len() - 10;
    forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    for version in VERSIONS {
        for (token, reason) in [
            (None, "TOKEN_MISSING"),
            (Some(forged.as_str()), "TOKEN_INVALID"),
        ] {
            let response = call(&client(version), &server.url(), "SignedIn", token).await;
            assert_eq!(response.status(), 200);
            assert_eq!(
                response.headers()["content-type"],
                "application/grpc-web+proto"
            );
            let answer = read(response).await;
            assert!(
                answer.in_headers && answer.messages.is_empty(),
                "{version:?}"
            );
            assert_eq!(answer.code, Some(Code::Unauthenticated), "{version:?}");
            assert_eq!(answer.reason.as_deref(), Some(reason), "{version:?}");
        }
        let token = server.token().sign();
        let answer = read(call(&client(version), &server.url(), "Role", Some(&token)).await).await;
        assert_eq!(answer.code, Some(Code::PermissionDenied));
        assert_eq!(answer.reason.as_deref(), Some("ROLE_REQUIRED"));
    }
}

#[tokio::test]
async fn a_stream_that_the_token_ends_has_its_status_in_the_last_frame() {
    for version in VERSIONS {
        let (server, token) = server_and_short_token().await;
        let response = call(&client(version), &server.url(), "Watch", Some(&token)).await;
        assert!(!response.headers().contains_key("grpc-status"));
        server.clock.advance(LIFE);
        let answer = in_time(read(response)).await;
        assert!(!answer.in_headers);
        assert_eq!(answer.code, Some(Code::Unauthenticated), "{version:?}");
        assert_eq!(
            answer.reason.as_deref(),
            Some("TOKEN_EXPIRED"),
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn what_is_no_grpc_web_is_refused_over_http1_too() {
    let server = EchoServer::start().await;
    let url = format!("{}/echo.v1.EchoService/Public", server.url());
    let client = client(Version::HTTP_11);
    for content_type in ["text/plain", "application/grpc", "application/json"] {
        let response = client
            .post(&url)
            .header("content-type", content_type)
            .body("hello")
            .send()
            .await
            .unwrap();
        assert!(response.status().is_client_error(), "{content_type}");
    }
    assert!(
        client
            .get(&url)
            .send()
            .await
            .unwrap()
            .status()
            .is_client_error()
    );
}
