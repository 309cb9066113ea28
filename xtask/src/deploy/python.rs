//! The checks' tools that are written in Python.

use std::{path::PathBuf, process::Command};

use crate::{python, run::command};

/// What is installed, each with its version.
const REQUIREMENTS: &str = "deploy/check/requirements.txt";

/// A program of the environment, to run in `deploy/`.
pub(crate) fn tool(program: &str) -> anyhow::Result<Command> {
    let path = environment()?.join("bin").join(program);
    Ok(command(&path.to_string_lossy(), &[], "deploy"))
}

/// Where the environment is.
pub(crate) fn environment() -> anyhow::Result<PathBuf> {
    python::environment("deploy-check/python", REQUIREMENTS)
}
