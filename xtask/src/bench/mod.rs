//! `cargo xtask bench`: the gate beside no gate and beside what others do, on this machine.
//!
//! Each server is pinned to one CPU and the load to another. All servers stand ready, and are called in turn, round by round
//! (A B C A B C ..), so that whatever else the machine does falls on all of them; of the rounds the median counts, and of two
//! servers the median of their ratios within a round.

mod built;
mod chart;
mod contender;
mod envoy;
mod figures;
mod footprint;
mod growth;
mod machine;
mod table;

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    run::{output, root, target},
    setup,
};
use built::{Built, pinned};
use contender::{Contender, Server};
use figures::{Figure, Rounds};
use footprint::Footprint;

/// The folder of this part of the repository, and of what it needs.
const PEERS: &str = "bench/peers/node";

/// Measures the gate beside no gate, and beside what others do.
///
/// It takes about 15 minutes, on Linux with two CPUs that have nothing else to do, and writes bench/results.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Bench {
    #[command(subcommand)]
    other: Option<Other>,
    /// Three short rounds, without the peers: under 5 minutes, once it is built. bench/results stays as it is.
    #[arg(long)]
    quick: bool,
    /// How many rounds; 9 by default, 3 of the quick ones.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
    /// Prints each figure as a line of JSON.
    #[arg(long)]
    json: bool,
}

/// What else can be measured.
#[derive(clap::Subcommand)]
enum Other {
    /// What it takes as tokens, streams, threads, claims and votes become more.
    Growth(growth::Growth),
}

/// How much is measured.
struct Extent {
    rounds: u16,
    warm_up: f64,
    seconds: f64,
}

impl Bench {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        if std::thread::available_parallelism()?.get() < 2 {
            bail!("two CPUs are needed, one for the server and one for the load");
        }
        if let Some(Other::Growth(growth)) = &self.other {
            return growth.run();
        }
        let extent = if self.quick {
            Extent {
                rounds: self.rounds.unwrap_or(3),
                warm_up: 0.5,
                seconds: 2.0,
            }
        } else {
            Extent {
                rounds: self.rounds.unwrap_or(9),
                warm_up: 1.0,
                seconds: 4.0,
            }
        };
        if !self.quick {
            // What is missing is told before anything is measured.
            setup::npm(PEERS)?;
            envoy::program()?;
        }
        let built = Built::new()?;
        let micro = micro(&built)?;
        let footprint = Footprint::measure(&built)?;
        let contenders: Vec<Contender> = contender::ALL
            .into_iter()
            .filter(|contender| !(self.quick && contender.is_peer()))
            .collect();
        let servers = Server::start_all(&contenders, &built)?;
        let rounds = measure(&contenders, &servers, &built, &extent)?;
        drop(servers);

        let figures = figures::all(&micro, &rounds, &footprint);
        let table = table::markdown(&contenders, &rounds, &figures, &machine::lines(!self.quick));
        let folder = self.results()?;
        fs::write(folder.join("calls.md"), &table)?;
        fs::write(folder.join("calls.svg"), chart::svg(&contenders, &rounds))?;
        if self.json {
            figures
                .iter()
                .map(Figure::json)
                .for_each(|line| println!("{line}"));
        } else {
            println!("{table}");
        }
        eprintln!("written to {}", folder.display());
        Ok(())
    }

    fn results(&self) -> anyhow::Result<PathBuf> {
        results(self.quick)
    }
}

/// The folder of results: of the repository, unless they are those of a quick look.
fn results(quick: bool) -> anyhow::Result<PathBuf> {
    let folder = match quick {
        true => target()?.join("bench"),
        false => root().join("bench/results"),
    };
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn micro(built: &Built) -> anyhow::Result<Value> {
    eprintln!("the verifier alone ..");
    let line = output(pinned(contender::SERVER_CPU, &built.bench, &["micro"]))?;
    Ok(serde_json::from_str(&line)?)
}

/// How a server is called for some time.
struct Load<'a> {
    server: &'a Server,
    protocol: &'a str,
    /// The folder with the tokens.
    material: &'a str,
    /// On which CPUs it runs itself.
    cpus: &'a str,
}

impl Load<'_> {
    fn run(&self, built: &Built, extent: &Extent) -> anyhow::Result<Value> {
        let (warm_up, seconds) = (extent.warm_up.to_string(), extent.seconds.to_string());
        let (port, pid) = (self.server.port(), self.server.pid());
        let args = [
            "load",
            "--material",
            self.material,
            "--warm-up",
            &warm_up,
            "--seconds",
            &seconds,
            "--protocol",
            self.protocol,
            "--port",
            &port,
            "--pid",
            &pid,
        ];
        let line = output(pinned(self.cpus, &built.bench, &args))?;
        Ok(serde_json::from_str(&line)?)
    }
}

fn measure(
    contenders: &[Contender],
    servers: &[Server],
    built: &Built,
    extent: &Extent,
) -> anyhow::Result<Rounds> {
    let material = built.material();
    let mut rounds = Rounds::default();
    for round in 1..=extent.rounds {
        for contender in contenders {
            eprintln!("round {round} of {}: {} ..", extent.rounds, contender.title);
            let server = servers
                .iter()
                .find(|server| server.runs(contender))
                .context("each contender has a server")?;
            let load = Load {
                server,
                protocol: contender.protocol,
                material: &material,
                cpus: contender::LOAD_CPU,
            };
            let report = load
                .run(built, extent)
                .with_context(|| format!("the load on {} failed", contender.title))?;
            rounds.add(contender.name, &report)?;
        }
    }
    Ok(rounds)
}
