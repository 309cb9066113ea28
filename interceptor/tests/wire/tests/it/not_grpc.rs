//! What is no gRPC, and what has no rule, reaches no handler (G1, G2).

use callgate_wire_tests::{server::EchoServer, v1::EchoRequest, web};
use http_body_util::Full;
use reqwest::{Method, Version};
use tonic::{Code, Status, transport::Endpoint};
use tower::ServiceExt;

/// Status code and `grpc-status` of a call over HTTP/2 without tonic's client.
async fn call(
    server: &EchoServer,
    method: Method,
    path: &str,
    content_type: &str,
) -> (u16, Option<String>) {
    let url = format!("{}{path}", server.url());
    let response = web::client(Version::HTTP_2)
        .request(method, url)
        .header("content-type", content_type)
        .header("te", "trailers")
        .bearer_auth(server.token().sign())
        .body(web::frame(&EchoRequest::default()))
        .send()
        .await
        .unwrap();
    let status = response.headers().get("grpc-status");
    let status = status.map(|s| s.to_str().unwrap().to_owned());
    (response.status().as_u16(), status)
}

#[tokio::test]
async fn only_a_post_of_grpc_is_dispatched_over_http2() {
    let server = EchoServer::start().await;
    for path in [
        "/echo.v1.EchoService/SignedIn",
        "/echo.v1.EchoService/Public",
    ] {
        for (method, content_type) in [
            (Method::GET, "application/grpc"),
            (Method::PUT, "application/grpc"),
            (Method::DELETE, "application/grpc"),
            (Method::POST, "text/plain"),
            (Method::POST, "application/json"),
            (Method::POST, "application/grpc+json"),
            (Method::POST, "application/grpcx"),
            (Method::POST, "application/x-www-form-urlencoded"),
        ] {
            let answer = call(&server, method.clone(), path, content_type).await;
            assert_eq!(answer, (415, None), "{method} {path} as {content_type}");
        }
        for content_type in ["application/grpc", "application/grpc+proto"] {
            let (status, grpc) = call(&server, Method::POST, path, content_type).await;
            // A status in the headers would be a refusal; an answer has it in the trailers.
            assert_eq!((status, grpc), (200, None), "{path} as {content_type}");
        }
    }
}

/// `grpc-status` of a call to exactly this path, where it stands in the headers.
async fn refusal(server: &EchoServer, path: &str) -> Option<Code> {
    let channel = Endpoint::from_shared(server.url())
        .unwrap()
        .connect()
        .await
        .unwrap();
    let request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .body(tonic::body::Body::new(Full::new(web::frame(
            &EchoRequest::default(),
        ))))
        .unwrap();
    let response = channel.oneshot(request).await.unwrap();
    Status::from_header_map(response.headers()).map(|status| status.code())
}

#[tokio::test]
async fn a_path_is_a_rules_byte_for_byte_or_unknown() {
    let server = EchoServer::start().await;
    for path in [
        "/",
        "/echo.v1.EchoService",
        "/echo.v1.EchoService/",
        "/echo.v1.EchoService/Unknown",
        "/echo.v1.EchoService/public",
        "/Echo.v1.EchoService/Public",
        "/echo.v1.EchoService/Public/",
        "//echo.v1.EchoService/Public",
        "/echo.v1.EchoService//Public",
        "/echo.v1.EchoService/%50ublic",
        "/echo.v1.EchoService%2FPublic",
        "/x/../echo.v1.EchoService/Public",
        "/x/%2e%2e/echo.v1.EchoService/Public",
        "/echo.v1.EchoService/Public;a=b",
        "/grpc.health.v1.Health/Check",
    ] {
        assert_eq!(
            refusal(&server, path).await,
            Some(Code::Unimplemented),
            "{path}"
        );
    }
    // A query is no part of the path.
    for path in [
        "/echo.v1.EchoService/Public",
        "/echo.v1.EchoService/Public?a=b",
    ] {
        assert_eq!(refusal(&server, path).await, None, "{path}");
    }
}
