//! Codes that would go out by e-mail.

use callgate_identity::CodeKind;
use serde_json::{Value, json};

use crate::local::{Local, PROJECT, Reply, User};

const EMAIL: &str = "ada@example.com";

async fn send(local: &Local, request: Value) -> String {
    let before = local.codes_sent();
    local.accounts("sendOobCode", request).await.ok();
    assert_eq!(local.codes_sent(), before + 1);
    local.last_code().code
}

async fn reset(local: &Local, code: &str, password: &str) -> Reply {
    local
        .accounts(
            "resetPassword",
            json!({ "oobCode": code, "newPassword": password }),
        )
        .await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    let local = Local::start().await;
    let user = local.sign_up(EMAIL, "secret1").await;
    local.advance(10);
    let code = send(
        &local,
        json!({ "requestType": "PASSWORD_RESET", "email": EMAIL }),
    )
    .await;
    let notice = local.last_code();
    assert_eq!(
        (notice.kind, notice.to.as_str()),
        (CodeKind::PasswordReset, EMAIL)
    );
    let link = notice.link.unwrap();
    assert!(
        link.starts_with(&format!(
            "{}/emulator/action?mode=resetPassword",
            local.base
        )) && link.contains(&code)
    );
    let listed = local
        .admin_get(&format!("/emulator/v1/projects/{PROJECT}/oobCodes"))
        .await
        .ok();
    let expected = json!({ "email": EMAIL, "requestType": "PASSWORD_RESET", "oobCode": code, "oobLink": link });
    assert_eq!(listed["oobCodes"], json!([expected]));

    let told = local
        .accounts("resetPassword", json!({ "oobCode": code }))
        .await
        .ok();
    assert_eq!(
        (&told["email"], &told["requestType"]),
        (&json!(EMAIL), &json!("PASSWORD_RESET"))
    );
    assert_eq!(reset(&local, &code, "12345").await.error(), "WEAK_PASSWORD");
    let verify = local.accounts("update", json!({ "oobCode": code })).await;
    assert_eq!(
        verify.error(),
        "INVALID_OOB_CODE",
        "it is good for nothing else"
    );
    reset(&local, &code, "secret2").await.ok();
    assert_eq!(
        reset(&local, &code, "secret3").await.error(),
        "INVALID_OOB_CODE",
        "a code is good once"
    );
    assert_eq!(
        local.sign_in(EMAIL, "secret1").await.error(),
        "INVALID_LOGIN_CREDENTIALS"
    );
    let again = User::of(&local.sign_in(EMAIL, "secret2").await.ok());
    assert_eq!(
        again.claims()["email_verified"],
        true,
        "the code has come to the address"
    );
    assert_eq!(
        local.refresh(&user.refresh_token).await.error(),
        "TOKEN_EXPIRED"
    );
}

#[tokio::test]
async fn nobody_is_told_who_has_an_account() {
    let local = Local::start().await;
    local.sign_up(EMAIL, "secret1").await;
    let known = local
        .accounts(
            "sendOobCode",
            json!({ "requestType": "PASSWORD_RESET", "email": EMAIL }),
        )
        .await
        .ok();
    let unknown = local
        .accounts(
            "sendOobCode",
            json!({ "requestType": "PASSWORD_RESET", "email": "bob@example.com" }),
        )
        .await
        .ok();
    assert_eq!(known["kind"], unknown["kind"]);
    assert_eq!(local.codes_sent(), 1);
}

#[tokio::test]
async fn an_address_is_verified() {
    let local = Local::start().await;
    let user = local.sign_up(EMAIL, "secret1").await;
    let code = send(
        &local,
        json!({ "requestType": "VERIFY_EMAIL", "idToken": user.id_token }),
    )
    .await;
    assert_eq!(
        reset(&local, &code, "secret2").await.error(),
        "INVALID_OOB_CODE",
        "it is good for nothing else"
    );
    let body = local
        .accounts("update", json!({ "oobCode": code }))
        .await
        .ok();
    assert_eq!(
        (&body["emailVerified"], &body["email"]),
        (&json!(true), &json!(EMAIL))
    );
    assert_eq!(
        local
            .accounts("update", json!({ "oobCode": code }))
            .await
            .error(),
        "INVALID_OOB_CODE"
    );
    let refreshed = local.refresh(&user.refresh_token).await.ok();
    assert!(
        local
            .verified(refreshed["access_token"].as_str().unwrap())
            .await
            .email_verified()
    );
}

#[tokio::test]
async fn a_code_for_an_old_address_verifies_nothing() {
    let local = Local::start().await;
    let user = local.sign_up(EMAIL, "secret1").await;
    let verify = send(
        &local,
        json!({ "requestType": "VERIFY_EMAIL", "idToken": user.id_token }),
    )
    .await;
    let reset_code = send(
        &local,
        json!({ "requestType": "PASSWORD_RESET", "email": EMAIL }),
    )
    .await;
    local
        .accounts(
            "update",
            json!({ "idToken": user.id_token, "email": "ada@new.example" }),
        )
        .await
        .ok();
    assert_eq!(
        local
            .accounts("update", json!({ "oobCode": verify }))
            .await
            .error(),
        "INVALID_OOB_CODE"
    );
    assert_eq!(
        reset(&local, &reset_code, "secret2").await.error(),
        "INVALID_OOB_CODE"
    );
}

#[tokio::test]
async fn an_address_changes_once_the_new_one_is_proven() {
    let local = Local::start().await;
    let user = local.sign_up(EMAIL, "secret1").await;
    local.sign_up("bob@example.com", "secret1").await;
    let request = |new: &str| json!({ "requestType": "VERIFY_AND_CHANGE_EMAIL", "idToken": user.id_token, "newEmail": new });
    let taken = send(&local, request("bob@example.com")).await;
    assert_eq!(
        local
            .accounts("update", json!({ "oobCode": taken }))
            .await
            .error(),
        "EMAIL_EXISTS"
    );
    let code = send(&local, request("ada@new.example")).await;
    assert_eq!(local.last_code().to, "ada@new.example");
    let told = local
        .accounts("resetPassword", json!({ "oobCode": code }))
        .await
        .ok();
    assert_eq!(
        (&told["email"], &told["newEmail"]),
        (&json!(EMAIL), &json!("ada@new.example"))
    );
    local
        .accounts("update", json!({ "oobCode": code }))
        .await
        .ok();
    let again = User::of(&local.sign_in("ada@new.example", "secret1").await.ok());
    assert_eq!(
        (&again.uid, &again.claims()["email_verified"]),
        (&user.uid, &json!(true))
    );
}

#[tokio::test]
async fn a_code_expires() {
    let local = Local::start().await;
    local.sign_up(EMAIL, "secret1").await;
    let code = send(
        &local,
        json!({ "requestType": "PASSWORD_RESET", "email": EMAIL }),
    )
    .await;
    local.advance(60 * 60);
    assert_eq!(
        reset(&local, &code, "secret2").await.error(),
        "EXPIRED_OOB_CODE"
    );
}

#[tokio::test]
async fn links_lead_on_to_listed_pages_only() {
    let local = Local::start().await;
    local.sign_up(EMAIL, "secret1").await;
    let request =
        |url: &str| json!({ "requestType": "PASSWORD_RESET", "email": EMAIL, "continueUrl": url });
    for url in [
        "http://evil.example/",
        "javascript:alert(1)",
        "//evil.example",
        "http://localhost:5173.evil.example/",
    ] {
        assert_eq!(
            local.accounts("sendOobCode", request(url)).await.error(),
            "UNAUTHORIZED_DOMAIN",
            "{url}"
        );
    }
    assert_eq!(local.codes_sent(), 0);
    send(&local, request("http://localhost:5173/votes")).await;
    assert!(
        local
            .last_code()
            .link
            .unwrap()
            .contains("continueUrl=http%3A%2F%2Flocalhost%3A5173%2Fvotes")
    );
}

#[tokio::test]
async fn other_kinds_of_codes_are_not_sent() {
    let local = Local::start().await;
    let guest = local.guest().await;
    assert_eq!(
        local
            .accounts(
                "sendOobCode",
                json!({ "requestType": "EMAIL_SIGNIN", "email": EMAIL })
            )
            .await
            .error(),
        "INVALID_REQ_TYPE"
    );
    let no_address = json!({ "requestType": "VERIFY_EMAIL", "idToken": guest.id_token });
    assert_eq!(
        local.accounts("sendOobCode", no_address).await.error(),
        "MISSING_EMAIL"
    );
    assert_eq!(
        local
            .accounts("sendOobCode", json!({ "requestType": "VERIFY_EMAIL" }))
            .await
            .error(),
        "MISSING_ID_TOKEN"
    );
    assert_eq!(
        local.accounts("resetPassword", json!({})).await.error(),
        "MISSING_OOB_CODE"
    );
}
