//! Credentials for calls to Google's APIs, and what the metadata server says of the place this runs in.
//!
//! On Cloud Run the metadata server gives the service's own account; elsewhere a service account's key file does. Tokens are
//! fetched by the call that needs one, cached until shortly before they expire, and fetched ahead in the background of a call.
//! Nothing here waits on a timer, since an instance gets no CPU between calls.
//!
//! ```
//! use callgate::google::{Credentials, Metadata};
//!
//! # fn main() -> Result<(), callgate::google::SettingsError> {
//! let on_cloud_run = Credentials::metadata_server(&Metadata::new());
//! let elsewhere = Credentials::fixed("the-secret-of-a-local-stand-in")?;
//! # Ok(())
//! # }
//! ```

mod cache;
mod credentials;
mod error;
mod fetch;
mod metadata;
mod service_account;
mod token;

pub use credentials::Credentials;
pub use error::{CredentialsError, SettingsError};
pub use metadata::{Metadata, MetadataError};
pub use token::AccessToken;
