//! Where the account records are, and what proves that this service may read them.

use std::{fs::File, io::Read as _};

use callgate::{
    accounts::Accounts,
    google::{Credentials, Metadata},
};
use url::Url;

/// A secret has some dozens of bytes; this is for telling a wrong file.
const MAX_SECRET: u64 = 8 * 1024;

/// The settings of a service that reads account records, as flags and environment variables; an empty value counts as none.
///
/// Without any of them the service proves itself as the account that it runs as, by the metadata server.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Accounts")]
pub struct AccountsArgs {
    /// Key file of a service account, instead of the account that this runs as
    #[arg(long, env = "GOOGLE_APPLICATION_CREDENTIALS", value_name = "FILE")]
    pub credentials_file: Option<String>,

    /// File with the secret of a local stand-in of the accounts, whose address is then needed too
    #[arg(long, env = "CALLGATE_ACCOUNTS_TOKEN_FILE", value_name = "FILE")]
    pub accounts_token_file: Option<String>,

    /// Where the metadata server is, as host:port [default: where Google puts it]
    #[arg(long, env = "GCE_METADATA_HOST", value_name = "HOST")]
    pub metadata_host: Option<String>,
}

/// A setting is unusable, or contradicts another. The text names the variable.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct AccountsArgsError {
    variable: &'static str,
    problem: String,
}

// === impl AccountsArgs ===

impl AccountsArgs {
    /// The accounts of this project: at Google, or at `url`.
    ///
    /// # Errors
    ///
    /// Where a setting is unusable, or contradicts another.
    pub fn accounts(
        &self,
        project_id: &str,
        url: Option<&Url>,
    ) -> Result<Accounts, AccountsArgsError> {
        let credentials = self.credentials(url.is_some())?;
        let accounts =
            Accounts::new(project_id, credentials).map_err(wrong("CALLGATE_PROJECT_ID"))?;
        match url {
            Some(url) => accounts
                .base_url(url.as_str())
                .map_err(wrong("CALLGATE_ACCOUNTS_URL")),
            None => Ok(accounts),
        }
    }

    fn credentials(&self, stand_in: bool) -> Result<Credentials, AccountsArgsError> {
        const TOKEN_FILE: &str = "CALLGATE_ACCOUNTS_TOKEN_FILE";
        match (
            given(self.credentials_file.as_deref()),
            given(self.accounts_token_file.as_deref()),
        ) {
            (Some(_), Some(_)) => Err(wrong(TOKEN_FILE)(
                "it contradicts GOOGLE_APPLICATION_CREDENTIALS: unset one of them",
            )),
            (None, Some(_)) if !stand_in => Err(wrong(TOKEN_FILE)(
                "it is for a local stand-in: set CALLGATE_ACCOUNTS_URL to its address",
            )),
            (None, Some(path)) => {
                let secret = read_secret(path).map_err(wrong(TOKEN_FILE))?;
                Credentials::fixed(secret.trim()).map_err(wrong(TOKEN_FILE))
            }
            (Some(path), None) => Credentials::service_account_file(path)
                .map_err(wrong("GOOGLE_APPLICATION_CREDENTIALS")),
            (None, None) => {
                let metadata = match given(self.metadata_host.as_deref()) {
                    Some(host) => Metadata::at(host).map_err(wrong("GCE_METADATA_HOST"))?,
                    None => Metadata::new(),
                };
                Ok(Credentials::metadata_server(&metadata))
            }
        }
    }
}

fn given(value: Option<&str>) -> Option<&str> {
    value.filter(|value| !value.is_empty())
}

fn read_secret(path: &str) -> std::io::Result<String> {
    let mut secret = String::new();
    File::open(path)?
        .take(MAX_SECRET + 1)
        .read_to_string(&mut secret)?;
    Ok(secret)
}

fn wrong<E: ToString>(variable: &'static str) -> impl Fn(E) -> AccountsArgsError {
    move |problem| AccountsArgsError {
        variable,
        problem: problem.to_string(),
    }
}
