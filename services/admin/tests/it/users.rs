//! Listing users, and changing their accounts.

use callgate_api::admin::v1::{
    DisableUserRequest, EnableUserRequest, ListUsersRequest, ListUsersResponse, SetRolesRequest,
    User, UserId, admin_service_gate::AdminService, audit_record::Outcome,
};
use serde_json::json;
use tonic::{Code, Request, Status};

use crate::{
    accounts_server::accounts_away,
    system::{System, eve, outcome, reason, records},
};

#[expect(clippy::unnecessary_wraps, reason = "as messages hold it")]
pub(crate) fn user(uid: &str, tenant: &str) -> Option<UserId> {
    Some(UserId {
        uid: uid.to_owned(),
        tenant: tenant.to_owned(),
    })
}

async fn list(
    admin: &callgate_admin::Admin,
    request: ListUsersRequest,
) -> Result<ListUsersResponse, Status> {
    let answer = admin.list_users(eve(), Request::new(request)).await?;
    Ok(answer.into_inner())
}

pub(crate) async fn set_roles(
    admin: &callgate_admin::Admin,
    uid: &str,
    roles: &[&str],
) -> Result<bool, Status> {
    let request = SetRolesRequest {
        user: user(uid, ""),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
    };
    let answer = admin.set_roles(eve(), Request::new(request)).await?;
    Ok(answer.into_inner().signed_out)
}

#[expect(clippy::unnecessary_wraps, reason = "as messages hold it")]
fn seconds(seconds: i64, nanos: i32) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos })
}

#[tokio::test]
async fn users_are_listed_with_their_roles_page_by_page() {
    let system = System::start().await;
    let first = ListUsersRequest {
        page_size: 2,
        ..ListUsersRequest::default()
    };
    let page = list(&system.admin, first.clone()).await.unwrap();
    assert_eq!(
        page.users,
        [
            User {
                id: user("ada", ""),
                display_name: "Ada Lovelace".to_owned(),
                email: "ada@example.com".to_owned(),
                email_verified: true,
                providers: vec!["password".to_owned(), "google.com".to_owned()],
                roles: vec!["editor".to_owned()],
                disabled: false,
                created_at: seconds(1_700_000_000, 123_000_000),
                last_sign_in_at: seconds(1_700_000_001, 0),
            },
            User {
                id: user("bob", ""),
                // An address is no name.
                display_name: String::new(),
                email: "bob@example.com".to_owned(),
                disabled: true,
                ..User::default()
            }
        ]
    );

    let second = ListUsersRequest {
        page_token: page.next_page_token,
        ..first
    };
    let page = list(&system.admin, second).await.unwrap();
    assert_eq!(page.users.len(), 1);
    assert_eq!(page.users[0].id, user("guest", ""));
    assert_eq!(page.next_page_token, "");
}

#[tokio::test]
async fn the_users_of_a_tenant_are_listed_by_themselves() {
    let system = System::start().await;
    let request = ListUsersRequest {
        tenant: "pupils".to_owned(),
        ..ListUsersRequest::default()
    };
    let page = list(&system.admin, request).await.unwrap();
    assert_eq!(page.users.len(), 1);
    assert_eq!(page.users[0].id, user("ada", "pupils"));
}

#[tokio::test]
async fn accounts_that_are_away_are_told_as_our_outage() {
    let system = System::start().await;
    let admin = system.with_accounts(accounts_away());
    let refusal = list(&admin, ListUsersRequest::default()).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unavailable);
    assert_eq!(reason(&refusal), "ACCOUNTS_UNAVAILABLE");
}

#[tokio::test]
async fn a_request_out_of_bounds_is_refused() {
    let system = System::start().await;
    for request in [
        ListUsersRequest {
            page_size: -1,
            ..ListUsersRequest::default()
        },
        ListUsersRequest {
            tenant: "../ada".to_owned(),
            ..ListUsersRequest::default()
        },
        ListUsersRequest {
            page_token: "x".repeat(3000),
            ..ListUsersRequest::default()
        },
    ] {
        let refusal = list(&system.admin, request).await.unwrap_err();
        assert_eq!(refusal.code(), Code::InvalidArgument);
    }
    for roles in [&["an editor"][..], &[""], &["editor"; 33]] {
        let refusal = set_roles(&system.admin, "bob", roles).await.unwrap_err();
        assert_eq!(refusal.code(), Code::InvalidArgument);
    }
    let nobody = Request::new(DisableUserRequest { user: None });
    let refusal = system.admin.disable_user(eve(), nobody).await.unwrap_err();
    assert_eq!(refusal.code(), Code::InvalidArgument);
    // What is not attempted is not recorded.
    assert_eq!(records(&system.admin).await, []);
    assert_eq!(system.accounts.changes(), 0);
}

#[tokio::test]
async fn an_account_is_locked_and_unlocked() {
    let system = System::start().await;
    let user = user("ada", "");

    let request = Request::new(DisableUserRequest { user: user.clone() });
    system.admin.disable_user(eve(), request).await.unwrap();
    assert_eq!(system.accounts.user("ada")["disabled"], true);

    let request = Request::new(EnableUserRequest { user });
    system.admin.enable_user(eve(), request).await.unwrap();
    assert_eq!(system.accounts.user("ada")["disabled"], false);
}

#[tokio::test]
async fn roles_are_given_whole_and_other_claims_stay() {
    let system = System::start().await;
    let signed_out = set_roles(&system.admin, "ada", &["moderator", "editor", "editor"]).await;
    assert!(!signed_out.unwrap(), "nothing was taken away");

    let ada = system.accounts.user("ada");
    let claims: serde_json::Value =
        serde_json::from_str(ada["customAttributes"].as_str().unwrap()).unwrap();
    assert_eq!(
        claims,
        json!({"level": 3, "roles": ["moderator", "editor"]})
    );
    assert_eq!(ada.get("validSince"), None);
    let record = system.record().await;
    assert_eq!(record.details, "roles: moderator, editor");
}

#[tokio::test]
async fn taking_a_role_away_signs_the_user_out_in_the_same_step() {
    for roles in [&[][..], &["moderator"]] {
        let system = System::start().await;
        assert!(set_roles(&system.admin, "ada", roles).await.unwrap());

        let ada = system.accounts.user("ada");
        assert!(ada["validSince"].is_string(), "{ada}");
        assert_eq!(system.accounts.changes(), 1);
        let record = system.record().await;
        assert_eq!(
            outcome(&record),
            (
                Outcome::Succeeded,
                "a role was taken away: the user is signed out"
            )
        );
    }
}
