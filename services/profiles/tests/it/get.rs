//! `GetMyProfile`.

use std::time::{Duration, UNIX_EPOCH};

use callgate::EndUser;
use callgate_api::profiles::v1::{
    GetMyProfileRequest, Profile, Provider, SecondFactor, profile_service_gate::ProfileService,
    second_factor::Kind,
};
use callgate_profiles::Profiles;
use callgate_testkit::FirebaseIssuer;
use serde_json::{Value, json};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::accounts_server::{AccountsServer, profiles_without_accounts};

async fn get(profiles: &Profiles, user: EndUser) -> Result<Profile, Status> {
    let response = profiles
        .get_my_profile(user, Request::new(GetMyProfileRequest {}))
        .await?;
    Ok(response.into_inner().profile.expect("a profile"))
}

fn ada() -> EndUser {
    FirebaseIssuer::new("demo-callgate").end_user("ada")
}

#[tokio::test]
async fn the_token_and_the_account_are_told_apart() {
    let server = AccountsServer::start(json!({
        "localId": "ada",
        "email": "ada@new.example.com",
        "displayName": "Countess\u{202e} Ada",
        "photoUrl": "https://example.com/new.png",
        "phoneNumber": "+15555550100",
        "disabled": true,
        "createdAt": "1700000000123",
        "lastLoginAt": "1700000001000",
        "providerUserInfo": [
            {"providerId": "google.com", "displayName": "Ada L.", "email": "ada@example.com"},
            {"providerId": "phone", "phoneNumber": "+15555550100"},
        ],
        "mfaInfo": [
            {"mfaEnrollmentId": "1", "displayName": "my phone", "phoneInfo": "+15555550100",
             "enrolledAt": "2023-11-14T22:13:20Z"},
            {"mfaEnrollmentId": "2", "totpInfo": {}},
        ],
    }))
    .await;
    let user = FirebaseIssuer::new("demo-callgate")
        .token("ada")
        .name("Ada")
        .email("ada@example.com")
        .email_verified(true)
        .picture("https://example.com/old.png")
        .provider("google.com")
        .second_factor("totp")
        .roles(&["editor", "admin"])
        .end_user();
    let profile = get(&server.profiles(), user.clone())
        .await
        .expect("a profile");

    let token = profile.token.expect("a token");
    assert_eq!(token.uid, "ada");
    assert_eq!(
        (token.email.as_str(), token.email_verified),
        ("ada@example.com", true)
    );
    assert_eq!(token.display_name, "Ada");
    assert_eq!(token.picture, "https://example.com/old.png");
    assert_eq!(token.phone_number, "");
    assert_eq!(token.sign_in_provider, "google.com");
    assert_eq!(token.second_factor, "totp");
    assert_eq!(token.roles, ["editor", "admin"]);
    assert_eq!(token.tenant, "");
    assert_eq!(token.signed_in_at, Some(user.signed_in_at().into()));
    assert_eq!(token.issued_at, Some(user.issued_at().into()));
    assert_eq!(token.expires_at, Some(user.expires_at().into()));

    let at = |millis| Some((UNIX_EPOCH + Duration::from_millis(millis)).into());
    let account = profile.account.expect("an account");
    assert_eq!(account.display_name, "Countess Ada", "as others see it");
    assert_eq!(
        (account.email.as_str(), account.email_verified),
        ("ada@new.example.com", false)
    );
    assert_eq!(account.photo_url, "https://example.com/new.png");
    assert_eq!(account.phone_number, "+15555550100");
    assert!(account.disabled);
    assert_eq!(account.tenant, "");
    assert_eq!(account.created_at, at(1_700_000_000_123));
    assert_eq!(account.last_sign_in_at, at(1_700_000_001_000));
    assert_eq!(
        account.providers,
        [
            Provider {
                id: "google.com".into(),
                display_name: "Ada L.".into(),
                email: "ada@example.com".into(),
                phone_number: String::new(),
            },
            Provider {
                id: "phone".into(),
                phone_number: "+15555550100".into(),
                ..Provider::default()
            },
        ]
    );
    assert_eq!(
        account.second_factors,
        [
            SecondFactor {
                id: "1".into(),
                display_name: "my phone".into(),
                kind: Kind::Phone.into(),
                enrolled_at: at(1_700_000_000_000),
            },
            SecondFactor {
                id: "2".into(),
                kind: Kind::Totp.into(),
                ..SecondFactor::default()
            },
        ]
    );
}

#[tokio::test]
async fn a_guest_has_a_profile_too() {
    let server = AccountsServer::start(json!({"localId": "guest"})).await;
    let guest = FirebaseIssuer::new("demo-callgate")
        .token("guest")
        .provider("anonymous")
        .end_user();
    let profile = get(&server.profiles(), guest).await.expect("a profile");
    assert_eq!(
        profile.token.expect("a token").sign_in_provider,
        "anonymous"
    );
    assert!(profile.account.expect("an account").providers.is_empty());
}

#[tokio::test]
async fn a_user_of_a_tenant_has_the_account_of_that_tenant() {
    let server = AccountsServer::start(json!({"localId": "bob", "tenantId": "shop-x1y2z"})).await;
    let token = FirebaseIssuer::new("demo-callgate")
        .token("bob")
        .tenant("shop-x1y2z");
    let profile = get(&server.profiles(), token.end_user())
        .await
        .expect("a profile");
    assert_eq!(profile.token.expect("a token").tenant, "shop-x1y2z");
    assert_eq!(profile.account.expect("an account").tenant, "shop-x1y2z");

    let namesake = FirebaseIssuer::new("demo-callgate").end_user("bob");
    let status = get(&server.profiles(), namesake)
        .await
        .expect_err("another user");
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn a_deleted_account_is_not_found() {
    let server = AccountsServer::start(Value::Null).await;
    let status = get(&server.profiles(), ada())
        .await
        .expect_err("no account");
    assert_eq!(status.code(), Code::NotFound);
    assert!(status.message().contains("sign in again"), "{status}");
}

#[tokio::test]
async fn accounts_that_are_away_are_worth_another_try() {
    let status = get(&profiles_without_accounts(), ada())
        .await
        .expect_err("no accounts");
    assert_eq!(status.code(), Code::Unavailable);
    let details = status.get_error_details();
    let info = details.error_info().expect("an ErrorInfo");
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("ACCOUNTS_UNAVAILABLE", "callgate")
    );
    assert!(details.retry_info().is_some());
}

#[tokio::test]
async fn a_service_that_may_not_read_accounts_does_not_blame_the_caller() {
    let server = AccountsServer::start(json!({"localId": "ada"})).await;
    let status = get(&server.profiles_with("wrong"), ada())
        .await
        .expect_err("no access");
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("401"), "{status}");
}
