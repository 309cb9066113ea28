//! Services, for themselves and for users (G9, G12).

use callgate_wire_tests::callers_server::{ADMIN, CRON, CallersServer, ORIGIN};
use serde_json::json;
use tonic::Code::{PermissionDenied, Unauthenticated};

use super::{bearer, who};

fn user(token: &str) -> (&'static str, &str) {
    ("x-end-user-authorization", token)
}

#[tokio::test]
async fn a_service_is_admitted_by_the_name_that_the_rule_has() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let cron = bearer(&server.google.token(CRON).sign());
    let user = bearer(&server.firebase.token("ada").sign());

    assert_eq!(
        who(&server, "Service", &[("authorization", &admin)]).await,
        "admin"
    );
    assert_eq!(
        server
            .call("Service", &[("authorization", &cron)])
            .await
            .unwrap_err(),
        (PermissionDenied, "SERVICE_NOT_ALLOWED".into())
    );
    // Whoever is of another kind is told so, since another token of that kind would not help.
    assert_eq!(
        server
            .call("Service", &[("authorization", &user)])
            .await
            .unwrap_err(),
        (PermissionDenied, "CALLER_NOT_ALLOWED".into())
    );
    assert_eq!(
        server
            .call("EndUser", &[("authorization", &admin)])
            .await
            .unwrap_err(),
        (PermissionDenied, "CALLER_NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn a_service_acts_for_a_user_who_has_sent_a_token() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = server
        .firebase
        .token("ada")
        .email("ada@example.com")
        .email_verified(true);
    let ada = bearer(&ada.sign());
    let bob = bearer(&server.firebase.token("bob").sign());
    let guest = server.firebase.token("guest").provider("anonymous");
    let guest = bearer(&guest.sign());
    let session = bearer(&server.sessions.cookie("ada").sign());
    let authorization = ("authorization", admin.as_str());

    let answer = server
        .call("OnBehalf", &[authorization, user(&ada)])
        .await
        .unwrap();
    assert_eq!(answer.uid, "admin for user ada");
    for name in ["authorization", "x-end-user-authorization"] {
        assert!(
            !answer.metadata.iter().any(|it| it == name),
            "{name} reached the handler"
        );
    }
    for (headers, refusal) in [
        (vec![authorization], (Unauthenticated, "TOKEN_MISSING")),
        (vec![user(&ada)], (Unauthenticated, "TOKEN_MISSING")),
        (
            vec![authorization, user(&bob)],
            (PermissionDenied, "EMAIL_NOT_VERIFIED"),
        ),
        (
            vec![authorization, user(&guest)],
            (PermissionDenied, "ANONYMOUS_NOT_ALLOWED"),
        ),
        (
            vec![authorization, user(&admin)],
            (Unauthenticated, "TOKEN_INVALID"),
        ),
        (
            vec![authorization, user(&session)],
            (Unauthenticated, "TOKEN_INVALID"),
        ),
        (
            vec![("authorization", &*ada), user(&ada)],
            (PermissionDenied, "CALLER_NOT_ALLOWED"),
        ),
    ] {
        let answer = server.call("OnBehalf", &headers).await.unwrap_err();
        assert_eq!(answer, (refusal.0, refusal.1.to_owned()));
    }
}

#[tokio::test]
async fn a_users_token_acts_nowhere_else() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").sign());
    let assertion = server.iap.assertion("eve").sign();
    let cookie = format!("__session={}", server.sessions.cookie("ada").sign());
    let forwarded = ("x-end-user-authorization", ada.as_str());
    for (method, headers) in [
        ("EndUser", vec![forwarded]),
        ("EndUser", vec![forwarded, ("authorization", &ada)]),
        ("Service", vec![forwarded, ("authorization", &admin)]),
        ("Several", vec![forwarded, ("authorization", &ada)]),
        (
            "Several",
            vec![forwarded, ("cookie", &cookie), ("origin", ORIGIN)],
        ),
        (
            "Several",
            vec![
                forwarded,
                ("x-goog-iap-jwt-assertion", &assertion),
                ("origin", ORIGIN),
            ],
        ),
        ("UserOrService", vec![forwarded, ("authorization", &admin)]),
        (
            "Internal",
            vec![
                forwarded,
                ("x-goog-iap-jwt-assertion", &assertion),
                ("origin", ORIGIN),
            ],
        ),
    ] {
        let answer = server.call(method, &headers).await.unwrap_err();
        assert_eq!(
            answer,
            (PermissionDenied, "CALLER_NOT_ALLOWED".into()),
            "{method}"
        );
    }
}

#[tokio::test]
async fn the_user_for_whom_a_service_calls_must_stand_too() {
    let server = CallersServer::start().await;
    let admin = bearer(&server.google.token(ADMIN).sign());
    let ada = bearer(&server.firebase.token("ada").sign());
    let headers = [
        ("authorization", &*admin),
        ("x-end-user-authorization", &*ada),
    ];
    assert_eq!(
        who(&server, "OnBehalfStanding", &headers).await,
        "admin for user ada"
    );
    server
        .accounts
        .become_these([json!({ "localId": "ada", "disabled": true })]);
    assert_eq!(
        who(&server, "OnBehalfStanding", &headers).await,
        "USER_DISABLED"
    );
}
