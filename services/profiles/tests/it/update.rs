//! `UpdateMyProfile`.

use callgate_api::profiles::v1::{
    Account, UpdateMyProfileRequest, profile_service_gate::ProfileService,
};
use callgate_profiles::Profiles;
use callgate_testkit::FirebaseIssuer;
use serde_json::{Value, json};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::accounts_server::{AccountsServer, profiles_without_accounts};

async fn rename(profiles: &Profiles, display_name: &str) -> Result<Account, Status> {
    let ada = FirebaseIssuer::new("demo-callgate").end_user("ada");
    let request = UpdateMyProfileRequest {
        display_name: display_name.to_owned(),
    };
    let response = profiles
        .update_my_profile(ada, Request::new(request))
        .await?;
    let profile = response.into_inner().profile.expect("a profile");
    assert_eq!(profile.token.expect("a token").uid, "ada");
    Ok(profile.account.expect("an account"))
}

#[tokio::test]
async fn a_name_is_changed_and_comes_back() {
    let server =
        AccountsServer::start(json!({"localId": "ada", "displayName": "Ada", "email": "a@b"}))
            .await;
    let account = rename(&server.profiles(), "  Ada Lovelace\n")
        .await
        .expect("an account");
    assert_eq!(account.display_name, "Ada Lovelace");
    assert_eq!(
        server.account(),
        json!({"localId": "ada", "displayName": "Ada Lovelace", "email": "a@b"})
    );
}

#[tokio::test]
async fn an_empty_name_removes_it() {
    let server = AccountsServer::start(json!({"localId": "ada", "displayName": "Ada"})).await;
    assert_eq!(
        rename(&server.profiles(), " ")
            .await
            .expect("an account")
            .display_name,
        ""
    );
    assert_eq!(server.account(), json!({"localId": "ada"}));
}

#[tokio::test]
async fn a_bad_name_changes_nothing_and_is_told_in_words() {
    let server = AccountsServer::start(json!({"localId": "ada", "displayName": "Ada"})).await;
    for (name, words) in [
        ("x".repeat(65).as_str(), "at most 64"),
        ("A\u{202e}da", "text-direction"),
        ("A\nda", "control"),
        ("ada@example.com", "e-mail"),
    ] {
        let status = rename(&server.profiles(), name).await.expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(words), "{status}");
        let details = status.get_error_details();
        let violations = &details
            .bad_request()
            .expect("a BadRequest")
            .field_violations;
        assert_eq!(violations[0].field, "display_name");
    }
    assert_eq!(server.account()["displayName"], "Ada");
}

#[tokio::test]
async fn a_deleted_account_is_not_renamed() {
    let server = AccountsServer::start(Value::Null).await;
    assert_eq!(
        rename(&server.profiles(), "Ada")
            .await
            .expect_err("no account")
            .code(),
        Code::NotFound
    );
}

#[tokio::test]
async fn accounts_that_are_away_are_worth_another_try() {
    let status = rename(&profiles_without_accounts(), "Ada")
        .await
        .expect_err("no accounts");
    assert_eq!(status.code(), Code::Unavailable);
}
