//! Tools that are written in Python, in environments of their own below `target/`.

use std::{fs, path::PathBuf};

use anyhow::Context;

use crate::{
    run::{command, output, root, target},
    setup,
};

/// The environment in this folder of `target/`. It is made, or made anew, where it does not hold what this file of requirements
/// says, each package with its version.
pub(crate) fn environment(folder: &str, requirements: &str) -> anyhow::Result<PathBuf> {
    let wanted = fs::read_to_string(root().join(requirements)).context(requirements.to_owned())?;
    let folder = target()?.join(folder);
    let installed = folder.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    setup::python()?;
    println!("installing the Python packages of {requirements} ..");
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
            requirements,
        ],
        "",
    ))?;
    // Last, so that an installation that was cut off is begun again.
    fs::write(&installed, wanted)?;
    Ok(folder)
}
