//! What token is wished for, and of which system.

use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct TokenArgs {
    #[command(subcommand)]
    pub(crate) kind: Kind,

    /// Port of the running system
    #[arg(long, global = true, env = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,

    /// Its folder, with the file `secret`
    #[arg(
        long,
        global = true,
        env = "CALLGATE_LOCAL_DIR",
        default_value = ".callgate",
        value_name = "FOLDER"
    )]
    pub(crate) dir: PathBuf,
}

#[derive(clap::Subcommand)]
pub(crate) enum Kind {
    /// ID token of an end user: of the account of this uid or address, else of a new one; with neither of a new guest
    Firebase(EndUserArgs),
    /// Session cookie of an end user, chosen in the same way
    SessionCookie(EndUserArgs),
    /// Assertion of Identity-Aware Proxy, of an internal user
    Iap(IapArgs),
    /// Google's ID token of a service account, which is made if there is none of this name
    Google(ServiceArgs),
    /// App Check token of an app
    AppCheck(AppArgs),
}

#[derive(clap::Args)]
pub(crate) struct EndUserArgs {
    /// E-mail address of the account
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,

    /// The account has proven to own the address, from now on
    #[arg(long, requires = "email")]
    pub(crate) email_verified: bool,

    /// Id of the account
    #[arg(long)]
    pub(crate) uid: Option<String>,

    /// Role that the account has from now on, once for each; '' takes all away
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,

    /// Tenant of the account [default: the project's own pool]
    #[arg(long)]
    pub(crate) tenant: Option<String>,

    #[command(flatten)]
    pub(crate) for_how_long: ForHowLong,
}

#[derive(clap::Args)]
pub(crate) struct IapArgs {
    /// E-mail address of the user
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: String,

    /// A user of Identity Platform behind IAP, and not someone of the organization
    #[arg(long)]
    pub(crate) external: bool,

    /// Tenant of such a user
    #[arg(long, requires = "external")]
    pub(crate) tenant: Option<String>,

    /// The service that it is for [default: the one behind the local stand-in of IAP]
    #[arg(long)]
    pub(crate) audience: Option<String>,

    #[command(flatten)]
    pub(crate) for_how_long: ForHowLong,
}

#[derive(clap::Args)]
pub(crate) struct ServiceArgs {
    /// Name of the service account
    #[arg(long, value_name = "NAME")]
    pub(crate) service_account: String,

    /// The service that it is for, by one of the audiences it is configured with
    #[arg(long)]
    pub(crate) audience: String,

    #[command(flatten)]
    pub(crate) for_how_long: ForHowLong,
}

#[derive(clap::Args)]
pub(crate) struct AppArgs {
    /// Id of the app, such as 1:123456789012:web:0123
    #[arg(long)]
    pub(crate) app_id: Option<String>,

    #[command(flatten)]
    pub(crate) for_how_long: ForHowLong,
}

#[derive(clap::Args)]
pub(crate) struct ForHowLong {
    /// How long it lives, such as 90s, 5m or 1h [default: as long as Google's]
    #[arg(long, value_name = "TIME")]
    pub(crate) lifetime: Option<String>,

    /// One that has expired already
    #[arg(long)]
    pub(crate) expired: bool,
}
