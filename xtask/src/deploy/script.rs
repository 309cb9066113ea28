//! The checks that are written in Python: `deploy/check/*.py`. Each prints what it looked at, or fails with the file and the reason.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, bail};

use super::{check::Verdict, python};
use crate::run::{output, target};

/// The parser of Terraform's files. Its module is called like that of the older fork which checkov brings, so it has a folder of its own.
const PARSER: [&str; 1] = ["python-hcl2==8.1.4"];

/// The bindings of the Terraform providers that their maker published as Python packages: they name every argument and attribute. Read, not installed.
const BINDINGS: [&str; 2] = [
    "cdktf-cdktf-provider-google==16.12.1", // of provider 6.50.0
    "cdktf-cdktf-provider-random==12.0.1",
];

/// Runs a script with these arguments, in `deploy/`.
pub(super) fn run<A: AsRef<OsStr>>(script: &str, args: &[A]) -> anyhow::Result<Verdict> {
    let parser = fetched("hcl", &["install", "--target"], &PARSER)?;
    let mut python = python::tool("python")?;
    // -B: no folders of compiled files beside the scripts.
    python.arg("-B").arg(Path::new("check").join(script));
    python.args(args).env("PYTHONPATH", parser);
    let done = python.stdin(Stdio::null()).output()?;
    if !done.status.success() {
        bail!("{}", String::from_utf8_lossy(&done.stderr).trim());
    }
    let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    Ok(Verdict::Passed(said))
}

/// The folder with the bindings of the Terraform providers.
pub(super) fn bindings() -> anyhow::Result<PathBuf> {
    fetched("providers", &["download", "--dest"], &BINDINGS)
}

/// A folder with these packages, fetched where they are not there yet. The last word of the command says where to.
fn fetched(name: &str, command: &[&str], packages: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = target()?.join("deploy-check").join(name);
    let installed = folder.join("requirements.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut pip = python::tool("pip")?;
    pip.args(command)
        .arg(&folder)
        .args(["--quiet", "--disable-pip-version-check", "--no-deps"])
        .args(packages);
    output(pip).with_context(|| wanted.clone())?;
    // Last, so that a download that was cut off is begun again.
    fs::write(&installed, wanted)?;
    Ok(folder)
}
