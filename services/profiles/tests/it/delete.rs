//! `DeleteMyAccount`.

use callgate_api::profiles::v1::{DeleteMyAccountRequest, profile_service_gate::ProfileService};
use callgate_profiles::Profiles;
use callgate_testkit::FirebaseIssuer;
use serde_json::{Value, json};
use tonic::{Code, Request, Status};

use crate::accounts_server::{AccountsServer, profiles_without_accounts};

async fn delete(profiles: &Profiles) -> Result<(), Status> {
    let ada = FirebaseIssuer::new("demo-callgate").end_user("ada");
    let request = Request::new(DeleteMyAccountRequest {});
    profiles.delete_my_account(ada, request).await.map(drop)
}

#[tokio::test]
async fn an_account_is_deleted_and_deleting_it_again_is_no_error() {
    let server = AccountsServer::start(json!({"localId": "ada"})).await;
    for _ in 0..2 {
        delete(&server.profiles()).await.expect("deleted");
        assert_eq!(server.account(), Value::Null);
    }
}

#[tokio::test]
async fn a_namesake_of_another_tenant_is_left_alone() {
    let namesake = json!({"localId": "ada", "tenantId": "shop-x1y2z"});
    let server = AccountsServer::start(namesake.clone()).await;
    delete(&server.profiles()).await.expect("nothing to delete");
    assert_eq!(server.account(), namesake);
}

#[tokio::test]
async fn accounts_that_are_away_are_worth_another_try() {
    let status = delete(&profiles_without_accounts()).await;
    assert_eq!(status.expect_err("no accounts").code(), Code::Unavailable);
}
