//! `cargo xtask bench growth`: what it takes as tokens, open streams, threads, claims and votes become more.

mod page;
mod plot;
mod series;

use std::fs;

use anyhow::Context;
use serde_json::Value;

use super::{
    Extent, Load,
    built::{Built, build, number, pinned, program},
    contender::{BOTH_CPUS, Kind, LOAD_CPU, SERVER_CPU, Server},
    footprint, machine, results,
};
use crate::{
    run::{command, output},
    setup,
};
use series::{Series, Unit};

/// Measures what it takes as tokens, open streams, threads, claims and votes become more.
///
/// It takes about 8 minutes, on Linux with two CPUs that have nothing else to do, wants PostgreSQL's programs, and writes
/// bench/results.
#[derive(clap::Args)]
pub(crate) struct Growth {
    /// A tenth or less of everything, to see that it works. bench/results stays as it is.
    #[arg(long)]
    quick: bool,
}

/// The servers that are compared, by what they are told to be.
const SERVERS: [(&str, Kind); 3] = [
    ("tonic, no gate", Kind::Ours("none")),
    ("callgate", Kind::Ours("gate")),
    ("every token verified anew", Kind::Ours("gate-cold")),
];

/// Bytes of claims. The last is what a token of 8 KiB holds, which is the longest that is looked at.
const CLAIMS: [u32; 5] = [350, 750, 1500, 3000, 5700];

const EXTENT: Extent = Extent {
    rounds: 3,
    warm_up: 0.5,
    seconds: 1.5,
};

impl Growth {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        setup::postgresql()?;
        let built = Built::new()?;
        build("callgate-bench-votes")?;
        let mut all = Vec::new();
        all.extend(self.tokens(&built)?);
        all.extend(self.streams(&built)?);
        all.extend(self.workers(&built)?);
        all.extend(self.claims(&built)?);
        let (votes, databases) = self.votes()?;
        all.extend(votes);

        let mut lines = machine::lines(false);
        lines.extend(databases);
        let folder = results(self.quick)?;
        let page = page::markdown(&all, &lines);
        fs::write(folder.join("growth.md"), &page)?;
        fs::write(folder.join("growth.svg"), plot::svg(&all))?;
        println!("{page}");
        eprintln!("written to {}", folder.display());
        Ok(())
    }

    /// Powers of ten, up to this one or a tenth of it.
    fn tens(&self, first: u32, last: u32) -> impl Iterator<Item = u32> + use<> {
        let last = last - u32::from(self.quick);
        (first..=last).map(|exponent| 10_u32.pow(exponent))
    }

    fn rounds(&self) -> u16 {
        match self.quick {
            true => 1,
            false => EXTENT.rounds,
        }
    }

    fn tokens(&self, built: &Built) -> anyhow::Result<[Series; 2]> {
        let x = "distinct tokens";
        let mut rate = Series::new(
            "One verifier, with all tokens in random order",
            x,
            Unit::PerSecond,
        );
        let mut memory = Series::new("Memory of what it remembers", x, Unit::Mib);
        for count in self.tens(0, 6) {
            eprintln!("{count} tokens ..");
            let said = count.to_string();
            let report =
                built.measure_on(BOTH_CPUS, &["tokens", "--count", &said, "--seconds", "1"])?;
            rate.add("seen before", count, number(&report, "again_per_s")?);
            if count >= 1000 {
                rate.add("new", count, number(&report, "new_per_s")?);
            }
            memory.add("configured", count, number(&report, "configured_mb")?);
            memory.add("taken", count, number(&report, "cache_mb")?);
        }
        Ok([rate, memory])
    }

    fn streams(&self, built: &Built) -> anyhow::Result<[Series; 3]> {
        let x = "open server streams";
        let mut memory = Series::new("Memory of one idle stream", x, Unit::Bytes);
        let mut ends = Series::new(
            "CPU to end one, when all tokens expire at once",
            x,
            Unit::Micros,
        );
        let mut late = Series::new("How late the last one ends", x, Unit::Millis);
        for count in self.tens(1, 4) {
            for (name, kind) in [
                ("tonic, no gate", Kind::Ours("none")),
                ("callgate", Kind::Ours("gate")),
                ("callgate-serve", Kind::Service),
            ] {
                eprintln!("{count} streams: {name} ..");
                let expire_in = (kind != Kind::Ours("none")).then_some(2 + count / 2000);
                let report = footprint::streams(built, kind, count, expire_in)
                    // On a busy machine the token may expire before all are open.
                    .or_else(|_| {
                        footprint::streams(built, kind, count, expire_in.map(|s| 8 * s))
                    })?;
                memory.add(name, count, number(&report, "bytes_each")?);
                if expire_in.is_some() {
                    ends.add(name, count, number(&report, "end_cpu_us")?);
                    late.add(name, count, number(&report, "last_late_ms")?);
                }
            }
        }
        Ok([memory, ends, late])
    }

    fn workers(&self, built: &Built) -> anyhow::Result<[Series; 2]> {
        let x = "worker threads, on two CPUs that they share with the load";
        let mut calls = Series::new("Calls, by worker threads", x, Unit::PerSecond);
        let mut cpu = Series::new("CPU a call, by worker threads", x, Unit::Micros);
        let mut servers = Vec::new();
        for (name, kind) in SERVERS {
            for workers in [1, 2_u32] {
                servers.push((
                    name,
                    workers,
                    Server::start(kind, built, BOTH_CPUS, workers)?,
                ));
            }
        }
        let material = built.material();
        for round in 1..=self.rounds() {
            for (name, workers, server) in &servers {
                eprintln!("round {round}: {workers} worker threads: {name} ..");
                let load = Load {
                    server,
                    protocol: "grpc",
                    material: &material,
                    cpus: BOTH_CPUS,
                };
                let report = load.run(built, &EXTENT)?;
                calls.add(name, *workers, number(&report, "calls_per_s")?);
                cpu.add(name, *workers, number(&report, "cpu_us")?);
            }
        }
        Ok([calls, cpu])
    }

    fn claims(&self, built: &Built) -> anyhow::Result<[Series; 2]> {
        let x = "bytes of claims in each token";
        let mut calls = Series::new("Calls, by the size of the claims", x, Unit::PerSecond);
        let mut cpu = Series::new("CPU a call, by the size of the claims", x, Unit::Micros);
        let mut servers = Vec::new();
        for (name, kind) in SERVERS {
            servers.push((name, Server::start(kind, built, SERVER_CPU, 1)?));
        }
        let folder = built.folder().join("claims");
        for bytes in CLAIMS {
            let folder = folder.join(bytes.to_string()).display().to_string();
            let said = bytes.to_string();
            let args = ["material", &folder, "--tokens", "100", "--claims", &said];
            output(command(&built.bench, &args, ""))?;
        }
        for round in 1..=self.rounds().min(2) {
            for bytes in CLAIMS {
                let material = folder.join(bytes.to_string()).display().to_string();
                for (name, server) in &servers {
                    eprintln!("round {round}: {bytes} bytes of claims: {name} ..");
                    let load = Load {
                        server,
                        protocol: "grpc",
                        material: &material,
                        cpus: LOAD_CPU,
                    };
                    let report = load.run(built, &EXTENT)?;
                    calls.add(name, bytes, number(&report, "calls_per_s")?);
                    cpu.add(name, bytes, number(&report, "cpu_us")?);
                }
            }
        }
        Ok([calls, cpu])
    }

    /// And what the databases are.
    fn votes(&self) -> anyhow::Result<([Series; 4], Vec<String>)> {
        let x = "votes in the database";
        let alone = |title| Series::new(title, x, Unit::Micros);
        let many = |title| Series::new(title, x, Unit::PerSecond);
        let mut get = (alone("GetResults, alone"), many("GetResults, 16 at a time"));
        let mut cast = (alone("CastVote, alone"), many("CastVote, 16 at a time"));
        let votes: Vec<String> = self.tens(1, 7).step_by(2).map(|n| n.to_string()).collect();
        let mut databases = Vec::new();
        let measure = program("callgate-bench-votes")?;
        for (name, database) in [("SQLite", "sqlite"), ("PostgreSQL", "postgres")] {
            eprintln!("{} votes in {name} (a minute or two) ..", votes.join(", "));
            let lines = output(pinned(
                BOTH_CPUS,
                &measure,
                &[database, "--votes", &votes.join(",")],
            ))?;
            for line in lines.lines() {
                let report: Value = serde_json::from_str(line)?;
                if let Some(version) = report["version"].as_str() {
                    databases.push(format!("{name}: {version}"));
                    continue;
                }
                let there = report["votes"].as_u64().context("how many votes?")?;
                let there = u32::try_from(there)?;
                let add = |series: &mut Series, figure: &str| {
                    series.add(name, there, number(&report, figure)?);
                    anyhow::Ok(())
                };
                add(&mut get.0, "get_p50_us")?;
                add(&mut get.1, "get_per_s")?;
                add(&mut cast.0, "cast_p50_us")?;
                add(&mut cast.1, "cast_per_s")?;
            }
        }
        Ok(([get.0, get.1, cast.0, cast.1], databases))
    }
}
