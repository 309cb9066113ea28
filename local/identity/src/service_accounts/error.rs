//! Why there is no service account, or no token for one.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::json;

use crate::error::ApiError;

/// Why there is no service account.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceAccountError {
    /// The name is none.
    #[error(
        "{0:?} is no name of a service account: at most 30 lower-case letters, digits and hyphens, beginning with a letter"
    )]
    Name(String),
    /// As many as there may be are there.
    #[error("there are as many service accounts as there may be")]
    TooMany,
    /// The key cannot be made or used.
    #[error("cannot make or read the service account's key")]
    Key,
    /// The account cannot be kept.
    #[error("cannot write the identity's state")]
    State,
    /// The key's file cannot be written.
    #[error("cannot write the service account's key file: {0}")]
    File(std::io::Error),
}

impl From<ApiError> for ServiceAccountError {
    fn from(_: ApiError) -> Self {
        Self::State
    }
}

impl From<ServiceAccountError> for ApiError {
    fn from(error: ServiceAccountError) -> Self {
        match error {
            ServiceAccountError::Name(_) | ServiceAccountError::TooMany => {
                Self::InvalidField(error.to_string())
            }
            ServiceAccountError::Key
            | ServiceAccountError::State
            | ServiceAccountError::File(_) => Self::Storage,
        }
    }
}

/// A refusal of the token endpoint (RFC 6749, 5.2): its code, and what is wrong.
#[derive(Debug)]
pub(crate) enum TokenError {
    InvalidRequest(&'static str),
    InvalidGrant(&'static str),
    InvalidScope(&'static str),
    UnsupportedGrantType,
    /// The assertion speaks for somebody else.
    UnauthorizedClient(&'static str),
    /// Not the client's fault.
    Broken,
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        let (error, description) = match self {
            Self::InvalidRequest(why) => ("invalid_request", why),
            Self::InvalidGrant(why) => ("invalid_grant", why),
            Self::InvalidScope(why) => ("invalid_scope", why),
            Self::UnsupportedGrantType => (
                "unsupported_grant_type",
                "grant_type must be urn:ietf:params:oauth:grant-type:jwt-bearer",
            ),
            Self::UnauthorizedClient(why) => ("unauthorized_client", why),
            Self::Broken => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        };
        let body = json!({ "error": error, "error_description": description });
        (
            StatusCode::BAD_REQUEST,
            [(header::CACHE_CONTROL, "no-store")],
            axum::Json(body),
        )
            .into_response()
    }
}
