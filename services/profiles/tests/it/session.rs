//! `CreateSession` and `EndSession`.

use std::time::{Duration, SystemTime};

use callgate::EndUser;
use callgate_api::profiles::v1::{
    CreateSessionRequest, CreateSessionResponse, EndSessionRequest,
    profile_service_gate::ProfileService,
};
use callgate_profiles::Profiles;
use callgate_testkit::FirebaseIssuer;
use serde_json::json;
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt;

use crate::accounts_server::{AccountsServer, profiles_without_accounts};

const SECURE: &str = "HttpOnly; Secure; SameSite=Lax; Path=/";

fn ada() -> EndUser {
    FirebaseIssuer::new("demo-callgate").end_user("ada")
}

async fn create(
    profiles: &Profiles,
    user: EndUser,
    seconds: Option<i64>,
) -> Result<Response<CreateSessionResponse>, Status> {
    let lifetime = seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 });
    let request = Request::new(CreateSessionRequest { lifetime });
    profiles.create_session(user, request).await
}

fn cookies<T>(response: &Response<T>) -> Vec<&str> {
    let values = response.metadata().get_all("set-cookie").iter();
    values
        .map(|value| value.to_str().expect("visible ASCII"))
        .collect()
}

fn reason(status: &Status) -> String {
    let details = status.get_error_details();
    details.error_info().expect("a reason").reason.clone()
}

/// Accounts that begin sessions with this cookie: the cookie.
async fn sessions() -> (AccountsServer, String) {
    let server = AccountsServer::start(json!({"localId": "ada"})).await;
    let expiry = SystemTime::now() + Duration::from_hours(24 * 14);
    let cookie = FirebaseIssuer::new("demo-callgate").token("ada");
    let cookie = cookie.expires_at(expiry).sign();
    server.begins_sessions_with(cookie.clone());
    (server, cookie)
}

#[tokio::test]
async fn a_session_is_a_cookie_that_no_script_can_read_for_as_long_as_was_asked() {
    let (server, cookie) = sessions().await;
    for (asked, lasts) in [
        (None, 432_000),
        (Some(300), 300),
        (Some(1_209_600), 1_209_600),
    ] {
        let response = create(&server.profiles(), ada(), asked).await;
        let response = response.expect("a session");
        let expected = format!("__session={cookie}; Max-Age={lasts}; {SECURE}");
        assert_eq!(cookies(&response), [expected]);
        let ends = response.into_inner().expires_at.expect("an end");
        let ends = SystemTime::try_from(ends).expect("a time");
        let left = ends.duration_since(SystemTime::now()).expect("later");
        let lasts = Duration::from_secs(lasts);
        assert!(left <= lasts && left + Duration::from_mins(1) > lasts);
    }
}

#[tokio::test]
async fn a_session_of_another_length_is_refused() {
    let (server, _) = sessions().await;
    for seconds in [-1, 0, 299, 1_209_601] {
        let refusal = create(&server.profiles(), ada(), Some(seconds)).await;
        let refusal = refusal.expect_err("refused");
        assert_eq!(refusal.code(), Code::InvalidArgument, "{seconds}");
    }
}

#[tokio::test]
async fn an_old_sign_in_begins_no_session_whatever_the_rule_says() {
    let (server, _) = sessions().await;
    let long_ago = SystemTime::now() - Duration::from_secs(301);
    let issuer = FirebaseIssuer::new("demo-callgate");
    let user = issuer.token("ada").auth_time(long_ago).end_user();
    let refusal = create(&server.profiles(), user, None).await;
    let refusal = refusal.expect_err("refused");
    assert_eq!(refusal.code(), Code::Unauthenticated);
    assert_eq!(reason(&refusal), "RECENT_SIGN_IN_REQUIRED");
}

#[tokio::test]
async fn who_is_disabled_begins_no_session() {
    let (server, _) = sessions().await;
    server.becomes(json!({"localId": "ada", "disabled": true}));
    let refusal = create(&server.profiles(), ada(), None).await;
    assert_eq!(reason(&refusal.expect_err("refused")), "USER_DISABLED");
}

#[tokio::test]
async fn accounts_that_are_away_are_worth_another_try() {
    let refusal = create(&profiles_without_accounts(), ada(), None).await;
    let refusal = refusal.expect_err("no accounts");
    assert_eq!(refusal.code(), Code::Unavailable);
    assert_eq!(reason(&refusal), "ACCOUNTS_UNAVAILABLE");
}

#[tokio::test]
async fn ending_a_session_removes_the_cookie() {
    let request = Request::new(EndSessionRequest {});
    let response = profiles_without_accounts().end_session(request).await;
    let response = response.expect("always");
    assert_eq!(
        cookies(&response),
        [format!("__session=; Max-Age=0; {SECURE}")]
    );
}
