//! The embedded identity provider, for a whole system on one machine.
//!
//! It speaks so much of Google's Identity Toolkit that the real Firebase JS SDK signs in to it (`connectAuthEmulator`), signs its
//! tokens with RS256 and serves its public keys at Google's path, so that a laptop runs the production verifier and not a bypass.
//! Accounts, sessions and keys survive a restart; nothing is acknowledged before it is on the disk.
//!
//! It makes every other credential too, with keys of their own at Google's paths: session cookies, the assertions of
//! Identity-Aware Proxy ([`Identity::iap`]), ID and access tokens for service accounts by their key files
//! ([`Identity::service_account`]), App Check's tokens; and `POST /local/v1/tokens` mints one of any kind for trying calls.
//!
//! It believes whoever says to be somebody: an identity provider's answer is JSON claims that the page itself makes up, and custom
//! tokens need no signature. So it serves only projects whose id starts with `demo-`, refuses to start where it looks like
//! production, answers no page of a foreign origin, and wants the secret of the file `secret` for whatever a page may not do.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use callgate_identity::{Identity, Settings};
//!
//! let settings = Settings::new("demo-callgate", ".callgate", ["http://localhost:8080"]);
//! let identity = Identity::open(settings)?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, identity.router()).await?;
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod access;
mod accounts;
mod admin;
mod app_check;
mod body;
mod codes;
mod dev;
mod error;
mod expiring;
mod iap;
mod input;
mod jwt;
mod keys;
mod mfa;
mod mint;
mod moment;
mod pages;
mod password;
mod published;
mod refresh;
mod response;
mod router;
mod sealer;
mod service_accounts;
mod session_cookie;
mod settings;
mod state;
mod token;
mod unsigned;

use std::sync::{Arc, OnceLock};

use axum::Router;

pub use error::OpenError;
pub use iap::IapStandIn;
pub use service_accounts::{ServiceAccount, ServiceAccountError};
pub use settings::{CodeKind, CodeNotice, Settings};

/// An open identity provider. Cloning is cheap; the state is closed with the last clone and the last router.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    settings: Settings,
    store: state::Store,
    keys: keys::Keys,
    /// One new key after the other.
    making_keys: tokio::sync::Mutex<()>,
    refresh: sealer::Sealer,
    access_tokens: sealer::Sealer,
    iap_cookies: sealer::Sealer,
    iap_audience: OnceLock<String>,
    consumed: app_check::Consumed,
    pending: codes::Pending,
    secret: String,
}

impl Identity {
    /// Opens the state in `settings.dir`, and makes what is missing there: keys, secret, the folder itself.
    ///
    /// # Errors
    ///
    /// Where the settings are wrong, this looks like production, the state is unreadable, or another process has it open.
    pub fn open(settings: Settings) -> Result<Self, OpenError> {
        settings.check(|name| std::env::var_os(name).is_some())?;
        let now = moment::Moment::of(&settings.clock);
        let lifetime = settings.token_lifetime.as_secs();
        let dir = state::disk::Dir::open(&settings.dir)?;
        let secret = dir.secret()?;
        let store = state::Store::open(dir, |state| state.prepare(now, lifetime))?;
        let (keys, sealing) = store.read(|state| (state.keys.clone(), state.refresh_key.clone()));
        Ok(Self(Arc::new(Inner {
            keys: keys::Keys::load(&keys)?,
            making_keys: tokio::sync::Mutex::default(),
            refresh: sealer::Sealer::new(&sealing),
            access_tokens: sealer::Sealer::of_kind(&sealing, "access token"),
            iap_cookies: sealer::Sealer::of_kind(&sealing, "iap cookie"),
            iap_audience: OnceLock::new(),
            consumed: app_check::Consumed::default(),
            pending: codes::Pending::default(),
            settings,
            store,
            secret,
        })))
    }

    /// All of it but [`IapStandIn::router`]: Identity Toolkit, the token endpoints, App Check, minting, the public keys, the pages
    /// for choosing an account and for codes.
    ///
    /// Whoever serves it must refuse a foreign `Host`.
    pub fn router(&self) -> Router {
        router::router(self.clone())
    }

    /// The secret that admin calls bring as `Authorization: Bearer`. It also stands in the file `secret` of the folder.
    pub fn secret(&self) -> &str {
        &self.0.secret
    }

    fn now(&self) -> moment::Moment {
        moment::Moment::of(&self.0.settings.clock)
    }

    fn store(&self) -> &state::Store {
        &self.0.store
    }

    fn keys(&self, issuer: keys::Issuer) -> Arc<keys::Ring> {
        self.0.keys.current(issuer)
    }

    fn pending(&self) -> &codes::Pending {
        &self.0.pending
    }

    fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn project(&self) -> &str {
        &self.0.settings.project_id
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity")
            .field("project_id", &self.project())
            .finish_non_exhaustive()
    }
}
