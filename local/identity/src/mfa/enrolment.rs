//! `mfaEnrollment:start`, `:finalize` and `:withdraw`.

use axum::extract::State;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PhoneVerification, TotpVerification, totp};
use crate::{
    Identity,
    accounts::Outcome,
    body::Body,
    codes::{SmsPurpose, TotpEnrolment},
    error::ApiError,
    expiring::{Shown, random_name},
    input,
    moment::rfc3339,
    response::Answer,
    state::user::{ANONYMOUS, CUSTOM, FactorKind, PHONE, SecondFactor, User},
    token::SecondFactorUsed,
};

/// As many as Identity Platform takes.
const MAX_FACTORS: usize = 5;

/// How long someone may take to set up the app, in seconds.
const ENROL_WITHIN: u64 = 5 * 60;

/// 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    id_token: Option<String>,
    phone_enrollment_info: Option<PhoneEnrollment>,
    totp_enrollment_info: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneEnrollment {
    phone_number: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finalize {
    id_token: Option<String>,
    display_name: Option<String>,
    phone_verification_info: Option<PhoneVerification>,
    totp_verification_info: Option<TotpVerification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Withdraw {
    id_token: Option<String>,
    mfa_enrollment_id: Option<String>,
}

pub(crate) async fn start(State(identity): State<Identity>, Body(request): Body<Start>) -> Outcome {
    let proof = identity.prove(request.id_token.as_deref())?;
    let refused = identity
        .store()
        .read(|state| state.proven(&proof).map(may_enrol))?;
    refused?;
    if [ANONYMOUS, CUSTOM, PHONE].contains(&proof.provider.as_str()) {
        return Err(ApiError::UnsupportedFirstFactor(
            "sign in by e-mail address or another provider first",
        ));
    }
    if let Some(info) = request.phone_enrollment_info {
        let number = input::phone_number(info.phone_number.as_deref().unwrap_or_default())?;
        let session = identity.send_sms(number, SmsPurpose::Enrolment { uid: proof.uid })?;
        return Ok(Answer::of(
            json!({ "phoneSessionInfo": { "sessionInfo": session } }),
        ));
    }
    if request.totp_enrollment_info.is_none() {
        return Err(ApiError::InvalidArgument(
            "phoneEnrollmentInfo or totpEnrollmentInfo is needed",
        ));
    }
    let mut secret = vec![0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| ApiError::Storage)?;
    let until = identity.now().plus_secs(ENROL_WITHIN);
    let key = totp::base32(&secret);
    let session = identity.pending().totp_enrolments().insert(
        TotpEnrolment {
            uid: proof.uid,
            secret,
        },
        until,
    )?;
    Ok(Answer::of(json!({ "totpSessionInfo": {
        "sharedSecretKey": key,
        "verificationCodeLength": totp::DIGITS,
        "hashingAlgorithm": "SHA1",
        "periodSec": totp::PERIOD,
        "sessionInfo": session,
        "finalizeEnrollmentTime": rfc3339(until.millis()),
    } })))
}

pub(crate) async fn finalize(
    State(identity): State<Identity>,
    Body(request): Body<Finalize>,
) -> Outcome {
    let proof = identity.prove(request.id_token.as_deref())?;
    let display_name = request
        .display_name
        .as_deref()
        .map_or(Ok(None), input::display_name)?;
    let kind = match (
        &request.phone_verification_info,
        &request.totp_verification_info,
    ) {
        (Some(shown), None) => {
            let purpose = SmsPurpose::Enrolment {
                uid: proof.uid.clone(),
            };
            let phone_number = identity.show_sms(
                shown.session_info.as_deref(),
                shown.code.as_deref(),
                &purpose,
            )?;
            FactorKind::Phone { phone_number }
        }
        (None, Some(shown)) => show_totp(&identity, &proof.uid, shown)?,
        _ => {
            return Err(ApiError::InvalidArgument(
                "phoneVerificationInfo or totpVerificationInfo is needed",
            ));
        }
    };
    let now = identity.now();
    let factor = SecondFactor {
        id: random_name()?,
        display_name,
        enrolled_at: now.millis(),
        kind,
    };
    let shown = SecondFactorUsed {
        kind: factor.name().to_owned(),
        id: factor.id.clone(),
    };
    let user = identity.store().change(|state| {
        let user = state.proven_mut(&proof)?;
        may_enrol(user)?;
        if let FactorKind::Phone { phone_number: new } = &factor.kind
            && user.second_factors.iter().any(
                |f| matches!(&f.kind, FactorKind::Phone { phone_number } if phone_number == new),
            )
        {
            return Err(ApiError::SecondFactorExists);
        }
        user.second_factors.push(factor);
        // Sessions of one factor end here.
        user.valid_since = now.secs();
        Ok(user.clone())
    });
    let user = user.await?;
    let mut session = proof.session(&user, now);
    session.second_factor = Some(shown);
    Ok(Answer::of(identity.tokens(&user, &session)?))
}

pub(crate) async fn withdraw(
    State(identity): State<Identity>,
    Body(request): Body<Withdraw>,
) -> Outcome {
    let proof = identity.prove(request.id_token.as_deref())?;
    let id = request
        .mfa_enrollment_id
        .filter(|id| !id.is_empty())
        .ok_or(ApiError::MissingMfaEnrollmentId)?;
    let now = identity.now();
    let user = identity.store().change(|state| {
        let user = state.proven_mut(&proof)?;
        if user.second_factor(&id).is_none() {
            return Err(ApiError::MfaEnrollmentNotFound);
        }
        user.second_factors.retain(|factor| factor.id != id);
        user.valid_since = now.secs();
        Ok(user.clone())
    });
    let user = user.await?;
    let mut session = proof.session(&user, now);
    session.second_factor = session.second_factor.filter(|used| used.id != id);
    Ok(Answer::of(identity.tokens(&user, &session)?))
}

/// The app's first code. It may be shown again at the first sign-in, since it signs nobody in here.
fn show_totp(
    identity: &Identity,
    uid: &str,
    shown: &TotpVerification,
) -> Result<FactorKind, ApiError> {
    let session = shown
        .session_info
        .as_deref()
        .ok_or(ApiError::MissingSessionInfo)?;
    let code = shown
        .verification_code
        .as_deref()
        .ok_or(ApiError::MissingCode)?;
    let now = identity.now();
    let mut waiting = identity.pending().totp_enrolments();
    if waiting
        .get(session, now)
        .is_some_and(|enrolment| enrolment.uid != uid)
    {
        return Err(ApiError::InvalidSessionInfo);
    }
    match waiting.show(session, now, |enrolment| {
        totp::matching_step(&enrolment.secret, code, now, 0).is_some()
    }) {
        Shown::Right(enrolment) => Ok(FactorKind::Totp {
            secret: BASE64_STANDARD.encode(enrolment.secret),
            last_step: 0,
        }),
        Shown::Wrong => Err(ApiError::InvalidCode),
        Shown::Unknown => Err(ApiError::SessionExpired),
    }
}

fn may_enrol(user: &User) -> Result<(), ApiError> {
    if !user.email_verified || user.email.is_none() {
        return Err(ApiError::UnverifiedEmail);
    }
    if user.second_factors.len() >= MAX_FACTORS {
        return Err(ApiError::SecondFactorLimitExceeded);
    }
    Ok(())
}
