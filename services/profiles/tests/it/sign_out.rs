//! `SignOutEverywhere`.

use std::time::{SystemTime, UNIX_EPOCH};

use callgate_api::profiles::v1::{SignOutEverywhereRequest, profile_service_gate::ProfileService};
use callgate_profiles::Profiles;
use callgate_testkit::FirebaseIssuer;
use serde_json::{Value, json};
use tonic::{Code, Request, Status};

use crate::accounts_server::{AccountsServer, profiles_without_accounts};

async fn sign_out(profiles: &Profiles) -> Result<(), Status> {
    let ada = FirebaseIssuer::new("demo-callgate").end_user("ada");
    let request = Request::new(SignOutEverywhereRequest {});
    profiles.sign_out_everywhere(ada, request).await.map(drop)
}

fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("after 1970").as_secs()
}

#[tokio::test]
async fn sign_ins_before_this_second_do_not_count_any_more() {
    let record = json!({"localId": "ada", "displayName": "Ada", "validSince": "1"});
    let server = AccountsServer::start(record).await;
    let before = seconds();
    sign_out(&server.profiles()).await.expect("signed out");
    let account = server.account();
    let since = account["validSince"].as_str().expect("a string");
    let since: u64 = since.parse().expect("seconds");
    assert!((before..=seconds()).contains(&since), "{since}");
    assert_eq!(account["displayName"], "Ada");
}

#[tokio::test]
async fn a_deleted_account_is_not_signed_out() {
    let server = AccountsServer::start(Value::Null).await;
    let status = sign_out(&server.profiles()).await.expect_err("no account");
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn accounts_that_are_away_are_worth_another_try() {
    let status = sign_out(&profiles_without_accounts()).await;
    assert_eq!(status.expect_err("no accounts").code(), Code::Unavailable);
}
