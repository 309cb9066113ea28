//! The gate's own settings, by the names that its services read them by.

/// The gate's own settings. A flag wins over its variable, an empty value counts as none.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "The gate's settings")]
pub(crate) struct SettingsArgs {
    /// Google Cloud project whose Firebase users and apps may call
    #[arg(long, env = "CALLGATE_PROJECT_ID", value_name = "PROJECT")]
    pub(crate) project_id: Option<String>,

    /// Google Cloud project, where no project id is given
    #[arg(long, env = "GOOGLE_CLOUD_PROJECT", value_name = "PROJECT")]
    pub(crate) google_cloud_project: Option<String>,

    /// Number of the project, for App Check
    #[arg(long, env = "CALLGATE_PROJECT_NUMBER", value_name = "NUMBER")]
    pub(crate) project_number: Option<String>,

    /// Tenants of Identity Platform whose users may call, by commas; `-` is the project's own pool [default: only that]
    #[arg(long, env = "CALLGATE_TENANTS", value_name = "TENANT,..")]
    pub(crate) tenants: Option<String>,

    /// Custom claim that holds a user's roles [default: roles]
    #[arg(long, env = "CALLGATE_ROLES_CLAIM", value_name = "CLAIM")]
    pub(crate) roles_claim: Option<String>,

    /// Audience of Identity-Aware Proxy's assertions: /projects/NUMBER/locations/REGION/services/SERVICE
    #[arg(long, env = "CALLGATE_IAP_AUDIENCE", value_name = "AUDIENCE")]
    pub(crate) iap_audience: Option<String>,

    /// Audiences that other services make their tokens for, by commas: this service's URL, mostly
    #[arg(long, env = "CALLGATE_AUDIENCES", value_name = "AUDIENCE,..")]
    pub(crate) audiences: Option<String>,

    /// Service accounts that rules call by name, by commas: name=email or name=email#uniqueId
    #[arg(long, env = "CALLGATE_SERVICE_ACCOUNTS", value_name = "NAME=EMAIL,..")]
    pub(crate) service_accounts: Option<String>,

    /// How far the clocks of token issuers may be off; for IAP 30s at least [default: 10s]
    #[arg(long, env = "CALLGATE_CLOCK_SKEW", value_name = "TIME")]
    pub(crate) clock_skew: Option<String>,

    /// Firebase's own emulator: end users are those of its unsigned tokens then
    #[arg(long, env = "FIREBASE_AUTH_EMULATOR_HOST", value_name = "HOST:PORT")]
    pub(crate) auth_emulator_host: Option<String>,
}

/// Where each issuer's keys come from: https, or http to this machine; or a file, with a JWK set or {kid: PEM}.
#[derive(clap::Args, Default)]
#[command(
    next_help_heading = "The issuers' keys, a JWK set at an address, or a file of one or of {kid: PEM} [default: Google's]"
)]
pub(crate) struct KeysArgs {
    /// Address of the keys of Firebase ID tokens
    #[arg(
        long = "keys-url-firebase",
        env = "CALLGATE_KEYS_URL_FIREBASE",
        value_name = "URL"
    )]
    pub(crate) url_firebase: Option<String>,

    /// File with the keys of Firebase ID tokens
    #[arg(
        long = "keys-file-firebase",
        env = "CALLGATE_KEYS_FILE_FIREBASE",
        value_name = "FILE"
    )]
    pub(crate) file_firebase: Option<String>,

    /// Address of the keys of Firebase session cookies
    #[arg(
        long = "keys-url-session-cookie",
        env = "CALLGATE_KEYS_URL_SESSION_COOKIE",
        value_name = "URL"
    )]
    pub(crate) url_session_cookie: Option<String>,

    /// File with the keys of Firebase session cookies
    #[arg(
        long = "keys-file-session-cookie",
        env = "CALLGATE_KEYS_FILE_SESSION_COOKIE",
        value_name = "FILE"
    )]
    pub(crate) file_session_cookie: Option<String>,

    /// Address of the keys of Identity-Aware Proxy
    #[arg(
        long = "keys-url-iap",
        env = "CALLGATE_KEYS_URL_IAP",
        value_name = "URL"
    )]
    pub(crate) url_iap: Option<String>,

    /// File with the keys of Identity-Aware Proxy
    #[arg(
        long = "keys-file-iap",
        env = "CALLGATE_KEYS_FILE_IAP",
        value_name = "FILE"
    )]
    pub(crate) file_iap: Option<String>,

    /// Address of the keys of service accounts' ID tokens
    #[arg(
        long = "keys-url-google",
        env = "CALLGATE_KEYS_URL_GOOGLE",
        value_name = "URL"
    )]
    pub(crate) url_google: Option<String>,

    /// File with the keys of service accounts' ID tokens
    #[arg(
        long = "keys-file-google",
        env = "CALLGATE_KEYS_FILE_GOOGLE",
        value_name = "FILE"
    )]
    pub(crate) file_google: Option<String>,

    /// Address of the keys of App Check
    #[arg(
        long = "keys-url-app-check",
        env = "CALLGATE_KEYS_URL_APP_CHECK",
        value_name = "URL"
    )]
    pub(crate) url_app_check: Option<String>,

    /// File with the keys of App Check
    #[arg(
        long = "keys-file-app-check",
        env = "CALLGATE_KEYS_FILE_APP_CHECK",
        value_name = "FILE"
    )]
    pub(crate) file_app_check: Option<String>,
}
