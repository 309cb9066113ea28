//! Credentials for calls to Google's APIs and to other services, and what the metadata server says of the place this runs in.
//!
//! [`Credentials`] are for Google's APIs, [`IdTokens`] for other services. On Cloud Run the metadata server gives both, for the
//! service's own account; elsewhere a service account's key file does. Tokens are fetched by the call that needs one, cached
//! until shortly before they expire, and fetched ahead in the background of a call. Nothing here waits on a timer, since an
//! instance gets no CPU between calls.
//!
//! ```
//! use callgate::google::{Credentials, IdTokens, Metadata};
//!
//! # fn main() -> Result<(), callgate::google::SettingsError> {
//! let metadata = Metadata::new();
//! let for_google = Credentials::metadata_server(&metadata);
//! let for_services = IdTokens::metadata_server(&metadata);
//! let elsewhere = Credentials::fixed("the-secret-of-a-local-stand-in")?;
//! # Ok(())
//! # }
//! ```

mod answer;
mod cache;
mod credentials;
mod error;
mod fetch;
mod id_tokens;
mod metadata;
mod service_account;
mod token;

pub use credentials::Credentials;
pub use error::{CredentialsError, SettingsError};
pub use id_tokens::{AudienceTokens, IdTokens};
pub use metadata::{Metadata, MetadataError};
pub use token::{AccessToken, IdToken};

/// How long one request for a token may take, unless it is set.
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(3);
