//! Verifiers: each checks one kind of token, with its own algorithm, issuer, audience and keys.
//!
//! | verifier | of whom | keys |
//! |---|---|---|
//! | [`FirebaseVerifier`] | [`EndUser`] | [`FIREBASE_KEYS_URL`] |
//! | [`IapVerifier`] | [`InternalUser`](crate::InternalUser) | [`IAP_KEYS_URL`] |
//! | [`ServiceAccountVerifier`] | [`ServiceAccount`](crate::ServiceAccount) | [`GOOGLE_KEYS_URL`] |
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

mod accounts;
mod claims;
mod error;
mod firebase;
mod iap;
mod payload;
mod period;
mod service_account;
mod settings;
mod signed_by;

use crate::{caller::EndUser, denial::Denial};

pub(crate) use accounts::SERVICE_ACCOUNT_SUFFIX;
pub use error::VerifierError;
pub use firebase::{FIREBASE_KEYS_URL, FirebaseVerifier};
pub use iap::{IAP_KEYS_URL, IapVerifier};
pub use service_account::{GOOGLE_KEYS_URL, ServiceAccountVerifier};

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
