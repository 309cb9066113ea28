//! `mfaEnrollment:*` and `mfaSignIn:*`: an authenticator app (TOTP) or an SMS as second factor.

pub(crate) mod enrolment;
pub(crate) mod sign_in;
mod totp;

use serde::Deserialize;

/// What is shown for a second factor that is an SMS.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PhoneVerification {
    session_info: Option<String>,
    code: Option<String>,
}

/// What is shown for a second factor that is an authenticator app.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TotpVerification {
    session_info: Option<String>,
    verification_code: Option<String>,
}
