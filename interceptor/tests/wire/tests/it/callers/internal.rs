//! Internal users, and what all who are known by a cookie must bring (G8, G11).

use callgate_wire_tests::callers_server::{ADMIN, CallersServer, ORIGIN};
use tonic::Code::{PermissionDenied, Unauthenticated};

use super::who;

#[tokio::test]
async fn an_internal_user_comes_with_an_assertion_and_an_origin() {
    let server = CallersServer::start().await;
    let assertion = server
        .iap
        .assertion("eve")
        .hosted_domain("example.com")
        .sign();
    let assertion = ("x-goog-iap-jwt-assertion", assertion.as_str());
    let origin = ("origin", ORIGIN);

    assert_eq!(who(&server, "Internal", &[assertion, origin]).await, "eve");
    assert_eq!(
        who(&server, "InternalOfDomain", &[assertion, origin]).await,
        "eve"
    );
    // What the rule does not read may be anything (G6).
    for other in [
        ("authorization", "Bearer no token"),
        ("cookie", "__session=a; __session=b"),
        ("x-firebase-appcheck", ""),
    ] {
        let headers = [assertion, origin, other];
        assert_eq!(who(&server, "Internal", &headers).await, "eve", "{other:?}");
    }
    assert_eq!(
        server.call("Internal", &[origin]).await.unwrap_err(),
        (Unauthenticated, "TOKEN_MISSING".into())
    );

    let other = server
        .iap
        .assertion("eve")
        .hosted_domain("example.net")
        .sign();
    let other = ("x-goog-iap-jwt-assertion", other.as_str());
    assert_eq!(
        server
            .call("InternalOfDomain", &[other, origin])
            .await
            .unwrap_err(),
        (PermissionDenied, "DOMAIN_NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn whoever_is_known_by_a_cookie_brings_exactly_one_allowed_origin() {
    let server = CallersServer::start().await;
    let assertion = server.iap.assertion("eve").sign();
    let cookie = format!("__session={}", server.sessions.cookie("ada").sign());
    for (method, credential) in [
        ("Internal", ("x-goog-iap-jwt-assertion", assertion.as_str())),
        ("Session", ("cookie", cookie.as_str())),
    ] {
        for origins in [
            &[][..],
            &["null"],
            &["https://evil.example"],
            &[ORIGIN, ORIGIN],
            &["https://echo.example.com/"],
        ] {
            let mut headers = vec![credential];
            headers.extend(origins.iter().map(|origin| ("origin", *origin)));
            assert_eq!(
                server.call(method, &headers).await.unwrap_err(),
                (PermissionDenied, "ORIGIN_NOT_ALLOWED".into()),
                "{method} {origins:?}"
            );
        }
        assert!(
            server
                .call(method, &[credential, ("origin", ORIGIN)])
                .await
                .is_ok(),
            "{method}"
        );
    }
}

#[tokio::test]
async fn an_assertion_is_not_yet_an_internal_user() {
    let server = CallersServer::start().await;
    let external = server
        .iap
        .assertion("x")
        .external("demo-callgate", "ada")
        .sign();
    let program = server.iap.assertion("p").email(ADMIN).sign();
    let origin = ("origin", ORIGIN);
    for (assertion, admitted) in [(external, "External"), (program, "Program")] {
        let assertion = ("x-goog-iap-jwt-assertion", assertion.as_str());
        for method in ["Internal", "External", "Program"] {
            let answer = server.call(method, &[assertion, origin]).await;
            if method == admitted {
                assert!(answer.is_ok(), "{method}: {answer:?}");
            } else {
                assert_eq!(
                    answer.unwrap_err(),
                    (PermissionDenied, "CALLER_NOT_ALLOWED".into())
                );
            }
        }
    }
}
