//! Which pages elsewhere may call: those of the configured origins, and no others get as much as a CORS header.

use std::{sync::Arc, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// What browsers ask leave for: Connect-ES and grpc-web between them. Not `x-end-user-authorization`, which is for services
/// (G12).
const REQUEST_HEADERS: [HeaderName; 7] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HeaderName::from_static("grpc-timeout"),
    HeaderName::from_static("x-grpc-web"),
    HeaderName::from_static("x-user-agent"),
    HeaderName::from_static("x-firebase-appcheck"),
    HeaderName::from_static("traceparent"),
];

/// What a page may read: without these it sees a refusal, but not why.
const RESPONSE_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// How long a browser may remember a preflight's answer: the longest that Chromium honours.
const MAX_AGE: Duration = Duration::from_hours(2);

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// From no page, as far as it says.
    None,
    /// From a page of an allowed origin.
    Allowed,
    /// From another page: the service's own, which needs no leave, or a foreign one, which gets none.
    Other,
}

/// The configured origins.
#[derive(Clone, Debug)]
pub(crate) struct Origins(Arc<[HeaderValue]>);

impl Origins {
    pub(crate) fn new(origins: &[HeaderValue]) -> Self {
        Self(origins.into())
    }

    pub(crate) fn site(&self, headers: &HeaderMap) -> Site {
        let mut origins = headers.get_all(ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Site::None,
            (Some(origin), None) if self.0.contains(origin) => Site::Allowed,
            _ => Site::Other,
        }
    }
}

/// For requests of allowed origins, and only for those. Without `cookies` no credentials: tokens travel in headers that the page
/// sets. With them, the gate looks at the origin again (G11).
pub(crate) fn layer(cookies: bool) -> CorsLayer {
    CorsLayer::new()
        .allow_credentials(cookies)
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods([Method::POST])
        .allow_headers(REQUEST_HEADERS)
        .expose_headers(RESPONSE_HEADERS)
        .max_age(MAX_AGE)
}
