//! The flags, and the environment variables that stand in for them.

mod new;
mod settings;
mod token;

use std::path::PathBuf;

pub(crate) use new::NewArgs;
pub(crate) use settings::{KeysArgs, SettingsArgs};
pub(crate) use token::{
    AppArgs, EndUserArgs, ForHowLong, IapArgs, Kind as TokenKind, ServiceArgs, TokenArgs,
};

use crate::kind::Kind;

/// Why a token is refused, who may call what, tokens for trying calls, and new services
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
    /// Every kind of token is judged by the gate's own verifier of it. Exit status: 0 where all tokens are accepted, 1 where one is
    /// refused, 2 where one could not be judged.
    Explain(Box<ExplainArgs>),
    /// Prints who may call which method, or what has changed since
    Policy(PolicyArgs),
    /// Writes a new service, with its tests
    ///
    /// It has a public, an end-user and a streaming method. In callgate's repository: proto, crate, service file, and a line wherever
    /// services are listed. With --standalone: a project of its own. Either all of it is written, or nothing.
    New(NewArgs),
    /// Prints a token of the system that `cargo run` has started, for trying calls
    ///
    /// The token stands alone on standard output, so that TOKEN=$(callgate token firebase --email ada@example.com) holds it.
    Token(TokenArgs),
}

#[derive(clap::Args)]
pub(crate) struct ExplainArgs {
    /// The token; `-` or none: standard input, which others on this machine cannot see
    // Several words are one token: a whole header that was pasted without quotes.
    #[arg(value_name = "TOKEN", num_args = 0.., hide_possible_values = true)]
    pub(crate) token: Vec<String>,

    /// As what kind of token to judge it [default: as what it says it is, else firebase]
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<Kind>,

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

    #[command(flatten)]
    pub(crate) keys: KeysArgs,
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
