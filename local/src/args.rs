//! The settings, as flags and environment variables.

use std::{path::PathBuf, time::Duration};

use clap::Parser;

/// Runs the whole system on this machine: identity provider, services and page, on one port.
#[derive(Debug, Parser)]
#[command(name = "callgate-local")]
pub(crate) struct Args {
    /// Port on loopback, 0 for any free one
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,

    /// Folder of accounts, keys and votes; made if it is missing
    #[arg(long, env = "CALLGATE_LOCAL_DIR", default_value = ".callgate")]
    pub(crate) dir: PathBuf,

    /// How long an ID token is valid, in seconds
    #[arg(long, env = "CALLGATE_LOCAL_TOKEN_LIFETIME", default_value = "3600", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) token_lifetime: Duration,

    /// PostgreSQL for votes and audit [default: SQLite files in the folder]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,

    /// Firebase's own emulator for the end users, as host:port, in place of the embedded identity; its tokens are unsigned
    #[arg(long, env = "FIREBASE_AUTH_EMULATOR_HOST", value_name = "HOST:PORT")]
    pub(crate) auth_emulator_host: Option<String>,

    /// Serve the page as it was last built
    #[arg(long)]
    pub(crate) no_build_page: bool,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("a whole number of seconds is needed, 1 to 86400".to_owned()),
    }
}
