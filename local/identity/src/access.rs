//! Who may ask: pages of the listed origins and programs, and for some things only whoever knows the secret.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, Method, header, request::Parts};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use crate::{Identity, Settings, error::ApiError};

/// A request that brought the secret.
pub(crate) struct Secret(());

/// A request that brought the secret, or an access token of one of the project's service accounts.
pub(crate) struct AdminAccess(());

/// A request that brought the secret, or that a listed page made.
pub(crate) struct SecretOrPage(());

/// Refuses every request of a foreign page, also those that need no preflight.
pub(crate) async fn refuse_foreign_pages(
    State(identity): State<Identity>,
    request: Request,
    next: Next,
) -> Response {
    match origin(request.headers(), identity.settings()) {
        Origin::Foreign => ApiError::ForeignOrigin.into_response(),
        Origin::None | Origin::Listed => next.run(request).await,
    }
}

/// What browsers are told: the listed origins only, and whatever headers the SDK wants to send.
pub(crate) fn cors(settings: &Settings) -> CorsLayer {
    let origins = settings
        .origins
        .iter()
        .filter_map(|origin| origin.parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(Duration::from_mins(10))
}

enum Origin {
    None,
    Listed,
    Foreign,
}

fn origin(headers: &HeaderMap, settings: &Settings) -> Origin {
    let mut values = headers.get_all(header::ORIGIN).iter();
    match (values.next(), values.next()) {
        (None, _) => Origin::None,
        (Some(value), None)
            if value
                .to_str()
                .is_ok_and(|origin| settings.allows_origin(origin)) =>
        {
            Origin::Listed
        }
        _ => Origin::Foreign,
    }
}

fn is_page(headers: &HeaderMap, settings: &Settings) -> bool {
    match origin(headers, settings) {
        Origin::Listed => true,
        // Browsers leave `Origin` out of a page's GET to its own origin.
        Origin::None => {
            only(headers, &HeaderName::from_static("sec-fetch-site")) == Some("same-origin")
        }
        Origin::Foreign => false,
    }
}

/// Whether this server's own page made the request: its origin is listed, and the same that the request went to.
pub(crate) fn is_own_page(parts: &Parts, settings: &Settings) -> bool {
    let headers = &parts.headers;
    let host = parts.uri.authority().map(http::uri::Authority::as_str);
    let origin_host = only(headers, &header::ORIGIN)
        .filter(|origin| settings.allows_origin(origin))
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| host);
    origin_host.is_some() && origin_host == host.or_else(|| only(headers, &header::HOST))
}

pub(crate) fn has_secret(headers: &HeaderMap, secret: &str) -> bool {
    bearer(headers)
        .is_some_and(|token| verify_slices_are_equal(token.as_bytes(), secret.as_bytes()).is_ok())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, &header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

impl FromRequestParts<Identity> for Secret {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, ApiError> {
        if has_secret(&parts.headers, identity.secret()) {
            Ok(Self(()))
        } else {
            Err(ApiError::SecretMissing)
        }
    }
}

impl FromRequestParts<Identity> for AdminAccess {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        let has_access_token =
            || bearer(headers).is_some_and(|token| identity.is_access_token(token));
        if has_secret(headers, identity.secret()) || has_access_token() {
            Ok(Self(()))
        } else {
            Err(ApiError::SecretMissing)
        }
    }
}

impl FromRequestParts<Identity> for SecretOrPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, identity: &Identity) -> Result<Self, ApiError> {
        let headers = &parts.headers;
        if is_page(headers, identity.settings()) || has_secret(headers, identity.secret()) {
            Ok(Self(()))
        } else {
            Err(ApiError::SecretMissing)
        }
    }
}
