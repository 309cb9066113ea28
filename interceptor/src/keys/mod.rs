//! An issuer's public keys: fetched, kept, renewed.
//!
//! A [`KeyStore`] keeps the keys of one issuer, so that a key of one can never check another's tokens. A call looks a key up
//! with [`find`](KeyStore::find), which neither waits nor locks; only if that says [`Find::Wait`] does it
//! [`wait`](KeyStore::wait).
//!
//! - **Fresh.** `Cache-Control: max-age` less `Age` says for how long, between 1 minute and 24 hours; 1 hour where there is none.
//!   A tenth of that time ahead of the end (10 minutes at most) the next call starts a fetch in the background.
//! - **Stale.** If new keys cannot be had, the old ones will do for an hour more. Then every call is refused, as UNAVAILABLE.
//! - **Unknown.** A token that names an unknown key makes the store ask the issuer, but once in 10 seconds at most,
//!   however many such tokens come.
//! - **Failures.** No answer, a slow, large, broken or senseless one: the keys at hand stay, and the store rests before it asks
//!   again, for longer each time.
//!
//! There are no timers: Cloud Run gives CPU only during calls, so everything begins with a call. An instance that was frozen in
//! the middle of a fetch gives it up, by wall clock, and begins anew.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use callgate::keys::KeyStore;
//!
//! let firebase = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
//! let keys = KeyStore::fetched(firebase.parse()?).build()?;
//! # Ok(())
//! # }
//! ```

mod builder;
mod cache_control;
mod fetch;
mod fetching;
mod file;
mod flights;
mod inner;
mod jwk;
mod key;
mod set;
mod snapshot;
mod store;

pub use builder::{KeyStoreBuilder, KeyStoreError};
pub use file::KeyFileError;
pub use key::Key;
pub use set::{KeyLimits, KeySet, KeySetError};
pub use store::{Find, KeyError, KeyStore};
