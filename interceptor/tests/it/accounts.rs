//! The accounts of Identity Platform, spoken to over HTTP.

mod away;
mod outcome;
mod page;
mod roles;
mod session_cookie;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate::{
    UserId,
    accounts::{AccountUpdate, Accounts, AccountsError, SecondFactorKind},
    google::{Credentials, Metadata},
};
use serde_json::{Value, json};

use crate::google_server::{Reply, Server};

const ADA: UserId<'_> = UserId {
    tenant: None,
    uid: "ada",
};

fn accounts(server: &Server) -> Accounts {
    Accounts::new(
        "demo-callgate",
        Credentials::fixed("secret").expect("a token"),
    )
    .and_then(|it| it.base_url(&server.url("/identitytoolkit.googleapis.com")))
    .expect("good settings")
}

/// Accounts whose tokens come from the same server, as from the metadata server.
fn accounts_by_metadata(server: &Server) -> Accounts {
    let metadata = Metadata::at(&server.address.to_string()).expect("a host");
    Accounts::new("demo-callgate", Credentials::metadata_server(&metadata))
        .and_then(|it| it.base_url(&server.url("")))
        .expect("good settings")
}

fn found(uid: &str) -> Reply {
    Reply::ok(json!({"users": [{"localId": uid}]}).to_string())
}

fn error(status: u16, message: &str) -> Reply {
    let body = json!({"error": {"code": status, "message": message}});
    Reply::Status(status, body.to_string())
}

#[tokio::test]
async fn a_record_is_looked_up_and_read() {
    let server = Server::start().await;
    server.then(Reply::ok(
        json!({
            "kind": "identitytoolkit#GetAccountInfoResponse",
            "users": [{
                "localId": "ada",
                "email": "ada@example.com",
                "emailVerified": true,
                "displayName": "Ada",
                "photoUrl": "https://example.com/ada.png",
                "phoneNumber": "+15555550100",
                "passwordHash": "..",
                "passwordUpdatedAt": 1.7e12,
                "validSince": "1700000000",
                "createdAt": "1700000000123",
                "lastLoginAt": "1700000001000",
                "lastRefreshAt": "2023-11-14T22:13:21Z",
                "disabled": true,
                "customAttributes": "{\"roles\":[\"admin\"]}",
                "providerUserInfo": [
                    {"providerId": "password", "rawId": "ada@example.com", "email": "ada@example.com"},
                    {"providerId": "google.com", "rawId": "1", "displayName": "Ada L.", "federatedId": "1"},
                ],
                "mfaInfo": [
                    {"mfaEnrollmentId": "f1", "displayName": "mine", "phoneInfo": "+15555550100",
                     "enrolledAt": "2023-11-14T22:13:20.5Z"},
                    {"mfaEnrollmentId": "f2", "totpInfo": {}},
                    {"mfaEnrollmentId": "f3", "emailInfo": {"emailAddress": "ada@example.com"}},
                ],
            }],
        })
        .to_string(),
    ));
    let account = accounts(&server)
        .lookup(ADA)
        .await
        .expect("an answer")
        .expect("an account");

    let asked = server.asked();
    assert_eq!(asked[0].method, "POST");
    assert_eq!(
        asked[0].target,
        "/identitytoolkit.googleapis.com/v1/projects/demo-callgate/accounts:lookup"
    );
    assert_eq!(asked[0].headers["authorization"], "Bearer secret");
    assert_eq!(asked[0].headers["content-type"], "application/json");
    assert_eq!(asked[0].body, r#"{"localId":["ada"]}"#);

    let millis = |at: Option<SystemTime>| {
        at.map(|at| {
            at.duration_since(UNIX_EPOCH)
                .expect("after 1970")
                .as_millis()
        })
    };
    assert_eq!(account.id(), ADA);
    assert_eq!(account.email.as_deref(), Some("ada@example.com"));
    assert_eq!(account.display_name.as_deref(), Some("Ada"));
    assert_eq!(
        account.photo_url.as_deref(),
        Some("https://example.com/ada.png")
    );
    assert_eq!(account.phone_number.as_deref(), Some("+15555550100"));
    assert!(account.email_verified && account.disabled);
    assert_eq!(millis(account.valid_since), Some(1_700_000_000_000));
    assert_eq!(millis(account.created_at), Some(1_700_000_000_123));
    assert_eq!(millis(account.last_sign_in_at), Some(1_700_000_001_000));
    assert_eq!(
        account.custom_attributes.as_deref(),
        Some(r#"{"roles":["admin"]}"#)
    );
    let providers: Vec<_> = account.providers.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(providers, ["password", "google.com"]);
    assert_eq!(account.providers[1].display_name.as_deref(), Some("Ada L."));
    let kinds: Vec<_> = account.second_factors.iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [
            SecondFactorKind::Phone,
            SecondFactorKind::Totp,
            SecondFactorKind::Other
        ]
    );
    assert_eq!(
        millis(account.second_factors[0].enrolled_at),
        Some(1_700_000_000_500)
    );

    let shown = format!(
        "{account:?}{:?}{:?}",
        account.providers, account.second_factors
    );
    for private in ["example.com", "Ada", "+1555"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

#[tokio::test]
async fn a_user_of_a_tenant_is_looked_up_there() {
    let server = Server::start().await;
    let bob = UserId {
        tenant: Some("shop-x1y2z"),
        uid: "bob",
    };
    let record = json!({"users": [{"localId": "bob", "tenantId": "shop-x1y2z"}]});
    server.then(Reply::ok(record.to_string()));
    let account = accounts(&server)
        .lookup(bob)
        .await
        .expect("an answer")
        .expect("an account");
    assert_eq!(account.id(), bob);
    assert!(
        server.asked()[0]
            .target
            .ends_with("/projects/demo-callgate/tenants/shop-x1y2z/accounts:lookup")
    );
}

#[tokio::test]
async fn a_tenants_name_cannot_climb_out_of_the_tenant() {
    let server = Server::start().await;
    for tenant in [
        "",
        "..",
        ".",
        "a/../..",
        "a%2F..",
        "a?b",
        "ä",
        &"x".repeat(129),
    ] {
        let user = UserId {
            tenant: Some(tenant),
            uid: "bob",
        };
        let result = accounts(&server).lookup(user).await;
        assert!(matches!(result, Err(AccountsError::Refused(_))), "{tenant}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_uid_is_written_as_json_whatever_it_holds() {
    let server = Server::start().await;
    let odd = UserId {
        tenant: None,
        uid: "\",\"x\":[/../ä\n",
    };
    server.then(found(odd.uid));
    assert!(matches!(accounts(&server).lookup(odd).await, Ok(Some(_))));
    let body: Value = serde_json::from_str(&server.asked()[0].body).expect("JSON");
    assert_eq!(body, json!({"localId": [odd.uid]}));
}

#[tokio::test]
async fn an_unknown_user_has_no_account() {
    let server = Server::start().await;
    server
        .then(Reply::ok(
            r#"{"kind":"identitytoolkit#GetAccountInfoResponse"}"#,
        ))
        .then(error(400, "USER_NOT_FOUND"));
    assert_eq!(accounts(&server).lookup(ADA).await, Ok(None));
    assert_eq!(accounts(&server).lookup(ADA).await, Ok(None));
}

#[tokio::test]
async fn with_a_tenant_go_the_accounts_of_its_users() {
    let server = Server::start().await;
    server.then(error(400, "TENANT_NOT_FOUND"));
    let ada = UserId {
        tenant: Some("pupils"),
        ..ADA
    };
    assert_eq!(accounts(&server).lookup(ada).await, Ok(None));
}

#[tokio::test]
async fn what_is_named_is_changed() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    for (update, body) in [
        (
            AccountUpdate::new().display_name(Some("Ada \"L\"")),
            json!({"localId": "ada", "displayName": "Ada \"L\""}),
        ),
        (
            AccountUpdate::new().display_name(None),
            json!({"localId": "ada", "deleteAttribute": ["DISPLAY_NAME"]}),
        ),
        (
            AccountUpdate::new().display_name(Some("")),
            json!({"localId": "ada", "deleteAttribute": ["DISPLAY_NAME"]}),
        ),
        (
            AccountUpdate::new().valid_since(UNIX_EPOCH + Duration::from_millis(1_700_000_000_999)),
            json!({"localId": "ada", "validSince": "1700000000"}),
        ),
        (
            AccountUpdate::new().disabled(true),
            json!({"localId": "ada", "disableUser": true}),
        ),
        (
            AccountUpdate::new().disabled(false),
            json!({"localId": "ada", "disableUser": false}),
        ),
        (AccountUpdate::new(), json!({"localId": "ada"})),
    ] {
        server.then(Reply::ok(
            r#"{"kind":"identitytoolkit#SetAccountInfoResponse","localId":"ada"}"#,
        ));
        assert_eq!(accounts.update(ADA, &update).await, Ok(()));
        let asked = server.asked();
        assert!(
            asked[0]
                .target
                .ends_with("/v1/projects/demo-callgate/accounts:update")
        );
        assert_eq!(
            serde_json::from_str::<Value>(&asked[0].body).expect("JSON"),
            body
        );
    }
}

#[tokio::test]
async fn an_account_that_is_gone_is_not_changed() {
    let server = Server::start().await;
    server.then(error(400, "USER_NOT_FOUND"));
    let result = accounts(&server).update(ADA, &AccountUpdate::new()).await;
    assert_eq!(result, Err(AccountsError::NotFound));
}

#[tokio::test]
async fn an_account_is_deleted_in_its_tenant() {
    let server = Server::start().await;
    server
        .then(Reply::ok(
            r#"{"kind":"identitytoolkit#DeleteAccountResponse"}"#,
        ))
        .then(error(400, "USER_NOT_FOUND"));
    let bob = UserId {
        tenant: Some("shop-x1y2z"),
        uid: "bob",
    };
    assert_eq!(accounts(&server).delete(bob).await, Ok(()));
    let asked = server.asked();
    assert!(
        asked[0]
            .target
            .ends_with("/v1/projects/demo-callgate/tenants/shop-x1y2z/accounts:delete")
    );
    assert_eq!(asked[0].body, r#"{"localId":"bob"}"#);
    let again = accounts(&server).delete(bob).await;
    assert_eq!(again, Err(AccountsError::NotFound));
}
