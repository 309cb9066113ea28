//! The flags, and the environment variables that stand in for them.

use std::path::PathBuf;

/// Why a token is refused, and who may call what
#[derive(clap::Parser)]
#[command(name = "callgate", disable_version_flag = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Says of a token which check passed, which failed and why, and what to do
    ///
    /// Exit status: 0 where all tokens are accepted, 1 where one is refused, 2 where one could not be judged.
    Explain(Box<ExplainArgs>),
    /// Prints who may call which method, or what has changed since
    Policy(PolicyArgs),
}

#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// The token; `-` or none: standard input, which others on this machine cannot see
    // Several words are one token: a whole header that was pasted without quotes.
    #[arg(value_name = "TOKEN", num_args = 0.., hide_possible_values = true)]
    pub(crate) token: Vec<String>,

    /// Write one JSON object
    #[arg(long, conflicts_with = "jsonl")]
    pub(crate) json: bool,

    /// Read lines {"name", "token", "kind"} from standard input and write a JSON object for each
    #[arg(long, conflicts_with = "token")]
    pub(crate) jsonl: bool,

    /// Say also whether its caller may call this method, such as /votes.v1.VoteService/CastVote
    #[arg(long, value_name = "PATH")]
    pub(crate) method: Option<String>,

    /// The time to judge by, by RFC 3339 or in seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    #[command(flatten)]
    pub(crate) settings: SettingsArgs,
}

/// The gate's own settings for end users. A flag wins over its variable, an empty value counts as none.
#[derive(clap::Args)]
#[command(next_help_heading = "The gate's settings")]
pub(crate) struct SettingsArgs {
    /// Google Cloud project whose Firebase users may call
    #[arg(long, env = "CALLGATE_PROJECT_ID", value_name = "PROJECT")]
    pub(crate) project_id: Option<String>,

    /// Google Cloud project, where no project id is given
    #[arg(long, env = "GOOGLE_CLOUD_PROJECT", value_name = "PROJECT")]
    pub(crate) google_cloud_project: Option<String>,

    /// Tenants of Identity Platform whose users may call, by commas; `-` is the project's own pool [default: only that]
    #[arg(long, env = "CALLGATE_TENANTS", value_name = "TENANT,..")]
    pub(crate) tenants: Option<String>,

    /// Custom claim that holds a user's roles [default: roles]
    #[arg(long, env = "CALLGATE_ROLES_CLAIM", value_name = "CLAIM")]
    pub(crate) roles_claim: Option<String>,

    /// How far the clocks of token issuers may be off [default: 10s]
    #[arg(long, env = "CALLGATE_CLOCK_SKEW", value_name = "TIME")]
    pub(crate) clock_skew: Option<String>,

    /// Where the keys of Firebase ID tokens are fetched: https, or http to this machine [default: Google's]
    #[arg(long, env = "CALLGATE_KEYS_URL_FIREBASE", value_name = "URL")]
    pub(crate) keys_url_firebase: Option<String>,

    /// File with the keys of Firebase ID tokens, instead of fetching them: a JWK set, or {kid: PEM}
    #[arg(long, env = "CALLGATE_KEYS_FILE_FIREBASE", value_name = "FILE")]
    pub(crate) keys_file_firebase: Option<String>,
}

#[derive(clap::Args)]
pub(crate) struct PolicyArgs {
    /// Write JSON, as --diff reads it
    #[arg(long, conflicts_with = "diff")]
    pub(crate) json: bool,

    /// Say in words what has changed since this file (`-`: standard input), written by --json
    #[arg(long, value_name = "OLD")]
    pub(crate) diff: Option<PathBuf>,
}
