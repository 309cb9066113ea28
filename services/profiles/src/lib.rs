//! What a signed-in user sees of themselves: what the ID token says, and what the account record says.
//!
//! The token is what every service goes by until it is refreshed; the record is how things are now. Where the two differ, the
//! user has not refreshed the token yet. The records are Identity Platform's: this service keeps nothing, and deletes nothing that
//! other services keep of a user.
//!
//! ```
//! use callgate::{accounts::Accounts, google::Credentials};
//! use callgate_api::profiles::v1::profile_service_gate;
//! use callgate_profiles::Profiles;
//!
//! # fn main() -> Result<(), callgate::google::SettingsError> {
//! let accounts = Accounts::new("demo-callgate", Credentials::fixed("the-stand-ins-secret")?)?
//!     .base_url("http://127.0.0.1:8080/identitytoolkit.googleapis.com")?;
//! let service = profile_service_gate::server(Profiles::new(accounts));
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod name;
mod refusal;
mod service;
mod session;
mod view;

pub use service::Profiles;
