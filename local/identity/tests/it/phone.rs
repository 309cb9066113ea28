//! By phone.

use callgate_identity::CodeKind;
use serde_json::{Value, json};

use crate::local::{Local, PROJECT, Reply, User};

const NUMBER: &str = "+16505550100";

/// Asks for a code, and returns session and code.
async fn send(local: &Local, number: &str) -> (Value, String) {
    let body = json!({ "phoneNumber": number, "clientType": "CLIENT_TYPE_WEB", "captchaResponse": "NO_RECAPTCHA" });
    let sent = local.accounts("sendVerificationCode", body).await.ok();
    (sent["sessionInfo"].clone(), local.last_code().code)
}

async fn show(local: &Local, session: &Value, code: &str) -> Reply {
    local
        .accounts(
            "signInWithPhoneNumber",
            json!({ "sessionInfo": session, "code": code }),
        )
        .await
}

#[tokio::test]
async fn the_code_signs_in() {
    let local = Local::start().await;
    let (session, code) = send(&local, NUMBER).await;
    let notice = local.last_code();
    assert_eq!((notice.kind, notice.to.as_str()), (CodeKind::Sms, NUMBER));
    let listed = local
        .admin_get(&format!(
            "/emulator/v1/projects/{PROJECT}/verificationCodes"
        ))
        .await
        .ok();
    assert_eq!(
        listed["verificationCodes"],
        json!([{ "phoneNumber": NUMBER, "sessionInfo": session, "code": code }])
    );

    let body = show(&local, &session, &code).await.ok();
    assert_eq!(
        (&body["isNewUser"], &body["phoneNumber"]),
        (&json!(true), &json!(NUMBER))
    );
    let user = User::of(&body);
    let verified = local.verified(&user.id_token).await;
    assert_eq!(
        (verified.phone_number(), verified.sign_in_provider()),
        (Some(NUMBER), "phone")
    );
    assert_eq!(
        user.claims()["firebase"]["identities"]["phone"],
        json!([NUMBER])
    );
    let record = local.lookup(&user).await.ok()["users"][0].clone();
    assert_eq!(
        record["providerUserInfo"][0],
        json!({ "providerId": "phone", "rawId": NUMBER, "phoneNumber": NUMBER })
    );

    assert_eq!(
        show(&local, &session, &code).await.error(),
        "SESSION_EXPIRED",
        "a code is good once"
    );
    let (session, code) = send(&local, "+1 (650) 555-0100").await;
    let again = show(&local, &session, &code).await.ok();
    assert_eq!(
        (&again["isNewUser"], &again["localId"]),
        (&json!(false), &json!(user.uid))
    );
}

#[tokio::test]
async fn a_code_cannot_be_guessed() {
    let local = Local::start().await;
    let (session, code) = send(&local, NUMBER).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(show(&local, &session, wrong).await.error(), "INVALID_CODE");
    }
    assert_eq!(
        show(&local, &session, &code).await.error(),
        "SESSION_EXPIRED"
    );
}

#[tokio::test]
async fn a_code_expires() {
    let local = Local::start().await;
    let (session, code) = send(&local, NUMBER).await;
    local.advance(15 * 60);
    assert_eq!(
        show(&local, &session, &code).await.error(),
        "SESSION_EXPIRED"
    );
}

#[tokio::test]
async fn only_phone_numbers_get_codes() {
    let local = Local::start().await;
    for number in ["", "6505550100", "+1", "ada@example.com"] {
        let refused = local
            .accounts("sendVerificationCode", json!({ "phoneNumber": number }))
            .await;
        assert_eq!(refused.error(), "INVALID_PHONE_NUMBER", "{number}");
    }
    assert_eq!(local.codes_sent(), 0);
    assert_eq!(
        local
            .accounts("signInWithPhoneNumber", json!({ "code": "1" }))
            .await
            .error(),
        "MISSING_SESSION_INFO"
    );
    assert_eq!(
        local
            .accounts("signInWithPhoneNumber", json!({ "sessionInfo": "x" }))
            .await
            .error(),
        "MISSING_CODE"
    );
}

#[tokio::test]
async fn a_number_can_be_linked_and_unlinked() {
    let local = Local::start().await;
    let guest = local.guest().await;
    let (session, code) = send(&local, NUMBER).await;
    let body = json!({ "sessionInfo": session, "code": code, "idToken": guest.id_token });
    let linked = User::of(&local.accounts("signInWithPhoneNumber", body).await.ok());
    assert_eq!(linked.uid, guest.uid);
    local
        .accounts(
            "update",
            json!({ "idToken": linked.id_token, "deleteProvider": ["phone"] }),
        )
        .await
        .ok();
    let (session, code) = send(&local, NUMBER).await;
    assert_ne!(
        show(&local, &session, &code).await.ok()["localId"],
        *guest.uid
    );
}

#[tokio::test]
async fn a_number_of_another_account_can_only_sign_in_there() {
    let local = Local::start().await;
    let (session, code) = send(&local, NUMBER).await;
    let owner = User::of(&show(&local, &session, &code).await.ok());
    let guest = local.guest().await;
    let (session, code) = send(&local, NUMBER).await;
    let body = json!({ "sessionInfo": session, "code": code, "idToken": guest.id_token });
    let told = local.accounts("signInWithPhoneNumber", body).await.ok();
    assert!(told.get("idToken").is_none());
    let proof = json!({ "temporaryProof": told["temporaryProof"], "phoneNumber": "+16505550199" });
    assert_eq!(
        local
            .accounts("signInWithPhoneNumber", proof.clone())
            .await
            .error(),
        "INVALID_TEMPORARY_PROOF"
    );

    let (session, code) = send(&local, NUMBER).await;
    let body = json!({ "sessionInfo": session, "code": code, "idToken": guest.id_token });
    let told = local.accounts("signInWithPhoneNumber", body).await.ok();
    let proof = json!({ "temporaryProof": told["temporaryProof"], "phoneNumber": NUMBER });
    assert_eq!(
        User::of(
            &local
                .accounts("signInWithPhoneNumber", proof.clone())
                .await
                .ok()
        )
        .uid,
        owner.uid
    );
    assert_eq!(
        local.accounts("signInWithPhoneNumber", proof).await.error(),
        "INVALID_TEMPORARY_PROOF"
    );
}
