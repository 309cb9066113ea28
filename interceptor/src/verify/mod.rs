//! Verifiers: each checks one kind of token, with its own algorithm, issuer, audience and keys.
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

mod claims;
mod firebase;
mod settings;

use crate::{caller::EndUser, denial::Denial};

pub use firebase::{FIREBASE_KEYS_URL, FirebaseVerifier};
pub use settings::VerifierError;

/// What became of a token that was checked without waiting for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// It is valid, and this is whose it is.
    Verified(EndUser),
    /// It is not valid, or nothing can be verified at the moment.
    Refused(Denial),
    /// The keys have to be fetched first: ask the method that waits.
    Wait,
}
