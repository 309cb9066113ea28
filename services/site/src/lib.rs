//! The web page, with its runtime configuration: one built page serves every project.
//!
//! The page reads `/config.json` when it starts. Everything is served with the headers that keep it inert (G24): a content
//! security policy without `unsafe-inline`, no framing, no guessing of types.
//!
//! ```
//! use callgate_site::{Site, WebConfig};
//!
//! let config = WebConfig {
//!     project_id: "my-project".into(),
//!     api_key: "AIza..".into(),
//!     auth_domain: "my-project.firebaseapp.com".into(),
//!     api_base_url: "https://api.example.com".into(),
//!     local_identity: None,
//! };
//! let router = Site::new("web/dist", config)?.router();
//! # Ok::<(), callgate_site::SiteError>(())
//! ```
#![warn(missing_docs)]

mod config;
mod headers;
mod pages;

pub use config::WebConfig;
pub use pages::{Site, SiteError, inert};
