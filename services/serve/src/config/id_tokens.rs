//! What proves to other services that this one calls.

use callgate::google::IdTokens;

use super::{Config, ConfigError, CredentialsSource};
use crate::project;

impl Config {
    /// The ID tokens of the account that this service is: by the key file of `GOOGLE_APPLICATION_CREDENTIALS`, else by the metadata
    /// server.
    ///
    /// # Errors
    ///
    /// Where the key file cannot be read, or `GCE_METADATA_HOST` is no address.
    pub fn id_tokens(&self) -> Result<IdTokens, ConfigError> {
        match &self.accounts_credentials {
            CredentialsSource::KeyFile(path) => {
                IdTokens::service_account_file(path).map_err(|error| {
                    ConfigError::new("GOOGLE_APPLICATION_CREDENTIALS", error.to_string())
                })
            }
            // A stand-in's secret is no account.
            CredentialsSource::MetadataServer | CredentialsSource::TokenFile(_) => {
                Ok(IdTokens::metadata_server(&project::metadata()?))
            }
        }
    }
}
