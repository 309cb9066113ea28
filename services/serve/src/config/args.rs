//! Every setting as a flag and as an environment variable, still as text.

/// The settings of a gated service, as flags and environment variables; a flag wins over its variable, an empty value counts
/// as none.
///
/// A program with settings of its own flattens them into its own `clap` parser, and makes the [`Config`](crate::Config) with
/// [`Config::from_args`](crate::Config::from_args):
///
/// ```
/// use clap::Parser;
///
/// #[derive(Parser)]
/// struct Cli {
///     #[command(flatten)]
///     serve: callgate_serve::Args,
///     /// The folder to serve pages from.
///     #[arg(long, env = "PAGES")]
///     pages: Option<std::path::PathBuf>,
/// }
///
/// let cli = Cli::parse_from(["site", "--port", "8081", "--pages", "dist"]);
/// let config = callgate_serve::Config::from_args(cli.serve)?;
/// assert_eq!(config.address.port(), 8081);
/// # Ok::<(), callgate_serve::ConfigError>(())
/// ```
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Service")]
pub struct Args {
    /// Port to listen on, 0 for any free one [default: 8080]
    #[arg(long, env = "PORT", value_name = "PORT")]
    pub(super) port: Option<String>,

    /// Address to listen on [default: 0.0.0.0]
    #[arg(long, env = "CALLGATE_BIND_ADDRESS", value_name = "IP")]
    pub(super) bind_address: Option<String>,

    /// Google Cloud project whose Firebase users may call [default: that of Google Cloud]
    #[arg(long, env = "CALLGATE_PROJECT_ID", value_name = "PROJECT")]
    pub(super) project_id: Option<String>,

    /// Google Cloud project, where no project id is given [default: the metadata server's]
    #[arg(long, env = "GOOGLE_CLOUD_PROJECT", value_name = "PROJECT")]
    pub(super) google_cloud_project: Option<String>,

    /// Tenants of Identity Platform whose users may call, by commas; `-` is the project's own pool [default: only that]
    #[arg(long, env = "CALLGATE_TENANTS", value_name = "TENANT,..")]
    pub(super) tenants: Option<String>,

    /// Custom claim that holds a user's roles [default: roles]
    #[arg(long, env = "CALLGATE_ROLES_CLAIM", value_name = "CLAIM")]
    pub(super) roles_claim: Option<String>,

    /// Origins whose pages may call from a browser, by commas, such as `https://app.example.com` [default: none]
    #[arg(long, env = "CALLGATE_ALLOWED_ORIGINS", value_name = "ORIGIN,..")]
    pub(super) allowed_origins: Option<String>,

    /// How far the clocks of token issuers may be off [default: 10s]
    #[arg(long, env = "CALLGATE_CLOCK_SKEW", value_name = "TIME")]
    pub(super) clock_skew: Option<String>,

    /// Where the keys of Firebase ID tokens are fetched: https, or http to this machine [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_FIREBASE", value_name = "URL")]
    pub(super) keys_url_firebase: Option<String>,

    /// File with the keys of Firebase ID tokens (a JWKS), instead of fetching them
    #[arg(long, env = "CALLGATE_KEYS_FILE_FIREBASE", value_name = "FILE")]
    pub(super) keys_file_firebase: Option<String>,

    /// Where the keys of Firebase session cookies are fetched [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_SESSION_COOKIE", value_name = "URL")]
    pub(super) keys_url_session_cookie: Option<String>,

    /// File with the keys of Firebase session cookies (a JWKS), instead of fetching them
    #[arg(long, env = "CALLGATE_KEYS_FILE_SESSION_COOKIE", value_name = "FILE")]
    pub(super) keys_file_session_cookie: Option<String>,

    /// Where the keys of Identity-Aware Proxy are fetched [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_IAP", value_name = "URL")]
    pub(super) keys_url_iap: Option<String>,

    /// File with the keys of Identity-Aware Proxy (a JWKS), instead of fetching them
    #[arg(long, env = "CALLGATE_KEYS_FILE_IAP", value_name = "FILE")]
    pub(super) keys_file_iap: Option<String>,

    /// Where the keys of service accounts' ID tokens are fetched [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_GOOGLE", value_name = "URL")]
    pub(super) keys_url_google: Option<String>,

    /// File with the keys of service accounts' ID tokens (a JWKS), instead of fetching them
    #[arg(long, env = "CALLGATE_KEYS_FILE_GOOGLE", value_name = "FILE")]
    pub(super) keys_file_google: Option<String>,

    /// Where the keys of App Check are fetched [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_APP_CHECK", value_name = "URL")]
    pub(super) keys_url_app_check: Option<String>,

    /// File with the keys of App Check (a JWKS), instead of fetching them
    #[arg(long, env = "CALLGATE_KEYS_FILE_APP_CHECK", value_name = "FILE")]
    pub(super) keys_file_app_check: Option<String>,

    /// Number of the project, for App Check and Identity-Aware Proxy [default: the metadata server's]
    #[arg(long, env = "CALLGATE_PROJECT_NUMBER", value_name = "NUMBER")]
    pub(super) project_number: Option<String>,

    /// Audience of Identity-Aware Proxy's assertions, or auto: this service of Cloud Run [default: auto]
    #[arg(long, env = "CALLGATE_IAP_AUDIENCE", value_name = "AUDIENCE")]
    pub(super) iap_audience: Option<String>,

    /// Audiences that other services make their tokens for, by commas: this service's URL, mostly
    #[arg(long, env = "CALLGATE_AUDIENCES", value_name = "AUDIENCE,..")]
    pub(super) audiences: Option<String>,

    /// Service accounts that rules call by name, by commas: name=email or name=email#uniqueId
    #[arg(long, env = "CALLGATE_SERVICE_ACCOUNTS", value_name = "NAME=EMAIL,..")]
    pub(super) service_accounts: Option<String>,

    /// Origin at which browsers find this service, whose pages may call with cookies
    #[arg(long, env = "CALLGATE_PUBLIC_ORIGIN", value_name = "ORIGIN")]
    pub(super) public_origin: Option<String>,

    /// Firebase's own emulator, whose unsigned tokens are then taken; for development only
    #[arg(long, env = "FIREBASE_AUTH_EMULATOR_HOST", value_name = "HOST:PORT")]
    pub(super) auth_emulator_host: Option<String>,

    /// Where account records are read and changed: https, or http to this machine [default: Google's]
    #[arg(long, env = "CALLGATE_ACCOUNTS_URL", value_name = "URL")]
    pub(super) accounts_url: Option<String>,

    /// Key file of a service account for account records [default: the account that this runs as]
    #[arg(long, env = "GOOGLE_APPLICATION_CREDENTIALS", value_name = "FILE")]
    pub(super) credentials_file: Option<String>,

    /// File with the secret of a local stand-in of the accounts, whose address is then needed too
    #[arg(long, env = "CALLGATE_ACCOUNTS_TOKEN_FILE", value_name = "FILE")]
    pub(super) accounts_token_file: Option<String>,

    /// Database, for services that keep data
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(super) database_url: Option<String>,

    /// Answer gRPC reflection: true or false [default: true, on Cloud Run false]
    #[arg(long, env = "CALLGATE_REFLECTION", value_name = "BOOL")]
    pub(super) reflection: Option<String>,

    /// What is logged, such as `info` or `warn,callgate=debug` [default: info]
    #[arg(long, env = "RUST_LOG", value_name = "FILTER")]
    pub(super) log_filter: Option<String>,

    /// How it is logged: json, text, or auto (text on a terminal, else json) [default: auto]
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT")]
    pub(super) log_format: Option<String>,

    /// Where traces and metrics are sent, by OTLP over HTTP [default: nowhere]
    #[arg(long, env = "OTEL_EXPORTER_OTLP_ENDPOINT", value_name = "URL")]
    pub(super) otlp_endpoint: Option<String>,

    /// How they are sent: http/protobuf [default: http/protobuf]
    #[arg(long, env = "OTEL_EXPORTER_OTLP_PROTOCOL", value_name = "PROTOCOL")]
    pub(super) otlp_protocol: Option<String>,

    /// Headers of the requests with them, by commas
    #[arg(
        long,
        env = "OTEL_EXPORTER_OTLP_HEADERS",
        value_name = "NAME=VALUE,..",
        hide_env_values = true
    )]
    pub(super) otlp_headers: Option<String>,

    /// How the service is named there [default: its name on Cloud Run, or the program's]
    #[arg(long, env = "OTEL_SERVICE_NAME", value_name = "NAME")]
    pub(super) otel_service_name: Option<String>,

    /// Which calls are traced: `always_on`, `always_off` or `traceidratio`, with `parentbased_` before it where the caller decides
    /// [default: `parentbased_always_on`]
    #[arg(long, env = "OTEL_TRACES_SAMPLER", value_name = "SAMPLER")]
    pub(super) traces_sampler: Option<String>,

    /// Share of the calls that `traceidratio` traces, from 0 to 1 [default: 1]
    #[arg(long, env = "OTEL_TRACES_SAMPLER_ARG", value_name = "RATIO")]
    pub(super) traces_sampler_arg: Option<String>,

    /// How often metrics are sent, in milliseconds [default: 60000]
    #[arg(long, env = "OTEL_METRIC_EXPORT_INTERVAL", value_name = "MILLISECONDS")]
    pub(super) metric_interval: Option<String>,

    /// Most bytes in the headers of one request [default: 32768]
    #[arg(long, env = "CALLGATE_MAX_HEADER_LIST_SIZE", value_name = "BYTES")]
    pub(super) max_header_list_size: Option<String>,

    /// Most bytes in one message of a call [default: 4194304]
    #[arg(long, env = "CALLGATE_MAX_MESSAGE_SIZE", value_name = "BYTES")]
    pub(super) max_message_size: Option<String>,

    /// How long an HTTP/2 connection may be silent before it is pinged [default: 30s]
    #[arg(long, env = "CALLGATE_KEEP_ALIVE_INTERVAL", value_name = "TIME")]
    pub(super) keep_alive_interval: Option<String>,

    /// How long the answer to a ping may take [default: 20s]
    #[arg(long, env = "CALLGATE_KEEP_ALIVE_TIMEOUT", value_name = "TIME")]
    pub(super) keep_alive_timeout: Option<String>,

    /// How long the headers of an HTTP/1 request, or the first bytes of a connection, may take [default: 10s]
    #[arg(long, env = "CALLGATE_HEADER_TIMEOUT", value_name = "TIME")]
    pub(super) header_timeout: Option<String>,

    /// Most calls at a time on one connection [default: 200]
    #[arg(long, env = "CALLGATE_MAX_STREAMS_PER_CONNECTION", value_name = "N")]
    pub(super) max_streams_per_connection: Option<String>,

    /// Most streaming responses open at a time [default: 1000]
    #[arg(long, env = "CALLGATE_MAX_OPEN_STREAMS", value_name = "N")]
    pub(super) max_open_streams: Option<String>,

    /// Most bytes of verified tokens that are remembered, of each kind; 0: none [default: 33554432]
    #[arg(long, env = "CALLGATE_TOKEN_CACHE", value_name = "BYTES")]
    pub(super) token_cache: Option<String>,

    /// How long the message of a unary call may take to arrive [default: 30s]
    #[arg(long, env = "CALLGATE_UNARY_BODY_TIMEOUT", value_name = "TIME")]
    pub(super) unary_body_timeout: Option<String>,

    /// How long calls may take to finish after SIGTERM [default: 8s]
    #[arg(long, env = "CALLGATE_DRAIN_TIMEOUT", value_name = "TIME")]
    pub(super) drain_timeout: Option<String>,

    /// How old a connection gets before the client is asked to make a new one [default: 1h]
    #[arg(long, env = "CALLGATE_MAX_CONNECTION_AGE", value_name = "TIME")]
    pub(super) max_connection_age: Option<String>,

    /// How long calls may go on after that; then streams are ended [default: 30s]
    #[arg(long, env = "CALLGATE_CONNECTION_GRACE", value_name = "TIME")]
    pub(super) connection_grace: Option<String>,
}
