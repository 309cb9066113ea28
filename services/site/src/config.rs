//! What the page is told when it starts.

use serde::Serialize;

/// What the page is told when it starts, as `/config.json`. None of it is secret: it goes to every browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WebConfig {
    /// The Google Cloud project whose users sign in.
    pub project_id: String,
    /// Firebase's web API key. It names the project to Google, and proves nothing.
    pub api_key: String,
    /// The host of Firebase's sign-in pages, without a scheme: `my-project.firebaseapp.com`.
    pub auth_domain: String,
    /// The origin of the services, without a slash at the end; empty where it is the page's own.
    pub api_base_url: String,
    /// The origin of an embedded identity provider, in place of Google's.
    pub local_identity: Option<String>,
}
