//! What goes wrong: at the start, and in answer to a request.

use std::{io, path::PathBuf};

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

/// Why the identity provider does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// An environment variable says that this is a service in production.
    #[error("{0} is set: the embedded identity is for one's own machine, never for production")]
    Production(&'static str),
    /// The project could be a real one.
    #[error(
        "the embedded identity serves only projects whose id starts with `demo-` (lower-case letters, digits, hyphens)"
    )]
    ProjectId,
    /// The project's number is none.
    #[error("the project's number must not be 0")]
    ProjectNumber,
    /// The tokens' lifetime is out of bounds.
    #[error("the tokens' lifetime must be a second to a day")]
    TokenLifetime,
    /// An origin is missing or is not one.
    #[error("{0:?} is not an origin such as http://localhost:8080")]
    Origin(String),
    /// A file cannot be read or written.
    #[error("cannot use {path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process uses the folder.
    #[error("{0} is in use by another process: stop that one, or use another folder")]
    InUse(PathBuf),
    /// A file does not hold what it should.
    #[error("{path} is not readable ({reason}): restore it, or move it away to start anew")]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, without what stands in it.
        reason: String,
    },
    /// Keys cannot be made or used.
    #[error("cannot make a signing key")]
    Crypto,
}

/// A refusal, as Identity Toolkit words it: the SDK tells its own error codes from the first word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ApiError {
    #[error("EMAIL_EXISTS")]
    EmailExists,
    #[error("PHONE_NUMBER_EXISTS")]
    PhoneNumberExists,
    #[error("DUPLICATE_LOCAL_ID")]
    DuplicateLocalId,
    #[error("INVALID_EMAIL")]
    InvalidEmail,
    #[error("MISSING_EMAIL")]
    MissingEmail,
    #[error("MISSING_PASSWORD")]
    MissingPassword,
    #[error("WEAK_PASSWORD : Password should be at least 6 characters")]
    WeakPassword,
    #[error("INVALID_LOGIN_CREDENTIALS")]
    InvalidLoginCredentials,
    #[error("USER_DISABLED")]
    UserDisabled,
    #[error("USER_NOT_FOUND")]
    UserNotFound,
    #[error("MISSING_LOCAL_ID")]
    MissingLocalId,
    #[error("MISSING_ID_TOKEN")]
    MissingIdToken,
    #[error("INVALID_ID_TOKEN")]
    InvalidIdToken,
    #[error("TOKEN_EXPIRED")]
    TokenExpired,
    #[error("CREDENTIAL_TOO_OLD_LOGIN_AGAIN")]
    CredentialTooOld,
    #[error("MISSING_REFRESH_TOKEN")]
    MissingRefreshToken,
    #[error("INVALID_REFRESH_TOKEN")]
    InvalidRefreshToken,
    #[error("INVALID_GRANT_TYPE")]
    InvalidGrantType,
    #[error("INVALID_IDP_RESPONSE : {0}")]
    InvalidIdpResponse(&'static str),
    #[error("INVALID_PROVIDER_ID")]
    InvalidProviderId,
    #[error(
        "FEDERATED_USER_ID_ALREADY_LINKED : This credential is already associated with a different user account."
    )]
    FederatedUserIdAlreadyLinked,
    #[error("MISSING_CUSTOM_TOKEN")]
    MissingCustomToken,
    #[error("INVALID_CUSTOM_TOKEN : {0}")]
    InvalidCustomToken(&'static str),
    #[error("CREDENTIAL_MISMATCH")]
    CredentialMismatch,
    #[error("FORBIDDEN_CLAIM : {0}")]
    ForbiddenClaim(String),
    #[error("INVALID_CLAIMS")]
    InvalidClaims,
    #[error("CLAIMS_TOO_LARGE")]
    ClaimsTooLarge,
    #[error("INVALID_PHONE_NUMBER : {0}")]
    InvalidPhoneNumber(&'static str),
    #[error("MISSING_SESSION_INFO")]
    MissingSessionInfo,
    #[error("INVALID_SESSION_INFO")]
    InvalidSessionInfo,
    #[error("SESSION_EXPIRED")]
    SessionExpired,
    #[error("MISSING_CODE")]
    MissingCode,
    #[error("INVALID_CODE")]
    InvalidCode,
    #[error("INVALID_TEMPORARY_PROOF")]
    InvalidTemporaryProof,
    #[error("MISSING_OOB_CODE")]
    MissingOobCode,
    #[error("INVALID_OOB_CODE")]
    InvalidOobCode,
    #[error("EXPIRED_OOB_CODE")]
    ExpiredOobCode,
    #[error("INVALID_REQ_TYPE : {0}")]
    InvalidReqType(&'static str),
    #[error("UNAUTHORIZED_DOMAIN : Domain not allowlisted by project")]
    UnauthorizedDomain,
    #[error("UNVERIFIED_EMAIL : Need to verify email first before enrolling second factors.")]
    UnverifiedEmail,
    #[error("UNSUPPORTED_FIRST_FACTOR : {0}")]
    UnsupportedFirstFactor(&'static str),
    #[error(
        "SECOND_FACTOR_EXISTS : Phone number already enrolled as second factor for this account."
    )]
    SecondFactorExists,
    #[error("SECOND_FACTOR_LIMIT_EXCEEDED")]
    SecondFactorLimitExceeded,
    #[error("MISSING_MFA_PENDING_CREDENTIAL")]
    MissingMfaPendingCredential,
    #[error("INVALID_MFA_PENDING_CREDENTIAL")]
    InvalidMfaPendingCredential,
    #[error("MISSING_MFA_ENROLLMENT_ID")]
    MissingMfaEnrollmentId,
    #[error("MFA_ENROLLMENT_NOT_FOUND")]
    MfaEnrollmentNotFound,
    #[error("INVALID_DURATION : a session cookie lives 5 minutes to 14 days")]
    InvalidDuration,
    #[error("TENANT_ID_MISMATCH")]
    TenantIdMismatch,
    #[error("INVALID_TENANT_ID")]
    InvalidTenantId,
    #[error("INVALID_PROJECT_ID : this identity provider serves another project")]
    InvalidProjectId,
    #[error("QUOTA_EXCEEDED : {0}")]
    QuotaExceeded(&'static str),
    #[error("INVALID_ARGUMENT : {0}")]
    InvalidArgument(&'static str),
    #[error("INVALID_ARGUMENT : {0}")]
    InvalidField(String),
    #[error("UNSUPPORTED_MEDIA_TYPE : send application/json")]
    UnsupportedMediaType,
    #[error("REQUEST_TOO_LARGE")]
    RequestTooLarge,
    #[error("NOT_FOUND")]
    NotFound,
    #[error("PERMISSION_DENIED : this page's origin is not allowed")]
    ForeignOrigin,
    #[error("UNAUTHENTICATED : send the secret from the local folder as a bearer token")]
    SecretMissing,
    #[error("UNAUTHENTICATED : nobody is signed in")]
    NotSignedIn,
    /// The disk refuses. Told without JSON: at a JSON error the SDK signs the user out for good.
    #[error("the state cannot be written")]
    Storage,
}

impl ApiError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::SecretMissing | Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Storage => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        let message = self.to_string();
        if self == Self::Storage {
            return (status, message).into_response();
        }
        let error = json!({ "error": {
            "code": status.as_u16(),
            "message": message,
            "errors": [{ "message": message, "reason": "invalid", "domain": "global" }],
        } });
        (
            [(header::CACHE_CONTROL, "no-store")],
            (status, axum::Json(error)),
        )
            .into_response()
    }
}
