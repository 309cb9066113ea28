//! Each kind of caller is admitted where a rule names it, by a token in its own slot, and nowhere else.

mod apps;
mod internal;
mod odd;
mod patience;
mod services;
mod slots;

use std::time::{Duration, UNIX_EPOCH};

use callgate_wire_tests::callers_server::{ADMIN, APP, CallersServer, ORIGIN, refusal};
use tonic::Code::Unauthenticated;

use crate::in_time;

/// The caller as the handler was told, or the reason of the refusal.
async fn who(server: &CallersServer, method: &str, headers: &[(&'static str, &str)]) -> String {
    match server.call(method, headers).await {
        Ok(answer) => answer.uid,
        Err((_, reason)) => reason,
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn each_of_several_callers_is_told_apart() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").sign());
    let assertion = server.iap.assertion("eve").sign();
    let session = server.sessions.cookie("ada").sign();
    let cookie = format!("theme=dark; __session={session}");
    let as_bearer = bearer(&session);
    let origin = ("origin", ORIGIN);
    let iap = ("x-goog-iap-jwt-assertion", assertion.as_str());
    for (headers, told) in [
        (vec![("authorization", &*ada)], "user ada"),
        (vec![("authorization", &*as_bearer)], "user ada by cookie"),
        (vec![("cookie", &*cookie), origin], "user ada by cookie"),
        (
            vec![
                ("authorization", &*admin),
                ("x-end-user-authorization", &*ada),
            ],
            "admin for user ada",
        ),
        (vec![iap, origin], "internal eve"),
        // `authorization` says who calls; a cookie that happens to be there does not.
        (
            vec![("authorization", &*ada), ("cookie", "__session=stale")],
            "user ada",
        ),
        (
            vec![("authorization", &*ada), ("cookie", "__session; __session")],
            "user ada",
        ),
        // An assertion beside another token leaves it open who calls (G6).
        (
            vec![iap, origin, ("authorization", &*ada)],
            "CALLER_NOT_ALLOWED",
        ),
        (
            vec![iap, origin, ("cookie", &*cookie)],
            "CALLER_NOT_ALLOWED",
        ),
        (vec![], "TOKEN_MISSING"),
    ] {
        assert_eq!(who(&server, "Several", &headers).await, told, "{headers:?}");
    }
}

#[tokio::test]
async fn a_session_cookie_counts_only_where_the_rule_has_it() {
    let server = CallersServer::start().await;
    let session = server.sessions.cookie("ada").sign();
    let cookie = format!("__session={session}");
    let as_bearer = bearer(&session);
    let origin = ("origin", ORIGIN);

    assert_eq!(
        who(&server, "Session", &[("cookie", &cookie), origin]).await,
        "user ada by cookie"
    );
    assert_eq!(
        who(&server, "Session", &[("authorization", &as_bearer)]).await,
        "user ada by cookie"
    );
    assert_eq!(
        who(&server, "EndUser", &[("cookie", &cookie), origin]).await,
        "TOKEN_MISSING"
    );
    assert_eq!(
        who(&server, "EndUser", &[("authorization", &as_bearer)]).await,
        "CALLER_NOT_ALLOWED"
    );
    // Nor where a service may call too, so that the token says which kind it is.
    let admin = bearer(&server.google.token(ADMIN).sign());
    for (token, told) in [
        (&admin, "admin"),
        (&bearer(&server.firebase.token("ada").sign()), "user ada"),
        (&as_bearer, "CALLER_NOT_ALLOWED"),
    ] {
        assert_eq!(
            who(&server, "UserOrService", &[("authorization", token)]).await,
            told
        );
    }
    // An ID token in the cookie is none.
    let id_token = format!("__session={}", server.firebase.token("ada").sign());
    assert_eq!(
        who(&server, "Session", &[("cookie", &id_token), origin]).await,
        "TOKEN_INVALID"
    );
    // And it is revoked with the account.
    server.accounts.become_these([]);
    server.clock.advance(Duration::from_secs(61));
    assert_eq!(
        who(&server, "Session", &[("cookie", &cookie), origin]).await,
        "TOKEN_REVOKED"
    );
}

#[tokio::test]
async fn no_handler_sees_a_credential_of_any_kind() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let answer = server
        .call(
            "Public",
            &[
                ("authorization", &admin),
                ("x-serverless-authorization", &admin),
                ("x-end-user-authorization", &admin),
                ("x-goog-iap-jwt-assertion", "a.b.c"),
                (
                    "x-goog-authenticated-user-email",
                    "accounts.google.com:eve@example.com",
                ),
                ("x-firebase-appcheck", "a.b.c"),
                ("cookie", "__session=a.b.c"),
                ("x-other", "1"),
            ],
        )
        .await
        .unwrap();
    for name in answer.metadata {
        assert!(
            !name.starts_with("x-goog")
                && !name.contains("auth")
                && !name.contains("appcheck")
                && name != "cookie",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_stripped_signature_is_refused_as_any_kind() {
    let server = CallersServer::start().await;
    let admin = bearer(
        &server
            .google
            .token(ADMIN)
            .sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
    );
    for method in ["Service", "EndUser", "Several"] {
        assert_eq!(
            who(&server, method, &[("authorization", &admin)]).await,
            "TOKEN_INVALID",
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_first_of_its_tokens() {
    let server = CallersServer::start().await;
    // Tokens count in whole seconds.
    let now = server
        .clock
        .now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let soon = UNIX_EPOCH + Duration::from_secs(now + 100);
    let assertion = server.iap.assertion("eve").expires_at(soon).sign();
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").expires_at(soon).sign());
    let app = server.apps.token(APP).expires_at(soon).sign();
    let brief_admin = bearer(&server.google.token(ADMIN).expires_at(soon).sign());
    let long_ada = bearer(&server.firebase.token("ada").sign());
    let long_app = server.apps.token(APP).sign();
    for (method, headers) in [
        (
            "WatchInternal",
            vec![
                ("x-goog-iap-jwt-assertion", &*assertion),
                ("origin", ORIGIN),
            ],
        ),
        (
            "WatchOnBehalf",
            vec![
                ("authorization", &*admin),
                ("x-end-user-authorization", &*ada),
            ],
        ),
        (
            "WatchOnBehalf",
            vec![
                ("authorization", &*brief_admin),
                ("x-end-user-authorization", &*long_ada),
            ],
        ),
        ("WatchApp", vec![("x-firebase-appcheck", &*app)]),
        (
            "WatchUserOfApp",
            vec![
                ("authorization", &*long_ada),
                ("x-firebase-appcheck", &*app),
            ],
        ),
        (
            "WatchUserOfApp",
            vec![
                ("authorization", &*ada),
                ("x-firebase-appcheck", &*long_app),
            ],
        ),
    ] {
        // The gate's timers run in real time, so there is little left of it.
        server.clock.set(soon - Duration::from_millis(50));
        let mut stream = server.watch(method, &headers).await.unwrap();
        assert!(stream.message().await.unwrap().is_some());
        server.clock.set(soon);
        let status = refusal(&in_time(stream.message()).await.unwrap_err());
        assert_eq!(
            status,
            (Unauthenticated, "TOKEN_EXPIRED".into()),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_stream_for_a_user_ends_after_the_user_was_disabled() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").sign());
    let headers = [
        ("authorization", &*admin),
        ("x-end-user-authorization", &*ada),
    ];
    let mut stream = server.watch("WatchOnBehalf", &headers).await.unwrap();
    assert!(stream.message().await.unwrap().is_some());
    drop(stream);

    // The answer that the next one goes by is too old in a moment.
    server.clock.advance(Duration::from_millis(59_950));
    let mut stream = server.watch("WatchOnBehalf", &headers).await.unwrap();
    assert!(stream.message().await.unwrap().is_some());
    server
        .accounts
        .become_these([serde_json::json!({ "localId": "ada", "disabled": true })]);
    server.clock.advance(Duration::from_millis(100));
    let status = refusal(&in_time(stream.message()).await.unwrap_err());
    assert_eq!(status, (Unauthenticated, "USER_DISABLED".into()));
}
