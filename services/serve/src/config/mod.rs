//! What a service is told at its start: from flags and the environment, or made in code.

mod accounts;
mod args;
mod database;
mod error;
mod guard;
mod id_tokens;
pub(crate) mod keys;
mod limits;
mod platform;
mod read;
mod secret;
mod telemetry;
mod values;

use std::{
    ffi::OsString,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use clap::Parser;
use http::HeaderValue;
use url::Url;

pub use args::Args;
pub use error::ConfigError;
pub use keys::{KeySource, Keys};
pub use limits::Limits;
pub use platform::Platform;
pub use secret::Secret;
pub use telemetry::{Sampler, TelemetryConfig};

use crate::logs;

/// The configuration of a gated service. [`Config::parse`] reads it from flags and environment variables.
///
/// In code, begin with the defaults:
///
/// ```
/// use callgate_serve::Config;
///
/// let config = Config {
///     address: ([127, 0, 0, 1], 0).into(),
///     project_id: Some("demo-project".into()),
///     ..Config::default()
/// };
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen: `PORT` and `CALLGATE_BIND_ADDRESS`. Port 8080 of all addresses by default.
    pub address: SocketAddr,
    /// The Google Cloud project whose Firebase users may call: `CALLGATE_PROJECT_ID`, else `GOOGLE_CLOUD_PROJECT`. `None` asks
    /// the metadata server: see [`Config::project_id`].
    pub project_id: Option<String>,
    /// The tenants of Identity Platform whose users may call: `CALLGATE_TENANTS`. `-` is the project's own pool of users; an
    /// empty list means only that one.
    pub tenants: Vec<String>,
    /// The custom claim that holds a user's roles: `CALLGATE_ROLES_CLAIM`.
    pub roles_claim: String,
    /// The web origins whose pages may call: `CALLGATE_ALLOWED_ORIGINS`. A page served by the service itself needs none.
    pub allowed_origins: Vec<HeaderValue>,
    /// How far the clocks of token issuers may be off: `CALLGATE_CLOCK_SKEW`.
    pub clock_skew: Duration,
    /// Where the issuers' keys come from.
    pub keys: Keys,
    /// The number of the project: `CALLGATE_PROJECT_NUMBER`. `None` asks the metadata server, where a rule needs it.
    pub project_number: Option<u64>,
    /// The audience of the assertions of Identity-Aware Proxy: `CALLGATE_IAP_AUDIENCE`. `None` is `auto`: IAP directly before
    /// this service of Cloud Run.
    pub iap_audience: Option<String>,
    /// The audiences that other services make their tokens for: `CALLGATE_AUDIENCES`. This service's URL, mostly.
    pub audiences: Vec<String>,
    /// The service accounts that rules call by name: `CALLGATE_SERVICE_ACCOUNTS`. The name, and the e-mail address with or
    /// without `#uniqueId`.
    pub service_accounts: Vec<(String, String)>,
    /// The origin at which browsers find this service, such as `https://admin.example.com`: `CALLGATE_PUBLIC_ORIGIN`. Pages of
    /// its own may call with the browser's cookies (G11).
    pub public_origin: Option<HeaderValue>,
    /// Where Firebase's own emulator is, whose unsigned tokens are then taken: `FIREBASE_AUTH_EMULATOR_HOST`. Only in builds with
    /// the feature `emulator`, for a project that begins with `demo-`, and never in production (G22).
    pub auth_emulator_host: Option<String>,
    /// Where account records are read and changed: `CALLGATE_ACCOUNTS_URL`. `None` is Google's own address.
    pub accounts_url: Option<Url>,
    /// What proves that this program may read and change them: `GOOGLE_APPLICATION_CREDENTIALS` or
    /// `CALLGATE_ACCOUNTS_TOKEN_FILE`.
    pub accounts_credentials: CredentialsSource,
    /// The database of services that keep data: `DATABASE_URL`.
    pub database_url: Option<Secret>,
    /// Whether gRPC reflection answers: `CALLGATE_REFLECTION`. On Cloud Run only if asked for (G24).
    pub reflection: bool,
    /// What is logged, in the words of `tracing_subscriber::filter::Targets`: `RUST_LOG`.
    pub log_filter: String,
    /// How it is logged: `LOG_FORMAT`.
    pub log_format: LogFormat,
    /// Where traces and metrics are sent: the variables of OpenTelemetry. Nowhere by default.
    pub telemetry: TelemetryConfig,
    /// The bounds on what a client may do (G21).
    pub limits: Limits,
    /// Where the process runs.
    pub platform: Platform,
}

/// Where the credentials come from with which account records are read and changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialsSource {
    /// The program is the service account that it runs as, by the metadata server.
    #[default]
    MetadataServer,
    /// The key file of a service account.
    KeyFile(PathBuf),
    /// A file with the secret of a local stand-in, whose address is [`Config::accounts_url`].
    TokenFile(PathBuf),
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON everywhere else.
    #[default]
    Auto,
    /// One JSON object a line, in the fields of Cloud Logging.
    Json,
    /// One line for people, coloured on a terminal unless `NO_COLOR` is set.
    Text,
}

// What `Config::parse` reads. (A doc comment would begin the help.)
#[derive(Parser)]
#[command(disable_version_flag = true)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

// === impl Config ===

impl Config {
    /// For the first line of `main`: reads flags and environment variables, and starts the logs ([`logs::init`]).
    ///
    /// Where a setting is missing or wrong it says so in one line, on standard error, and ends the process with status 2;
    /// likewise for `--help`, with status 0.
    pub fn parse() -> Self {
        let config = Self::from_args(Cli::parse().args);
        let started = config.and_then(|config| logs::init(&config).map(|()| config));
        started.unwrap_or_else(|error| {
            eprintln!("error: {error}");
            std::process::exit(2)
        })
    }

    /// Reads these flags, the program's name first, and the environment for those not given. Starts no logs.
    ///
    /// # Errors
    ///
    /// Where a flag is not known, a setting is wrong, or one contradicts another.
    pub fn try_parse_from(
        args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    ) -> Result<Self, ConfigError> {
        let cli = Cli::try_parse_from(args).map_err(|error| {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            ConfigError::new("command line", line.trim_start_matches("error: "))
        })?;
        Self::from_args(cli.args)
    }

    /// The configuration that these settings make.
    ///
    /// # Errors
    ///
    /// Where a setting is wrong or contradicts another.
    pub fn from_args(args: Args) -> Result<Self, ConfigError> {
        let config = read::config(args, Platform::detect())?;
        config.check()?;
        Ok(config)
    }

    /// The project id, asked of the metadata server where it was not configured, and kept.
    ///
    /// # Errors
    ///
    /// Where neither knows it.
    pub async fn project_id(&mut self) -> Result<&str, ConfigError> {
        let id = match self.project_id.take() {
            Some(id) => id,
            None => crate::project::from_metadata_server().await?,
        };
        Ok(self.project_id.insert(id))
    }

    /// The origins whose pages may call with the browser's cookies: the allowed ones, and the service's own.
    pub(crate) fn origins(&self) -> Vec<HeaderValue> {
        let own = self.public_origin.iter();
        self.allowed_origins.iter().chain(own).cloned().collect()
    }

    /// The text of [`Config::database_url`].
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_ref().map(Secret::expose)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::on(Platform::detect())
    }
}

impl Config {
    /// The defaults where the process runs there.
    fn on(platform: Platform) -> Self {
        Self {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8080),
            project_id: None,
            tenants: Vec::new(),
            roles_claim: "roles".to_owned(),
            allowed_origins: Vec::new(),
            clock_skew: Duration::from_secs(10),
            keys: Keys::default(),
            project_number: None,
            iap_audience: None,
            audiences: Vec::new(),
            service_accounts: Vec::new(),
            public_origin: None,
            auth_emulator_host: None,
            accounts_url: None,
            accounts_credentials: CredentialsSource::default(),
            database_url: None,
            reflection: !platform.is_cloud_run(),
            log_filter: "info".to_owned(),
            log_format: LogFormat::default(),
            telemetry: TelemetryConfig::default(),
            limits: Limits::default(),
            platform,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_cloud_run_reflection_is_off_unless_asked_for() {
        let on = |variable: &str, reflection: Option<&str>| {
            let args = Args {
                reflection: reflection.map(str::to_owned),
                ..Args::default()
            };
            let platform = Platform::from_variables(|name| name == variable);
            read::config(args, platform).map(|config| config.reflection)
        };
        assert_eq!(on("K_SERVICE", None), Ok(false));
        assert_eq!(on("K_SERVICE", Some("true")), Ok(true));
        assert_eq!(on("HOME", None), Ok(true));
    }
}
