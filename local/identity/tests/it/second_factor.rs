//! Second factors: an authenticator app, and SMS.

use std::fmt::Write;

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use crate::local::{Local, Reply, User, V2};

const EMAIL: &str = "ada@example.com";

/// What an authenticator app shows, `steps` away from now.
fn app(local: &Local, secret: &str, steps: i64) -> String {
    let mut bits = String::new();
    for c in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|a| *a == c)
            .unwrap();
        write!(bits, "{value:05b}").unwrap();
    }
    let byte = |bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
    let key: Vec<u8> = bits.as_bytes().chunks_exact(8).map(byte).collect();
    let step = (local.now() / 30).checked_add_signed(steps).unwrap();
    let tag = hmac::sign(
        &hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key),
        &step.to_be_bytes(),
    );
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

async fn verified_user(local: &Local) -> User {
    let user = local.sign_up(EMAIL, "secret1").await;
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "emailVerified": true }),
        )
        .await
        .ok();
    user
}

async fn enrolment(local: &Local, call: &str, body: Value) -> Reply {
    local
        .post(&format!("{V2}/accounts/mfaEnrollment:{call}"), body)
        .await
}

async fn second(local: &Local, call: &str, body: Value) -> Reply {
    local
        .post(&format!("{V2}/accounts/mfaSignIn:{call}"), body)
        .await
}

/// Enrols an app, and returns its secret and who is signed in now.
async fn enrol_app(local: &Local, user: &User) -> (String, User) {
    let started = enrolment(
        local,
        "start",
        json!({ "idToken": user.id_token, "totpEnrollmentInfo": {} }),
    )
    .await
    .ok();
    let info = started["totpSessionInfo"].clone();
    assert_eq!(
        (&info["verificationCodeLength"], &info["periodSec"]),
        (&json!(6), &json!(30))
    );
    let secret = info["sharedSecretKey"].as_str().unwrap().to_owned();
    let shown =
        json!({ "sessionInfo": info["sessionInfo"], "verificationCode": app(local, &secret, 0) });
    let body =
        json!({ "idToken": user.id_token, "displayName": "app", "totpVerificationInfo": shown });
    (
        secret,
        User::of(&enrolment(local, "finalize", body).await.ok()),
    )
}

/// Shows the first factor, and returns what is wanted next.
async fn first(local: &Local) -> Value {
    let body = local.sign_in(EMAIL, "secret1").await.ok();
    assert!(body.get("idToken").is_none() && body.get("refreshToken").is_none());
    body
}

fn totp(pending: &Value, code: &str) -> Value {
    json!({
        "mfaPendingCredential": pending["mfaPendingCredential"],
        "mfaEnrollmentId": pending["mfaInfo"][0]["mfaEnrollmentId"],
        "totpVerificationInfo": { "verificationCode": code },
    })
}

#[tokio::test]
async fn an_app_is_enrolled_and_then_wanted() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    local.advance(1);
    let (secret, enrolled) = enrol_app(&local, &user).await;
    assert_eq!(
        local.verified(&enrolled.id_token).await.second_factor(),
        Some("totp")
    );
    assert_eq!(
        local.refresh(&user.refresh_token).await.error(),
        "TOKEN_EXPIRED",
        "the session of one factor has ended"
    );

    let pending = first(&local).await;
    assert_eq!(
        (
            &pending["mfaInfo"][0]["displayName"],
            &pending["mfaInfo"][0]["totpInfo"]
        ),
        (&json!("app"), &json!({}))
    );
    assert!(!pending.to_string().contains(&secret));
    let signed_in = User::of(
        &second(&local, "finalize", totp(&pending, &app(&local, &secret, 0)))
            .await
            .ok(),
    );
    assert_eq!(
        local.verified(&signed_in.id_token).await.second_factor(),
        Some("totp")
    );
    let factor = &signed_in.claims()["firebase"]["second_factor_identifier"];
    assert_eq!(factor, &pending["mfaInfo"][0]["mfaEnrollmentId"]);
    let refreshed = local.refresh(&signed_in.refresh_token).await.ok();
    assert_eq!(
        local
            .verified(refreshed["access_token"].as_str().unwrap())
            .await
            .second_factor(),
        Some("totp")
    );
    assert_eq!(
        local.lookup(&signed_in).await.ok()["users"][0]["mfaInfo"][0]["mfaEnrollmentId"],
        *factor
    );
}

#[tokio::test]
async fn a_code_of_the_app_is_good_once() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    let (secret, _) = enrol_app(&local, &user).await;
    let code = app(&local, &secret, 0);
    let pending = first(&local).await;
    second(&local, "finalize", totp(&pending, &code)).await.ok();
    assert_eq!(
        second(&local, "finalize", totp(&pending, &app(&local, &secret, 1)))
            .await
            .error(),
        "INVALID_MFA_PENDING_CREDENTIAL"
    );
    let pending = first(&local).await;
    assert_eq!(
        second(&local, "finalize", totp(&pending, &code))
            .await
            .error(),
        "INVALID_CODE"
    );
    second(&local, "finalize", totp(&pending, &app(&local, &secret, 1)))
        .await
        .ok();
}

#[tokio::test]
async fn the_apps_code_cannot_be_guessed() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    let (secret, _) = enrol_app(&local, &user).await;
    let pending = first(&local).await;
    let wrong = if app(&local, &secret, 0) == "000000" {
        "1"
    } else {
        "000000"
    };
    for _ in 0..5 {
        let wrong = second(&local, "finalize", totp(&pending, wrong)).await;
        assert_eq!(wrong.error(), "INVALID_CODE");
    }
    let right = second(&local, "finalize", totp(&pending, &app(&local, &secret, 0))).await;
    assert_eq!(right.error(), "INVALID_MFA_PENDING_CREDENTIAL");
}

#[tokio::test]
async fn a_second_factor_must_follow_soon_and_while_the_account_is_enabled() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    let (secret, _) = enrol_app(&local, &user).await;
    let pending = first(&local).await;
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "disableUser": true }),
        )
        .await
        .ok();
    let disabled = second(&local, "finalize", totp(&pending, &app(&local, &secret, 0))).await;
    assert_eq!(disabled.error(), "USER_DISABLED");
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "disableUser": false }),
        )
        .await
        .ok();
    let pending = first(&local).await;
    local.advance(5 * 60);
    let late = second(&local, "finalize", totp(&pending, &app(&local, &secret, 0))).await;
    assert_eq!(late.error(), "INVALID_MFA_PENDING_CREDENTIAL");
}

#[tokio::test]
async fn an_app_can_be_withdrawn() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    let (_, enrolled) = enrol_app(&local, &user).await;
    let id = enrolled.claims()["firebase"]["second_factor_identifier"].clone();
    let unknown = enrolment(
        &local,
        "withdraw",
        json!({ "idToken": enrolled.id_token, "mfaEnrollmentId": "x" }),
    )
    .await;
    assert_eq!(unknown.error(), "MFA_ENROLLMENT_NOT_FOUND");
    let left = User::of(
        &enrolment(
            &local,
            "withdraw",
            json!({ "idToken": enrolled.id_token, "mfaEnrollmentId": id }),
        )
        .await
        .ok(),
    );
    assert_eq!(local.verified(&left.id_token).await.second_factor(), None);
    User::of(&local.sign_in(EMAIL, "secret1").await.ok());
}

#[tokio::test]
async fn enrolment_wants_a_verified_address_and_the_right_code() {
    let local = Local::start().await;
    let user = local.sign_up(EMAIL, "secret1").await;
    let start = json!({ "idToken": user.id_token, "totpEnrollmentInfo": {} });
    assert_eq!(
        enrolment(&local, "start", start.clone()).await.error(),
        "UNVERIFIED_EMAIL"
    );
    local
        .admin(
            ":update",
            json!({ "localId": user.uid, "emailVerified": true }),
        )
        .await
        .ok();
    let started = enrolment(&local, "start", start).await.ok();
    let secret = started["totpSessionInfo"]["sharedSecretKey"]
        .as_str()
        .unwrap();
    let finalize = |user: &User, code: String| {
        let shown = json!({ "sessionInfo": started["totpSessionInfo"]["sessionInfo"], "verificationCode": code });
        json!({ "idToken": user.id_token, "totpVerificationInfo": shown })
    };
    let late = app(&local, secret, 5);
    assert_eq!(
        enrolment(&local, "finalize", finalize(&user, late))
            .await
            .error(),
        "INVALID_CODE"
    );

    let other = local.sign_up("eve@example.com", "secret1").await;
    let stolen = enrolment(&local, "finalize", finalize(&other, app(&local, secret, 0))).await;
    assert_eq!(stolen.error(), "INVALID_SESSION_INFO");
    enrolment(&local, "finalize", finalize(&user, app(&local, secret, 0)))
        .await
        .ok();
}

#[tokio::test]
async fn sms_can_be_the_second_factor() {
    let local = Local::start().await;
    let user = verified_user(&local).await;
    let phone = json!({ "phoneNumber": "+16505550100", "recaptchaToken": "x" });
    let started = enrolment(
        &local,
        "start",
        json!({ "idToken": user.id_token, "phoneEnrollmentInfo": phone }),
    )
    .await
    .ok();
    let shown = json!({ "sessionInfo": started["phoneSessionInfo"]["sessionInfo"], "code": local.last_code().code });
    // The code is for enrolment; it signs nobody in.
    assert_eq!(
        local
            .accounts("signInWithPhoneNumber", shown.clone())
            .await
            .error(),
        "INVALID_SESSION_INFO"
    );
    let body =
        json!({ "idToken": user.id_token, "displayName": "phone", "phoneVerificationInfo": shown });
    let enrolled = User::of(&enrolment(&local, "finalize", body).await.ok());
    assert_eq!(
        local.verified(&enrolled.id_token).await.second_factor(),
        Some("phone")
    );

    let pending = first(&local).await;
    assert_eq!(
        pending["mfaInfo"][0]["phoneInfo"], "+*******0100",
        "one factor does not tell the other"
    );
    let start = json!({ "mfaPendingCredential": pending["mfaPendingCredential"], "mfaEnrollmentId": pending["mfaInfo"][0]["mfaEnrollmentId"] });
    let sent = second(&local, "start", start).await.ok();
    let shown = json!({ "sessionInfo": sent["phoneResponseInfo"]["sessionInfo"], "code": local.last_code().code });
    let body = json!({ "mfaPendingCredential": pending["mfaPendingCredential"], "phoneVerificationInfo": shown });
    let signed_in = User::of(&second(&local, "finalize", body).await.ok());
    assert_eq!(
        local.verified(&signed_in.id_token).await.second_factor(),
        Some("phone")
    );
}

#[tokio::test]
async fn guests_and_phone_accounts_enrol_nothing() {
    let local = Local::start().await;
    let guest = local.guest().await;
    let start = json!({ "idToken": guest.id_token, "totpEnrollmentInfo": {} });
    assert_eq!(
        enrolment(&local, "start", start.clone()).await.error(),
        "UNVERIFIED_EMAIL"
    );
    local
        .admin(
            ":update",
            json!({ "localId": guest.uid, "email": EMAIL, "emailVerified": true }),
        )
        .await
        .ok();
    assert_eq!(
        enrolment(&local, "start", start).await.error(),
        "UNSUPPORTED_FIRST_FACTOR"
    );
}
