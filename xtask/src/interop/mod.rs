//! `cargo xtask interop`: everyone's clients, against the whole system.
//!
//! Each client is a row of the list in `client.rs` and a small program below `interop/`, which is told where the system is and
//! prints what came of its calls. What must come of them is in `trial.rs`, the table in `table.rs`.

mod client;
mod made;
mod table;
mod tools;
mod trial;

use std::{
    collections::HashMap,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail};

use crate::{
    count::Count,
    run::{cargo, command, run, target},
    setup,
};
use client::{CLIENTS, Client};
use tools::Tools;

/// Where those in JavaScript are.
pub(crate) const NODE: &str = "interop/node";

/// How many clients call at a time, each a system of its own. Most of the time they wait for a stream to end.
const AT_A_TIME: usize = 4;

/// Has everyone's clients vote, watch and be refused, against the whole system, and prints a table of them.
///
/// The programs are in interop/. On Debian as root it installs what is missing, but for Go and Node.js; elsewhere it says what is missing, and which
/// clients are not tried for that.
#[derive(clap::Args)]
pub(crate) struct Interop {
    /// Only the clients whose names hold this.
    #[arg(value_name = "CLIENT")]
    only: Option<String>,
    /// Writes the table into docs/interop.md, where all clients got through.
    #[arg(long, conflicts_with = "only")]
    write: bool,
    /// Says which clients there are, and calls none.
    #[arg(long, conflicts_with_all = ["only", "write"])]
    list: bool,
}

/// Why a client did not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trouble {
    /// What it takes is not on this machine.
    NotTried(String),
    Failed(String),
}

impl Interop {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        if self.list {
            print!("{}", table::table(&all())?);
            return Ok(());
        }
        let only = self.only.as_deref().unwrap_or_default();
        let chosen: Vec<&Client> = CLIENTS.iter().filter(|c| c.name.contains(only)).collect();
        if chosen.is_empty() {
            bail!("no client is called {only}: cargo xtask interop --list");
        }
        run(cargo(&[
            "build",
            "--quiet",
            "--locked",
            "-p",
            "callgate-local",
            "-p",
            "callgate-interop",
        ]))?;
        let count = call(&chosen)?;
        if self.write {
            if count.passed < CLIENTS.len() as u64 {
                bail!("nothing is written: not all clients were tried");
            }
            table::write()?;
        }
        Ok(())
    }
}

fn all() -> Vec<&'static Client> {
    CLIENTS.iter().collect()
}

/// Checks how the examples are written that no other part of the tests looks at.
pub(crate) fn format() -> anyhow::Result<()> {
    let prettier = ["exec", "--", "prettier", "--check", NODE];
    run(command("npm", &prettier, ""))?;
    setup::shellcheck()?;
    run(command("shellcheck", &["interop/grpcurl/call.sh"], ""))
}

/// Calls with all clients, for `cargo xtask test`, which has built the system.
pub(crate) fn check() -> anyhow::Result<Count> {
    call(&all())
}

/// Has these clients call, and prints the table of those that got through.
fn call(clients: &[&Client]) -> anyhow::Result<Count> {
    let out = target()?.join("interop");
    let mut ready: HashMap<Tools, Result<(), Trouble>> = HashMap::new();
    for Client { tools, .. } in clients {
        ready.entry(*tools).or_insert_with(|| {
            let missing = |error: anyhow::Error| Trouble::NotTried(format!("{error:#}"));
            tools.find().map_err(missing)?;
            tools.make(&out).map_err(|e| failed(&e))
        });
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some(client) = clients.get(next.fetch_add(1, Ordering::Relaxed)) {
            let begin = Instant::now();
            let outcome = ready[&client.tools].clone();
            let outcome = outcome.and_then(|()| trial::run(client, &out).map_err(|e| failed(&e)));
            tell(client, &outcome, begin.elapsed());
            done.push((client.name, outcome));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
        let mut done = HashMap::new();
        for worker in workers {
            let of_this = worker
                .join()
                .map_err(|_| anyhow!("a client's thread panicked"))?;
            done.extend(of_this);
        }
        anyhow::Ok(done)
    })?;
    let through = |client: &&&Client| done.get(client.name).is_some_and(Result::is_ok);
    let through: Vec<&Client> = clients.iter().filter(through).copied().collect();
    println!("\n{}", table::table(&through)?);
    println!("{} of {} clients got through", through.len(), clients.len());
    judge(
        clients
            .iter()
            .filter_map(|client| done.remove_entry(client.name)),
    )
}

fn failed(error: &anyhow::Error) -> Trouble {
    Trouble::Failed(format!("{error:#}"))
}

fn tell(client: &Client, outcome: &Result<(), Trouble>, took: Duration) {
    let (word, detail) = match outcome {
        Ok(()) => ("ok", ""),
        Err(Trouble::NotTried(why)) => ("not tried", why.as_str()),
        Err(Trouble::Failed(why)) => ("FAILED", why.as_str()),
    };
    println!(
        "{word:<9} {:<32} {:>6.1} s  {detail}",
        client.name,
        took.as_secs_f64()
    );
}

/// Counts the clients that got through. One that failed fails all; one that could not be tried does not, and was told.
fn judge(done: impl Iterator<Item = (&'static str, Result<(), Trouble>)>) -> anyhow::Result<Count> {
    let mut count = Count::default();
    let mut broken = Vec::new();
    for (name, outcome) in done {
        match outcome {
            Ok(()) => count.passed += 1,
            Err(Trouble::NotTried(_)) => (),
            Err(Trouble::Failed(_)) => broken.push(name),
        }
    }
    if !broken.is_empty() {
        bail!("these clients do not get through: {}", broken.join("; "));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::{Trouble, judge};

    #[test]
    fn a_client_that_fails_fails_all_and_one_that_cannot_be_tried_is_not_counted() {
        let passed = ("a", Ok(()));
        let missing = ("b", Err(Trouble::NotTried("missing: Go".to_owned())));
        let failed = ("c", Err(Trouble::Failed("no stream".to_owned())));
        let count = judge([passed.clone(), missing].into_iter()).expect("none failed");
        assert_eq!((count.passed, count.failed), (1, 0));
        let error = judge([passed, failed].into_iter()).expect_err("one failed");
        assert_eq!(error.to_string(), "these clients do not get through: c");
    }
}
