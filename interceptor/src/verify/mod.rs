//! Verifiers: each checks one kind of token, with its own algorithm, issuer, audience and keys.
//!
//! | verifier | of whom | keys |
//! |---|---|---|
//! | [`FirebaseVerifier`] | [`EndUser`] | [`FIREBASE_KEYS_URL`] |
//! | [`SessionCookieVerifier`] | [`EndUser`] | [`SESSION_COOKIE_KEYS_URL`] |
//! | [`IapVerifier`] | [`InternalUser`](crate::InternalUser) | [`IAP_KEYS_URL`] |
//! | [`ServiceAccountVerifier`] | [`ServiceAccount`](crate::ServiceAccount) | [`GOOGLE_KEYS_URL`] |
//! | [`AppCheckVerifier`] | [`App`] | [`APP_CHECK_KEYS_URL`] |
//!
//! With the feature `emulator` there is another one, `EmulatorVerifier`, of [`EndUser`]s and without keys, for the unsigned tokens of
//! Firebase's emulator.
//!
//! ```
//! use callgate::{FirebaseVerifier, keys::KeyStore, verify::{Check, FIREBASE_KEYS_URL}};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let keys = KeyStore::fetched(FIREBASE_KEYS_URL.parse()?).build()?;
//! let verifier = FirebaseVerifier::new("my-project", keys)?
//!     .tenants(["-", "pupils-x1b2c"])?
//!     .roles_claim("permissions")?;
//!
//! assert!(matches!(verifier.check("no.token.at-all"), Check::Refused(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(()) })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A token comes with every call of its caller, but is verified once: each verifier has a cache of its own, see [`TokenCache`].
//! How often, and for how long, each verifier says in its [`VerifierStats`].

mod accounts;
mod app_check;
mod cache;
mod claims;
#[cfg(feature = "emulator")]
mod emulator;
mod end_users;
mod error;
mod explain;
mod firebase;
mod iap;
mod payload;
mod period;
mod service_account;
mod session_cookie;
mod settings;
mod signed_by;
mod stats;

use crate::{caller::EndUser, denial::Denial};

pub(crate) use accounts::SERVICE_ACCOUNT_SUFFIX;
pub use app_check::{APP_CHECK_KEYS_URL, APP_CHECK_NO_TOKEN, App, AppCheckVerifier};
pub use cache::TokenCache;
#[cfg(feature = "emulator")]
pub use emulator::EmulatorVerifier;
pub use error::VerifierError;
pub use firebase::{FIREBASE_KEYS_URL, FirebaseVerifier};
pub use iap::{IAP_KEYS_URL, IapVerifier};
pub use service_account::{GOOGLE_KEYS_URL, ServiceAccountVerifier};
pub use session_cookie::{SESSION_COOKIE_KEYS_URL, SessionCookieVerifier};
pub(crate) use settings::roles_claim;
pub use stats::VerifierStats;

/// What became of a token that was checked without waiting for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check<C = EndUser> {
    /// It is valid, and this is whose it is.
    Verified(C),
    /// It is not valid, or nothing can be verified at the moment.
    Refused(Denial),
    /// The keys have to be fetched first: ask the method that waits.
    Wait,
}
