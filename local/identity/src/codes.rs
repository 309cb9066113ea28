//! What waits in memory for a person to come back with a code.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    CodeKind, CodeNotice, Identity,
    error::ApiError,
    expiring::{Expiring, Shown},
    state::SignIn,
};

/// Seconds.
pub(crate) const SMS_LIFETIME: u64 = 15 * 60;

/// All of it is lost at a restart; a person then asks for another code.
#[derive(Default)]
pub(crate) struct Pending {
    sms: Mutex<Expiring<Sms>>,
    oob: Mutex<Expiring<Oob>>,
    phone_proofs: Mutex<Expiring<PhoneProof>>,
    totp_enrolments: Mutex<Expiring<TotpEnrolment>>,
    sign_ins: Mutex<Expiring<SignIn>>,
}

/// A code sent to a phone.
pub(crate) struct Sms {
    pub(crate) phone_number: String,
    pub(crate) code: String,
    pub(crate) purpose: SmsPurpose,
}

/// What the code was asked for; it is good for nothing else.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum SmsPurpose {
    /// Signing in, or linking the number.
    FirstFactor { tenant: Option<String> },
    /// Enrolling the number as the second factor of this account.
    Enrolment { uid: String },
    /// Being the second factor of this pending sign-in.
    SecondFactor { pending: String },
}

/// Someone owns a number, but the account that they wanted to link it to may not have it.
pub(crate) struct PhoneProof {
    pub(crate) phone_number: String,
    pub(crate) tenant: Option<String>,
}

/// A code sent by e-mail ("out of band").
pub(crate) struct Oob {
    pub(crate) action: OobAction,
    pub(crate) uid: String,
    /// The address that the account had when the code was asked for.
    pub(crate) email: String,
    pub(crate) link: String,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum OobAction {
    PasswordReset,
    VerifyEmail,
    ChangeEmail { new_email: String },
}

/// An authenticator app that is being enrolled.
pub(crate) struct TotpEnrolment {
    pub(crate) uid: String,
    pub(crate) secret: Vec<u8>,
}

impl Pending {
    pub(crate) fn sms(&self) -> MutexGuard<'_, Expiring<Sms>> {
        lock(&self.sms)
    }

    pub(crate) fn oob(&self) -> MutexGuard<'_, Expiring<Oob>> {
        lock(&self.oob)
    }

    pub(crate) fn phone_proofs(&self) -> MutexGuard<'_, Expiring<PhoneProof>> {
        lock(&self.phone_proofs)
    }

    pub(crate) fn totp_enrolments(&self) -> MutexGuard<'_, Expiring<TotpEnrolment>> {
        lock(&self.totp_enrolments)
    }

    pub(crate) fn sign_ins(&self) -> MutexGuard<'_, Expiring<SignIn>> {
        lock(&self.sign_ins)
    }
}

fn lock<T>(waiting: &Mutex<T>) -> MutexGuard<'_, T> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl OobAction {
    /// As `requestType` names it.
    pub(crate) fn request_type(&self) -> &'static str {
        match self {
            Self::PasswordReset => "PASSWORD_RESET",
            Self::VerifyEmail => "VERIFY_EMAIL",
            Self::ChangeEmail { .. } => "VERIFY_AND_CHANGE_EMAIL",
        }
    }

    /// As the link's `mode` names it.
    pub(crate) fn mode(&self) -> &'static str {
        match self {
            Self::PasswordReset => "resetPassword",
            Self::VerifyEmail => "verifyEmail",
            Self::ChangeEmail { .. } => "verifyAndChangeEmail",
        }
    }

    pub(crate) fn kind(&self) -> CodeKind {
        match self {
            Self::PasswordReset => CodeKind::PasswordReset,
            Self::VerifyEmail => CodeKind::VerifyEmail,
            Self::ChangeEmail { .. } => CodeKind::ChangeEmail,
        }
    }
}

impl Identity {
    /// "Sends" a code to a phone, and returns the session to show it in.
    pub(crate) fn send_sms(
        &self,
        phone_number: String,
        purpose: SmsPurpose,
    ) -> Result<String, ApiError> {
        let code = six_digits()?;
        let sms = Sms {
            phone_number: phone_number.clone(),
            code: code.clone(),
            purpose,
        };
        let session = self
            .pending()
            .sms()
            .insert(sms, self.now().plus_secs(SMS_LIFETIME))?;
        self.settings().notify(CodeNotice {
            kind: CodeKind::Sms,
            to: phone_number,
            code,
            link: None,
        });
        Ok(session)
    }

    /// The number that was proven by showing the code.
    pub(crate) fn show_sms(
        &self,
        session: Option<&str>,
        code: Option<&str>,
        purpose: &SmsPurpose,
    ) -> Result<String, ApiError> {
        let session = session
            .filter(|s| !s.is_empty())
            .ok_or(ApiError::MissingSessionInfo)?;
        let code = code
            .filter(|c| !c.is_empty())
            .ok_or(ApiError::MissingCode)?;
        let mut waiting = self.pending().sms();
        if waiting
            .get(session, self.now())
            .is_some_and(|sms| sms.purpose != *purpose)
        {
            return Err(ApiError::InvalidSessionInfo);
        }
        match waiting.show(session, self.now(), |sms| sms.code == code) {
            Shown::Right(sms) => Ok(sms.phone_number),
            Shown::Wrong => Err(ApiError::InvalidCode),
            Shown::Unknown => Err(ApiError::SessionExpired),
        }
    }
}

fn six_digits() -> Result<String, ApiError> {
    let mut random = [0; 8];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| ApiError::Storage)?;
    Ok(format!("{:06}", u64::from_be_bytes(random) % 1_000_000))
}
