//! Where the account records are, and what proves that this program may read and change them.

use std::{fs::File, io::Read as _, path::Path};

use callgate::{
    accounts::Accounts,
    google::{Credentials, SettingsError},
};

use super::{Config, ConfigError, CredentialsSource};
use crate::project;

/// A secret has some dozens of bytes; this is for telling a wrong file.
const MAX_SECRET: u64 = 8 * 1024;

const KEY_FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";
const TOKEN_FILE: &str = "CALLGATE_ACCOUNTS_TOKEN_FILE";

impl Config {
    /// The accounts of the project: at Google, or at [`Config::accounts_url`].
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, a setting contradicts another, or the project's id is unknown.
    pub async fn accounts(&mut self) -> Result<Accounts, ConfigError> {
        if let Some(host) = self.auth_emulator_host.clone() {
            return self.emulated_accounts(&host).await;
        }
        let credentials = self.credentials()?;
        let accounts = Accounts::new(self.project_id().await?, credentials)
            .map_err(wrong("CALLGATE_PROJECT_ID"))?;
        match &self.accounts_url {
            Some(url) => accounts
                .base_url(url.as_str())
                .map_err(wrong("CALLGATE_ACCOUNTS_URL")),
            None => Ok(accounts),
        }
    }

    /// The accounts of Firebase's emulator, which takes `owner` for an access token.
    async fn emulated_accounts(&mut self, host: &str) -> Result<Accounts, ConfigError> {
        const HOST: &str = "FIREBASE_AUTH_EMULATOR_HOST";
        let owner = Credentials::fixed("owner").map_err(wrong(HOST))?;
        Accounts::new(self.project_id().await?, owner)
            .map_err(wrong("CALLGATE_PROJECT_ID"))?
            .base_url(&format!("http://{host}/identitytoolkit.googleapis.com"))
            .map_err(wrong(HOST))
    }

    pub(crate) fn credentials(&self) -> Result<Credentials, ConfigError> {
        match &self.accounts_credentials {
            CredentialsSource::MetadataServer => {
                Ok(Credentials::metadata_server(&project::metadata()?))
            }
            CredentialsSource::KeyFile(path) => {
                Credentials::service_account_file(path).map_err(wrong(KEY_FILE))
            }
            CredentialsSource::TokenFile(_) if self.accounts_url.is_none() => {
                Err(ConfigError::new(
                    TOKEN_FILE,
                    "it is for a local stand-in: set CALLGATE_ACCOUNTS_URL to its address",
                ))
            }
            CredentialsSource::TokenFile(path) => {
                let secret = read_secret(path)
                    .map_err(|error| ConfigError::new(TOKEN_FILE, error.to_string()))?;
                Credentials::fixed(secret.trim()).map_err(wrong(TOKEN_FILE))
            }
        }
    }
}

fn read_secret(path: &Path) -> std::io::Result<String> {
    let mut secret = String::new();
    File::open(path)?
        .take(MAX_SECRET + 1)
        .read_to_string(&mut secret)?;
    Ok(secret)
}

fn wrong(variable: &'static str) -> impl Fn(SettingsError) -> ConfigError {
    move |error| ConfigError::new(variable, error.to_string())
}
