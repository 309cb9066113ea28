//! The admin page, served from where the calls go: Identity-Aware Proxy is in front of both, and their origin is one.

use std::path::PathBuf;

use axum::{Router, routing::get};
use http::{HeaderValue, StatusCode};
use tower_http::services::{ServeDir, ServeFile};

/// Everything that the page needs is the service's own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The built page: `admin.html` and the folder `assets` beside it.
#[derive(Clone, Debug)]
pub struct Page {
    folder: PathBuf,
}

/// There is no page in the folder.
#[derive(Debug, thiserror::Error)]
#[error("there is no admin.html in {}: build the page, or name its folder", .0.display())]
pub struct NoPage(PathBuf);

impl Page {
    /// The page in this folder.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self, NoPage> {
        let folder = folder.into();
        if folder.join("admin.html").is_file() {
            Ok(Self { folder })
        } else {
            Err(NoPage(folder))
        }
    }

    /// The page at `/`, and its files. What else is in the folder belongs to other pages.
    pub fn router(self) -> Router {
        let page = ServeFile::new(self.folder.join("admin.html"));
        let assets = ServeDir::new(self.folder.join("assets")).fallback(get(not_found));
        let router = Router::new()
            .route_service("/", page.clone())
            .route_service("/admin.html", page)
            .nest_service("/assets", assets)
            .fallback(not_found);
        callgate_site::inert(router, HeaderValue::from_static(POLICY))
    }
}

async fn not_found() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is no such page.\n")
}
