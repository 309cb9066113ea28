//! The command `callgate`: why a token is refused, who may call what, tokens for trying calls, and new services.

mod args;
mod explain;
mod kind;
mod new;
mod pem;
mod policy;
mod settings;
mod token;
mod values;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// The status of a command that could not do what it was asked to.
const FAILED: u8 = 2;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| refuse(&error));
    let done = match cli.command {
        Command::Explain(args) => explain::run(*args).await,
        Command::Policy(args) => policy::run(&args).map(|()| ExitCode::SUCCESS),
        Command::New(args) => new::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Token(args) => token::run(args).await.map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(FAILED)
    })
}

/// Ends the process with clap's words, or its help. A token in the wrong place is not repeated.
fn refuse(error: &clap::Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    let mut text = error.to_string();
    for argument in std::env::args().skip(1).filter(|a| a.len() > 32) {
        text = text.replace(&argument, "..");
    }
    eprint!("{text}");
    std::process::exit(FAILED.into())
}
