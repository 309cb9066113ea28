//! `cargo xtask bench`: the gate beside no gate and beside what others do, on this machine.
//!
//! Each server is pinned to one CPU and the load to another. All servers stand ready, and are called in turn, round by round
//! (A B C A B C ..), so that whatever else the machine does falls on all of them; of the rounds the median counts, and of two
//! servers the median of their ratios within a round.

mod chart;
mod contender;
mod figures;
mod machine;
mod table;

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    run::{cargo, command, output, root, run, target},
    setup,
};
use contender::{Contender, Server};
use figures::{Figure, Rounds};

/// The folder of this part of the repository, and of what it needs.
const PEERS: &str = "bench/peers/node";

/// Measures the gate beside no gate, and beside what others do.
///
/// It takes about 15 minutes, on Linux with two CPUs that have nothing else to do, and writes bench/results.
#[derive(clap::Args)]
pub(crate) struct Bench {
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
        let program = build()?;
        let folder = tempfile::tempdir()?;
        let material = folder.path().display().to_string();
        output(command(&program, &["material", &material], ""))?;

        let micro = micro(&program)?;
        let contenders: Vec<Contender> = contender::ALL
            .into_iter()
            .filter(|contender| !(self.quick && contender.is_peer()))
            .collect();
        if !self.quick {
            setup::npm(PEERS)?;
        }
        let servers = Server::start_all(&contenders, &program, folder.path())?;
        let rounds = measure(&contenders, &servers, &program, &material, &extent)?;
        drop(servers);

        let figures = figures::all(&micro, &rounds);
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
        let folder = match self.quick {
            true => target()?.join("bench"),
            false => root().join("bench/results"),
        };
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}

/// Builds the servers and the load as they are released.
fn build() -> anyhow::Result<String> {
    eprintln!("building (a few minutes at first) ..");
    run(cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--release",
        "--package",
        "callgate-bench",
    ]))?;
    Ok(target()?
        .join("release/callgate-bench")
        .display()
        .to_string())
}

fn micro(program: &str) -> anyhow::Result<Value> {
    eprintln!("the verifier alone ..");
    let line = output(pinned(contender::SERVER_CPU, program, &["micro"]))?;
    Ok(serde_json::from_str(&line)?)
}

/// A command that runs on one CPU only.
fn pinned(cpu: &str, program: &str, args: &[&str]) -> std::process::Command {
    let mut pinned = command("taskset", &["--cpu-list", cpu, program], "");
    pinned.args(args);
    pinned
}

fn measure(
    contenders: &[Contender],
    servers: &[Server],
    program: &str,
    material: &str,
    extent: &Extent,
) -> anyhow::Result<Rounds> {
    let (warm_up, seconds) = (extent.warm_up.to_string(), extent.seconds.to_string());
    let mut rounds = Rounds::default();
    for round in 1..=extent.rounds {
        for contender in contenders {
            eprintln!("round {round} of {}: {} ..", extent.rounds, contender.title);
            let server = servers
                .iter()
                .find(|server| server.runs(contender))
                .context("each contender has a server")?;
            let line = output(pinned(
                contender::LOAD_CPU,
                program,
                &[
                    "load",
                    "--material",
                    material,
                    "--warm-up",
                    &warm_up,
                    "--seconds",
                    &seconds,
                    "--protocol",
                    contender.protocol,
                    "--port",
                    &server.port(),
                    "--pid",
                    &server.pid(),
                ],
            ))
            .with_context(|| format!("the load on {} failed", contender.title))?;
            rounds.add(contender.name, &serde_json::from_str(&line)?)?;
        }
    }
    Ok(rounds)
}
