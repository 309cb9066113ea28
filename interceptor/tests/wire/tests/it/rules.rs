//! Each rule admits whom it names and refuses others with its own reason, by tonic's own client.

use std::time::Duration;

use callgate_testkit::TokenBuilder;
use callgate_wire_tests::{
    server::{EchoServer, with_token},
    v1::{EchoRequest, EchoResponse, echo_service_client::EchoServiceClient},
};
use tonic::{
    Code::{PermissionDenied, Unauthenticated},
    Request, Response, Status,
    transport::Channel,
};

use crate::refusal;

async fn call(
    client: &mut EchoServiceClient<Channel>,
    method: &str,
    request: Request<EchoRequest>,
) -> Result<Response<EchoResponse>, Status> {
    match method {
        "SignedIn" => client.signed_in(request).await,
        "MayBeAbsent" => client.may_be_absent(request).await,
        "Guest" => client.guest(request).await,
        "EmailVerified" => client.email_verified(request).await,
        "SecondFactor" => client.second_factor(request).await,
        "Role" => client.role(request).await,
        "Provider" => client.provider(request).await,
        "Recent" => client.recent(request).await,
        "Tenant" => client.tenant(request).await,
        _ => client.public(request).await,
    }
}

fn hello() -> EchoRequest {
    EchoRequest {
        text: "hello".into(),
    }
}

#[tokio::test]
async fn each_rule_refuses_with_its_own_reason() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    let now = server.clock.now();
    let hour = Duration::from_hours(1);
    let plain = || server.token();

    let cases: [(&str, &str, TokenBuilder, tonic::Code, &str); 11] = [
        (
            "SignedIn",
            "expired",
            plain()
                .issued_at(now - 2 * hour)
                .auth_time(now - 2 * hour)
                .expires_at(now - hour),
            Unauthenticated,
            "TOKEN_EXPIRED",
        ),
        (
            "SignedIn",
            "future",
            plain().issued_at(now + hour).expires_at(now + 2 * hour),
            Unauthenticated,
            "TOKEN_NOT_YET_VALID",
        ),
        (
            "SignedIn",
            "other project",
            plain().claim("aud", "another-project"),
            Unauthenticated,
            "TOKEN_INVALID",
        ),
        (
            "MayBeAbsent",
            "a bad token is refused all the same",
            plain().claim("aud", "another-project"),
            Unauthenticated,
            "TOKEN_INVALID",
        ),
        (
            "SignedIn",
            "guest",
            plain().provider("anonymous"),
            PermissionDenied,
            "ANONYMOUS_NOT_ALLOWED",
        ),
        (
            "EmailVerified",
            "unverified",
            plain().email("ada@example.com").email_verified(false),
            PermissionDenied,
            "EMAIL_NOT_VERIFIED",
        ),
        (
            "SecondFactor",
            "one factor",
            plain(),
            PermissionDenied,
            "SECOND_FACTOR_REQUIRED",
        ),
        (
            "Role",
            "no role",
            plain(),
            PermissionDenied,
            "ROLE_REQUIRED",
        ),
        (
            "Provider",
            "password",
            plain().provider("password"),
            PermissionDenied,
            "PROVIDER_NOT_ALLOWED",
        ),
        (
            "Recent",
            "signed in long ago",
            plain().auth_time(now - Duration::from_secs(301)),
            Unauthenticated,
            "RECENT_SIGN_IN_REQUIRED",
        ),
        (
            "Tenant",
            "own pool",
            plain(),
            PermissionDenied,
            "TENANT_NOT_ALLOWED",
        ),
    ];
    for (method, name, token, code, reason) in cases {
        let request = with_token(hello(), &token.sign());
        let status = call(&mut client, method, request).await.unwrap_err();
        assert_eq!(
            refusal(&status),
            (code, reason.to_owned()),
            "{method}: {name}"
        );
    }

    let status = call(&mut client, "SignedIn", Request::new(hello()))
        .await
        .unwrap_err();
    assert_eq!(refusal(&status), (Unauthenticated, "TOKEN_MISSING".into()));
    let status = call(&mut client, "SignedIn", with_token(hello(), "no token"))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(&status),
        (Unauthenticated, "TOKEN_MALFORMED".into())
    );
}

#[tokio::test]
async fn each_rule_admits_whom_it_names() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    let now = server.clock.now();
    let plain = || server.token();

    let cases = [
        ("SignedIn", plain()),
        ("MayBeAbsent", plain()),
        ("Guest", plain().provider("anonymous")),
        (
            "EmailVerified",
            plain().email("ada@example.com").email_verified(true),
        ),
        ("SecondFactor", plain().second_factor("totp")),
        ("Role", plain().roles(&["editor"])),
        ("Provider", plain().provider("google.com")),
        ("Recent", plain().auth_time(now - Duration::from_secs(299))),
        ("Tenant", plain().tenant("blue")),
    ];
    for (method, token) in cases {
        let request = with_token(hello(), &token.sign());
        let answer = call(&mut client, method, request).await;
        let answer = answer
            .unwrap_or_else(|status| panic!("{method}: {status}"))
            .into_inner();
        assert_eq!(
            (answer.text.as_str(), answer.uid.as_str()),
            ("hello", "ada"),
            "{method}"
        );
    }
    let answer = call(&mut client, "MayBeAbsent", Request::new(hello()))
        .await
        .unwrap();
    assert_eq!(answer.into_inner().uid, "");
}

#[tokio::test]
async fn a_public_method_does_not_look_at_the_caller() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    for request in [Request::new(hello()), with_token(hello(), "garbage")] {
        let answer = client.public(request).await.unwrap().into_inner();
        assert_eq!((answer.text.as_str(), answer.uid.as_str()), ("hello", ""));
    }
}

#[tokio::test]
async fn a_handler_sees_no_credential() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    let token = server.token().sign();
    for public in [false, true] {
        let mut request = with_token(hello(), &token);
        let metadata = request.metadata_mut();
        for name in [
            "x-goog-iap-jwt-assertion",
            "x-firebase-appcheck",
            "x-serverless-authorization",
            "x-goog-authenticated-user-email",
        ] {
            metadata.insert(name, token.parse().unwrap());
        }
        metadata.insert(
            "cookie",
            format!("theme=dark; __session={token}").parse().unwrap(),
        );
        metadata.insert("x-kept", "yes".parse().unwrap());
        let answer = match public {
            true => client.public(request).await,
            false => client.signed_in(request).await,
        };
        let answer = answer.unwrap().into_inner();
        assert_eq!(answer.cookie, "theme=dark");
        let mut kept = answer.metadata;
        kept.retain(|name| name.starts_with("x-") || name == "authorization");
        assert_eq!(kept, ["x-kept"], "public: {public}");
    }
}

#[tokio::test]
async fn a_forwarded_users_token_is_refused_where_the_rule_does_not_ask_for_one() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    let token = server.token().sign();
    let mut request = with_token(hello(), &token);
    request.metadata_mut().insert(
        "x-end-user-authorization",
        format!("Bearer {token}").parse().unwrap(),
    );
    let status = client.signed_in(request).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (PermissionDenied, "CALLER_NOT_ALLOWED".into())
    );
    // Nor does it make up for a caller who may be absent.
    let mut request = Request::new(hello());
    request.metadata_mut().insert(
        "x-end-user-authorization",
        format!("Bearer {token}").parse().unwrap(),
    );
    let status = client.may_be_absent(request).await.unwrap_err();
    assert_eq!(
        refusal(&status),
        (PermissionDenied, "CALLER_NOT_ALLOWED".into())
    );
}

#[tokio::test]
async fn a_caller_is_absent_who_brings_no_header_at_all() {
    let server = EchoServer::start().await;
    let mut client = server.client().await;
    for value in ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a.b.c"] {
        let mut request = Request::new(hello());
        let metadata = request.metadata_mut();
        metadata.insert("authorization", value.parse().unwrap());
        let status = client.may_be_absent(request).await.unwrap_err();
        assert_eq!(status.code(), Unauthenticated, "{value:?}");
    }
    // A rule that reads no cookie has none to call wrong.
    let mut request = Request::new(hello());
    let metadata = request.metadata_mut();
    metadata.insert("cookie", "__session=bad".parse().unwrap());
    let answer = client.may_be_absent(request).await.unwrap();
    assert_eq!(answer.into_inner().uid, "");
}
