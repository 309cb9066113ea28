//! What `cargo xtask bench` starts: the servers that are compared, and the load on them.
//!
//! | command | what it does |
//! |---|---|
//! | `material` | writes the keys and the tokens that all others use |
//! | `serve` | an echo service: with no gate, behind the gate, behind an interceptor with jsonwebtoken |
//! | `micro` | does what the verifier does, and nothing else, and says what each thing takes |
//! | `load` | calls a server for some seconds, checks every answer, and says how many there were and what each cost |

mod load;
mod material;
mod micro;
mod proc;
mod server;

use clap::{Parser, Subcommand};

/// The generated code.
#[allow(missing_docs, unreachable_pub, clippy::pedantic)]
mod v1 {
    include!(concat!(env!("OUT_DIR"), "/bench.v1.rs"));
}

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
}

fn main() -> anyhow::Result<()> {
    match Bench::parse().command {
        Command::Material(material) => material.write(),
        Command::Serve(serve) => serve.run(),
        Command::Micro(micro) => micro.run(),
        Command::Load(load) => load.run(),
    }
}
