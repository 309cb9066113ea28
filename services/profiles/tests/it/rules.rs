//! The whole service behind its gate: who may call what.

use std::time::{Duration, SystemTime};

use callgate_api::profiles::v1::{
    CreateSessionRequest, DeleteMyAccountRequest, EndSessionRequest, GetMyProfileRequest,
    SignOutEverywhereRequest, UpdateMyProfileRequest,
};
use callgate_testkit::{FirebaseIssuer, SessionCookieIssuer};
use serde_json::{Value, json};
use tonic::{Code, Request};

use crate::{
    accounts_server::AccountsServer,
    service::{PAGE, Service, reason, with_token},
};

#[tokio::test]
async fn a_signed_in_user_sees_and_changes_the_profile() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let token = issuer.token("ada").sign();

    let rename = UpdateMyProfileRequest {
        display_name: "Ada".to_owned(),
    };
    let renamed = service
        .client
        .update_my_profile(with_token(rename, &token))
        .await;
    let seen = service
        .client
        .get_my_profile(with_token(GetMyProfileRequest {}, &token))
        .await;
    let seen = seen.expect("a profile").into_inner().profile;
    assert_eq!(renamed.expect("a profile").into_inner().profile, seen);
    assert_eq!(
        seen.and_then(|it| it.account)
            .expect("an account")
            .display_name,
        "Ada"
    );
}

#[tokio::test]
async fn a_guest_sees_the_profile_but_does_not_change_it() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "guest"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let token = issuer.token("guest").provider("anonymous").sign();

    let seen = service
        .client
        .get_my_profile(with_token(GetMyProfileRequest {}, &token))
        .await;
    assert!(seen.is_ok(), "{seen:?}");
    let rename = with_token(UpdateMyProfileRequest::default(), &token);
    let status = service
        .client
        .update_my_profile(rename)
        .await
        .expect_err("a guest");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::PermissionDenied, "ANONYMOUS_NOT_ALLOWED")
    );
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;

    let status = service
        .client
        .get_my_profile(GetMyProfileRequest {})
        .await
        .expect_err("no token");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "TOKEN_MISSING")
    );
    let forged = issuer.token("ada").forged_with(3).sign();
    let call = with_token(GetMyProfileRequest {}, &forged);
    let status = service
        .client
        .get_my_profile(call)
        .await
        .expect_err("a forged token");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "TOKEN_INVALID")
    );
}

#[tokio::test]
async fn only_a_recent_sign_in_signs_out_deletes_or_begins_a_session() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let long_ago = SystemTime::now() - Duration::from_secs(301);
    let token = issuer.token("ada").auth_time(long_ago).sign();

    let call = with_token(SignOutEverywhereRequest {}, &token);
    let signed_out = service.client.sign_out_everywhere(call).await.map(drop);
    let call = with_token(DeleteMyAccountRequest {}, &token);
    let deleted = service.client.delete_my_account(call).await.map(drop);
    let call = with_token(CreateSessionRequest::default(), &token);
    let session = service.client.create_session(call).await.map(drop);
    for status in [signed_out, deleted, session] {
        let status = status.expect_err("signed in too long ago");
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unauthenticated, "RECENT_SIGN_IN_REQUIRED")
        );
    }
    assert_eq!(accounts.account(), json!({"localId": "ada"}));
}

#[tokio::test]
async fn who_signed_out_everywhere_changes_nothing_by_an_older_session() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let minute_ago = SystemTime::now() - Duration::from_mins(1);
    let token = issuer.token("ada").auth_time(minute_ago).sign();

    let call = with_token(SignOutEverywhereRequest {}, &token);
    assert!(service.client.sign_out_everywhere(call).await.is_ok());
    let call = with_token(UpdateMyProfileRequest::default(), &token);
    let renamed = service.client.update_my_profile(call).await.map(drop);
    let call = with_token(DeleteMyAccountRequest {}, &token);
    let deleted = service.client.delete_my_account(call).await.map(drop);
    for status in [renamed, deleted] {
        let status = status.expect_err("signed out");
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::Unauthenticated, "TOKEN_REVOKED")
        );
    }
    let token = issuer.token("ada").sign();
    let call = with_token(DeleteMyAccountRequest {}, &token);
    assert!(service.client.delete_my_account(call).await.is_ok());
    assert_eq!(accounts.account(), Value::Null);
}

#[tokio::test]
async fn a_disabled_user_changes_nothing() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let token = issuer.token("ada").sign();
    let call = || with_token(UpdateMyProfileRequest::default(), &token);
    assert!(service.client.update_my_profile(call()).await.is_ok());
    accounts.becomes(json!({"localId": "ada", "disabled": true}));
    let status = service
        .client
        .update_my_profile(call())
        .await
        .expect_err("disabled");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unauthenticated, "USER_DISABLED")
    );
}

fn with_cookie<T>(message: T, cookie: &str, origin: &'static str) -> Request<T> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert("cookie", cookie.parse().expect("a header"));
    metadata.insert("origin", origin.parse().expect("a header"));
    request
}

/// The cookie as a browser keeps it, which has read a `set-cookie` header.
fn kept<T>(response: &tonic::Response<T>) -> String {
    let set = response.metadata().get("set-cookie").expect("a cookie");
    let set = set.to_str().expect("visible ASCII");
    let (cookie, _) = set.split_once(';').expect("attributes");
    cookie.to_owned()
}

#[tokio::test]
async fn a_session_shows_the_profile_until_it_ends_and_does_nothing_else() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let accounts = AccountsServer::start(json!({"localId": "ada"})).await;
    let sessions = SessionCookieIssuer::new("demo-callgate");
    accounts.begins_sessions_with(sessions.cookie("ada").sign());
    let mut service = Service::start(&issuer, &accounts).await;
    let token = issuer.token("ada").sign();

    let call = with_token(CreateSessionRequest::default(), &token);
    let begun = service.client.create_session(call).await;
    let cookie = kept(&begun.expect("a session"));

    let call = with_cookie(GetMyProfileRequest {}, &cookie, PAGE);
    let seen = service.client.get_my_profile(call).await;
    let profile = seen.expect("a profile").into_inner().profile;
    assert_eq!(profile.and_then(|it| it.token).expect("claims").uid, "ada");

    let call = with_cookie(GetMyProfileRequest {}, &cookie, "https://evil.example");
    let elsewhere = service.client.get_my_profile(call).await;
    let elsewhere = elsewhere.expect_err("another page");
    assert_eq!(reason(&elsewhere), "ORIGIN_NOT_ALLOWED");

    let call = with_cookie(UpdateMyProfileRequest::default(), &cookie, PAGE);
    let renamed = service.client.update_my_profile(call).await.map(drop);
    let call = with_cookie(CreateSessionRequest::default(), &cookie, PAGE);
    let prolonged = service.client.create_session(call).await.map(drop);
    for status in [renamed, prolonged] {
        let status = status.expect_err("no cookie will do");
        assert_eq!(reason(&status), "TOKEN_MISSING");
    }

    let ended = service.client.end_session(EndSessionRequest {}).await;
    assert_eq!(kept(&ended.expect("always")), "__session=");
}

#[tokio::test]
async fn a_session_does_not_outlive_signing_out_everywhere() {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let signed_out = SystemTime::now() + Duration::from_secs(1);
    let signed_out = signed_out.duration_since(SystemTime::UNIX_EPOCH);
    let signed_out = signed_out.expect("after 1970").as_secs().to_string();
    let record = json!({"localId": "ada", "validSince": signed_out});
    let accounts = AccountsServer::start(record).await;
    let mut service = Service::start(&issuer, &accounts).await;
    let minute_ago = SystemTime::now() - Duration::from_mins(1);
    let cookie = SessionCookieIssuer::new("demo-callgate").cookie("ada");
    let cookie = format!("__session={}", cookie.auth_time(minute_ago).sign());

    let call = with_cookie(GetMyProfileRequest {}, &cookie, PAGE);
    let status = service.client.get_my_profile(call).await;
    assert_eq!(reason(&status.expect_err("revoked")), "TOKEN_REVOKED");
}
