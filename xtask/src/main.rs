//! The chores of this repository. `cargo xtask --help` lists them.

mod bench;
mod book;
mod conformance;
mod count;
mod dependencies;
mod deploy;
mod instructions;
mod interop;
mod kotlin;
mod new;
mod oracle;
mod published;
mod python;
mod release;
mod run;
mod setup;
mod system;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The chores of this repository.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", arg_required_else_help = true)]
struct Xtask {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Runs every check and every test, or the parts named.
    ///
    /// On Debian as root it installs what is missing (PostgreSQL, Chromium, valgrind, npm and Python packages); elsewhere it says what is missing.
    /// Nothing is skipped: a part that cannot run fails the command.
    Test {
        /// The parts to run; all of them when none is named.
        #[arg(value_enum)]
        parts: Vec<test::Part>,
    },
    /// Measures the gate beside no gate, and beside what others do.
    Bench(bench::Bench),
    Book(book::Book),
    DeployCheck(deploy::DeployCheck),
    Render(deploy::render::Render),
    Image(deploy::image::Image),
    Conformance(conformance::Conformance),
    Interop(interop::Interop),
    /// Checks licenses, bans and sources with cargo-deny, by deny.toml.
    Deny,
    /// Writes down the public interface of the published crates, in the file `api.txt` of each.
    Api,
}

fn main() -> ExitCode {
    let done = match Xtask::parse().chore {
        Chore::Test { parts } => test::run_all(&parts),
        Chore::Bench(bench) => bench.run(),
        Chore::Book(book) => book.run(),
        Chore::DeployCheck(check) => check.run(),
        Chore::Render(render) => render.run(),
        Chore::Image(image) => image.run(),
        Chore::Conformance(conformance) => conformance.run(),
        Chore::Interop(interop) => interop.run(),
        Chore::Deny => dependencies::deny(),
        Chore::Api => published::api::write(),
    };
    if let Err(error) = done {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
