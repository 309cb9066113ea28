//! The files of the page, and what stands in their place where they are missing.

use std::path::PathBuf;

use axum::{
    Json, Router,
    extract::Request,
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use tower_http::services::ServeDir;

use crate::{WebConfig, headers};

/// Where the bundler puts files whose names change with their content.
const HASHED: &str = "/assets/";

/// The web page.
#[derive(Clone, Debug)]
pub struct Site {
    folder: PathBuf,
    config: WebConfig,
    policy: HeaderValue,
}

/// Why the page cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SiteError {
    /// An address in the configuration is not an origin.
    #[error("the origin of {of} is not one: {value:?} should be like https://example.com")]
    Origin {
        /// Of what.
        of: &'static str,
        /// What stands there.
        value: String,
    },
}

impl Site {
    /// The built page in this folder, with this configuration.
    ///
    /// # Errors
    ///
    /// Where an address of the configuration is not an origin.
    pub fn new(folder: impl Into<PathBuf>, config: WebConfig) -> Result<Self, SiteError> {
        Ok(Self {
            folder: folder.into(),
            policy: headers::content_security_policy(&config)?,
            config,
        })
    }

    /// The page, its files and `/config.json`.
    pub fn router(self) -> Router {
        let Self {
            folder,
            config,
            policy,
        } = self;
        let router = Router::new().route("/config.json", get(move || async { Json(config) }));
        let router = if folder.join("index.html").is_file() {
            router.fallback_service(ServeDir::new(folder).fallback(get(not_found)))
        } else {
            router.fallback(not_built)
        };
        inert(router, policy)
    }
}

/// Pages with the headers that keep them inert (G24), under this content security policy. Files in `/assets/`, whose names change
/// with their content, are kept by browsers, and everything else is asked for anew.
pub fn inert(pages: Router, policy: HeaderValue) -> Router {
    pages.layer(middleware::from_fn(move |request, next| {
        with_headers(policy.clone(), request, next)
    }))
}

async fn with_headers(policy: HeaderValue, request: Request, next: Next) -> Response {
    let hashed = request.uri().path().starts_with(HASHED);
    let mut response = next.run(request).await;
    let cache = if hashed && response.status() == StatusCode::OK {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in headers::FIXED {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, "There is no such page.\n")
}

async fn not_built() -> impl IntoResponse {
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>The page is not built</title>\
        <h1>The page is not built</h1><p>The services are here all the same. To build the page, install Node.js 20.19 or newer and \
        start this again, or run <code>npm ci --ignore-scripts &amp;&amp; npm run build</code> in the folder <code>web</code>.\n";
    (StatusCode::NOT_FOUND, Html(page))
}
