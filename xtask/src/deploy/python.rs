//! The checks' tools that are written in Python, in an environment of their own below `target/`.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Context;

use crate::{
    run::{command, output, root, target},
    setup,
};

/// What is installed, each with its version.
const REQUIREMENTS: &str = "deploy/check/requirements.txt";

/// A program of the environment, to run in `deploy/`.
pub(crate) fn tool(program: &str) -> anyhow::Result<Command> {
    let path = environment()?.join("bin").join(program);
    Ok(command(&path.to_string_lossy(), &[], "deploy"))
}

/// Where the environment is. It is made, or made anew, where it does not hold what the requirements say.
pub(crate) fn environment() -> anyhow::Result<PathBuf> {
    let wanted = fs::read_to_string(root().join(REQUIREMENTS)).context(REQUIREMENTS)?;
    let folder = target()?.join("deploy-check/python");
    let installed = folder.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    setup::python()?;
    println!("installing the Python packages of {REQUIREMENTS} ..");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let shown = folder.to_string_lossy();
    output(command("python3", &["-m", "venv", &shown], ""))?;
    let pip = folder.join("bin/pip");
    output(command(
        &pip.to_string_lossy(),
        &[
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--requirement",
            REQUIREMENTS,
        ],
        "",
    ))?;
    // Last, so that an installation that was cut off is begun again.
    fs::write(&installed, wanted)?;
    Ok(folder)
}
