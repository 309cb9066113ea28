//! What is measured, built as it is released, with the keys and tokens for it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;
use serde_json::Value;

use super::contender::LOAD_CPU;
use crate::run::{cargo, command, output, run, target};

/// The programs, and a folder with the keys and tokens, which is removed with it.
pub(super) struct Built {
    /// `callgate-bench`: the servers to compare, and what measures them.
    pub(super) bench: String,
    /// `callgate-bench-service`: a service without a database.
    pub(super) service: String,
    /// `votes`: a service with one.
    pub(super) votes: PathBuf,
    folder: tempfile::TempDir,
}

impl Built {
    /// Builds them, each by itself: together they would get one another's features.
    pub(super) fn new() -> anyhow::Result<Self> {
        build("callgate-bench")?;
        build("callgate-votes")?;
        let built = Self {
            bench: program("callgate-bench")?,
            service: program("callgate-bench-service")?,
            votes: target()?.join("release/votes"),
            folder: tempfile::tempdir()?,
        };
        output(command(&built.bench, &["material", &built.material()], ""))?;
        Ok(built)
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder with keys and tokens, for a command.
    pub(super) fn material(&self) -> String {
        self.folder().display().to_string()
    }

    /// The file of keys, for a command.
    pub(super) fn keys(&self) -> String {
        self.folder().join("jwks.json").display().to_string()
    }

    /// Runs `callgate-bench` on the load's CPU, and reads the JSON that it prints.
    pub(super) fn measure(&self, args: &[&str]) -> anyhow::Result<Value> {
        self.measure_on(LOAD_CPU, args)
    }

    /// The same on these CPUs.
    pub(super) fn measure_on(&self, cpus: &str, args: &[&str]) -> anyhow::Result<Value> {
        let line = output(pinned(cpus, &self.bench, args))?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// Builds the programs of a package.
pub(super) fn build(package: &str) -> anyhow::Result<()> {
    eprintln!("building {package} (a few minutes at first) ..");
    run(cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--release",
        "--package",
        package,
    ]))
}

/// Where a program is that was built.
pub(super) fn program(name: &str) -> anyhow::Result<String> {
    Ok(target()?.join("release").join(name).display().to_string())
}

/// A command that runs on these CPUs only.
pub(super) fn pinned(cpus: &str, program: &str, args: &[&str]) -> Command {
    let mut pinned = command("taskset", &["--cpu-list", cpus, program], "");
    pinned.args(args);
    pinned
}

/// A number in what was printed.
pub(super) fn number(of: &Value, name: &str) -> anyhow::Result<f64> {
    let number = of[name].as_f64();
    number.with_context(|| format!("nothing was said of {name}"))
}
