//! What `cargo xtask bench` starts: the servers that are compared, and the load on them.
//!
//! | command | what it does |
//! |---|---|
//! | `material` | writes the keys and the tokens that all others use |
//! | `serve` | an echo service: with no gate, behind the gate, behind an interceptor with jsonwebtoken |
//! | `micro` | does what the verifier does, and nothing else, and says what each thing takes |
//! | `load` | calls a server for some seconds, checks every answer, and says how many there were and what each cost |
//! | `start` | starts a service again and again, and says how long it is until the first call is answered |
//! | `streams` | opens streams, says what memory they take, and what it takes to end them |
//! | `tokens` | has a verifier verify many tokens, and says what memory it takes to remember them |

mod client;
mod load;
mod material;
mod micro;
mod proc;
mod server;
mod start;
mod streams;
mod tokens;

use clap::{Parser, Subcommand};

/// What `cargo xtask bench` starts.
#[derive(Parser)]
struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes keys and tokens into a folder.
    Material(material::Material),
    /// Serves the echo service on loopback until it is ended.
    Serve(server::Serve),
    /// Measures the verifier alone and prints what each thing takes, as one line of JSON.
    Micro(micro::Micro),
    /// Calls a server and prints what came of it as one line of JSON.
    Load(load::Load),
    /// Starts a service again and again and prints how long it takes, as one line of JSON.
    Start(start::Start),
    /// Opens streams and prints what they take as one line of JSON.
    Streams(streams::Streams),
    /// Verifies many tokens and prints what it takes as one line of JSON.
    Tokens(tokens::Tokens),
}

fn main() -> anyhow::Result<()> {
    match Bench::parse().command {
        Command::Material(material) => material.write(),
        Command::Serve(serve) => serve.run(),
        Command::Micro(micro) => micro.run(),
        Command::Load(load) => load.run(),
        Command::Start(start) => start.run(),
        Command::Streams(streams) => streams.run(),
        Command::Tokens(tokens) => tokens.run(),
    }
}
