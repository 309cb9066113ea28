//! Which pages may call from a browser.

use bytes::Bytes;
use callgate_api::votes::v1::CastVoteRequest;
use callgate_serve::Config;
use http::{Request, StatusCode};
use http_body_util::Full;

use crate::{
    by_hand::{Answer, empty, framed, grpc_web},
    fixture::{CAST_VOTE, GET_RESULTS, Running, config, run},
};

async fn server_for_pages() -> Running {
    run(Config {
        allowed_origins: vec!["https://app.example".parse().expect("an origin")],
        ..config()
    })
    .await
}

fn preflight(origin: &str) -> Request<Full<Bytes>> {
    Request::options(CAST_VOTE)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,grpc-timeout,x-grpc-web,x-user-agent",
        )
        .body(Full::default())
        .expect("a request")
}

fn cors_headers(answer: &Answer) -> Vec<&str> {
    let names = answer.headers.keys().map(http::HeaderName::as_str);
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

#[tokio::test]
async fn a_preflight_of_an_allowed_origin_passes_without_a_token() {
    let server = server_for_pages().await;
    let request = || preflight("https://app.example");
    for answer in [
        server.by_http1(request()).await,
        server.by_http2(request()).await,
    ] {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://app.example")
        );
        assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
        assert!(answer.header("access-control-max-age").is_some());
        assert!(answer.header("vary").is_some_and(|v| v.contains("origin")));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        let allowed = answer
            .header("access-control-allow-headers")
            .expect("a list");
        let allowed: Vec<_> = allowed.split(',').map(str::trim).collect();
        for header in [
            "authorization",
            "content-type",
            "grpc-timeout",
            "x-grpc-web",
            "x-user-agent",
        ] {
            assert!(allowed.contains(&header), "{allowed:?}");
        }
        assert!(
            !allowed.contains(&"x-end-user-authorization"),
            "{allowed:?}"
        );
    }
}

#[tokio::test]
async fn a_foreign_origin_gets_no_cors_headers() {
    let server = server_for_pages().await;
    for origin in [
        "https://evil.example",
        "null",
        "http://app.example",
        "https://app.example.evil.example",
        "https://app.example:8443",
        "https://APP.example",
    ] {
        for answer in [
            server.by_http1(preflight(origin)).await,
            server.by_http2(preflight(origin)).await,
        ] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin}");
            assert_eq!(cors_headers(&answer), [""; 0], "{origin}");
        }
        let call = grpc_web(GET_RESULTS)
            .header("origin", origin)
            .body(empty())
            .expect("a request");
        assert_eq!(
            cors_headers(&server.by_http1(call).await),
            [""; 0],
            "{origin}"
        );
    }
    let call = grpc_web(GET_RESULTS)
        .header("origin", "https://app.example")
        .header("origin", "https://evil.example")
        .body(empty())
        .expect("a request");
    assert_eq!(cors_headers(&server.by_http1(call).await), [""; 0]);
}

#[tokio::test]
async fn a_refusal_reaches_grpc_web_in_the_headers() {
    let server = server_for_pages().await;
    let request = grpc_web(CAST_VOTE)
        .header("origin", "https://app.example")
        .body(framed(&CastVoteRequest::default()))
        .expect("a request");
    let answer = server.by_http1(request).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("grpc-status"), Some("16"));
    assert!(answer.headers.contains_key("grpc-status-details-bin"));
    assert_eq!(
        answer.header("content-type"),
        Some("application/grpc-web+proto")
    );
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("https://app.example")
    );
    let exposed = answer
        .header("access-control-expose-headers")
        .expect("a list");
    for header in ["grpc-status", "grpc-message", "grpc-status-details-bin"] {
        assert!(exposed.split(',').any(|e| e.trim() == header), "{exposed}");
    }
}
