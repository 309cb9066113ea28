//! `mfaSignIn:start` and `:finalize`: the second factor of a sign-in whose first one was shown.

use axum::extract::State;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::json;

use super::{PhoneVerification, TotpVerification, totp};
use crate::{
    Identity,
    accounts::Outcome,
    body::Body,
    codes::SmsPurpose,
    error::ApiError,
    expiring::Shown,
    moment::Moment,
    response::Answer,
    state::user::{FactorKind, User},
    token::SecondFactorUsed,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    mfa_pending_credential: Option<String>,
    mfa_enrollment_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Finalize {
    mfa_pending_credential: Option<String>,
    mfa_enrollment_id: Option<String>,
    phone_verification_info: Option<PhoneVerification>,
    totp_verification_info: Option<TotpVerification>,
}

pub(crate) async fn start(State(identity): State<Identity>, Body(request): Body<Start>) -> Outcome {
    let pending = request
        .mfa_pending_credential
        .ok_or(ApiError::MissingMfaPendingCredential)?;
    let factor = request
        .mfa_enrollment_id
        .ok_or(ApiError::MissingMfaEnrollmentId)?;
    let number = {
        let waiting = identity.pending().sign_ins();
        let sign_in = waiting
            .get(&pending, identity.now())
            .ok_or(ApiError::InvalidMfaPendingCredential)?;
        match sign_in
            .user
            .second_factor(&factor)
            .map(|factor| &factor.kind)
        {
            Some(FactorKind::Phone { phone_number }) => phone_number.clone(),
            _ => return Err(ApiError::MfaEnrollmentNotFound),
        }
    };
    let session = identity.send_sms(number, SmsPurpose::SecondFactor { pending })?;
    Ok(Answer::of(
        json!({ "phoneResponseInfo": { "sessionInfo": session } }),
    ))
}

pub(crate) async fn finalize(
    State(identity): State<Identity>,
    Body(request): Body<Finalize>,
) -> Outcome {
    let pending = request
        .mfa_pending_credential
        .ok_or(ApiError::MissingMfaPendingCredential)?;
    let now = identity.now();
    let uid = {
        let waiting = identity.pending().sign_ins();
        let sign_in = waiting
            .get(&pending, now)
            .ok_or(ApiError::InvalidMfaPendingCredential)?;
        sign_in.session.uid.clone()
    };
    let shown = match (
        &request.phone_verification_info,
        &request.totp_verification_info,
    ) {
        (Some(shown), None) => {
            let purpose = SmsPurpose::SecondFactor {
                pending: pending.clone(),
            };
            Factor::Phone(identity.show_sms(
                shown.session_info.as_deref(),
                shown.code.as_deref(),
                &purpose,
            )?)
        }
        (None, Some(shown)) => Factor::Totp {
            id: request
                .mfa_enrollment_id
                .ok_or(ApiError::MissingMfaEnrollmentId)?,
            code: shown
                .verification_code
                .clone()
                .ok_or(ApiError::MissingCode)?,
        },
        _ => {
            return Err(ApiError::InvalidArgument(
                "phoneVerificationInfo or totpVerificationInfo is needed",
            ));
        }
    };
    let signed_in = identity.store().change(|state| {
        let user = state.user_mut(&uid).ok_or(ApiError::UserNotFound)?;
        let mut found = None;
        let mut waiting = identity.pending().sign_ins();
        // Wrong codes use the pending sign-in up, so that nobody tries them all.
        let outcome = waiting.show(&pending, now, |_| {
            found = shown.check(user, now);
            found.is_some()
        });
        let (mut sign_in, factor) = match (outcome, found) {
            (Shown::Right(sign_in), Some(factor)) => (sign_in, factor),
            (Shown::Unknown, _) => return Err(ApiError::InvalidMfaPendingCredential),
            _ => return Err(ApiError::InvalidCode),
        };
        // Disabled, or signed out everywhere, between the two factors.
        state.live(
            &uid,
            sign_in.session.tenant.as_deref(),
            sign_in.session.auth_time,
        )?;
        let user = state.user_mut(&uid).ok_or(ApiError::UserNotFound)?;
        user.last_login_at = Some(now.millis());
        user.last_refresh_at = Some(now.millis());
        sign_in.session.auth_time = now.secs();
        sign_in.session.second_factor = Some(factor);
        sign_in.user = user.clone();
        Ok(sign_in)
    });
    let sign_in = signed_in.await?;
    Ok(Answer::of(
        identity.tokens(&sign_in.user, &sign_in.session)?,
    ))
}

/// What someone shows.
enum Factor {
    /// A proven number.
    Phone(String),
    Totp {
        id: String,
        code: String,
    },
}

impl Factor {
    /// Whether it is one of the user's, and if so, which. Takes note of the code, which is good once.
    fn check(&self, user: &mut User, now: Moment) -> Option<SecondFactorUsed> {
        let factor = user
            .second_factors
            .iter_mut()
            .find(|factor| match (self, &factor.kind) {
                (Self::Phone(shown), FactorKind::Phone { phone_number }) => shown == phone_number,
                (Self::Totp { id, .. }, FactorKind::Totp { .. }) => *id == factor.id,
                _ => false,
            })?;
        if let (Self::Totp { code, .. }, FactorKind::Totp { secret, last_step }) =
            (self, &mut factor.kind)
        {
            let secret = BASE64_STANDARD.decode(secret).ok()?;
            *last_step = totp::matching_step(&secret, code, now, *last_step)?;
        }
        Some(SecondFactorUsed {
            kind: factor.name().to_owned(),
            id: factor.id.clone(),
        })
    }
}
