//! Reading request bodies: strictly, and with errors in Identity Toolkit's shape.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// The longest body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// A JSON body. It must call itself JSON: what a browser sends without asking first (a form, plain text) is refused.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is(request.headers(), "application/json") {
            return Err(ApiError::UnsupportedMediaType);
        }
        let bytes = bytes(request, state).await?;
        // A struct may be read from an array too: only an object is meant.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
            return Err(ApiError::InvalidArgument("the body is not a JSON object"));
        }
        let parsed = serde_json::from_slice(&bytes);
        parsed
            .map(Self)
            .map_err(|_| ApiError::InvalidArgument("invalid JSON payload received"))
    }
}

/// A form, as the token endpoint takes it. A name that is given twice is refused.
pub(crate) struct FormBody(Vec<(String, String)>);

impl FormBody {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }
}

impl<S: Send + Sync> FromRequest<S> for FormBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is(request.headers(), "application/x-www-form-urlencoded") {
            return Err(ApiError::UnsupportedMediaType);
        }
        let bytes = bytes(request, state).await?;
        query(&bytes).map(Self)
    }
}

/// The fields of a query or a form.
pub(crate) fn query(bytes: &[u8]) -> Result<Vec<(String, String)>, ApiError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        if fields.iter().any(|(seen, _)| *seen == name) {
            return Err(ApiError::InvalidArgument("a field is given twice"));
        }
        fields.push((name.into_owned(), value.into_owned()));
    }
    Ok(fields)
}

async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection: BytesRejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::RequestTooLarge
            } else {
                ApiError::InvalidArgument("the body cannot be read")
            }
        })
}

fn is(headers: &HeaderMap, mime: &str) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let essence = value
        .to_str()
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(mime)
}
