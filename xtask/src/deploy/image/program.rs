//! The program of an image: one file that needs no other.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::run::{cargo, command, output, root, run, target};

/// What Cloud Run runs.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Between flags in `CARGO_ENCODED_RUSTFLAGS`, so that paths may have spaces.
const SEPARATOR: &str = "\u{1f}";

/// Compiles the program of the crate in this folder by itself, as it ships: with the rest of the workspace it would get features
/// that are not for production. The program has the folder's name.
pub(crate) fn build(folder: &str) -> anyhow::Result<PathBuf> {
    let version = output(command("rustc", &["--version", "--verbose"], ""))?;
    if !version
        .lines()
        .any(|line| line == format!("host: {TARGET}"))
    {
        bail!(
            "images are built on x86-64 Linux with glibc, which is what Cloud Run runs: here, in a virtual machine of it, or by Cloud Build"
        );
    }
    let manifest = format!("{folder}/Cargo.toml");
    let mut build = cargo(&[
        "build",
        "--locked",
        "--release",
        "--target",
        TARGET,
        "--manifest-path",
        &manifest,
    ]);
    let flags = flags()?;
    build.env("CARGO_ENCODED_RUSTFLAGS", flags.join(SEPARATOR));
    // C sources name themselves in what aborts.
    let root = root();
    build.env(
        "CFLAGS",
        format!("-ffile-prefix-map={}=/callgate", root.display()),
    );
    run(build)?;
    let name = Path::new(folder).file_name().context("no folder")?;
    let program = target()?.join(TARGET).join("release").join(name);
    check_static(&program)?;
    Ok(program)
}

/// Static with glibc, and without this machine's folders in it, so that another machine makes the same bytes.
fn flags() -> anyhow::Result<Vec<String>> {
    let mut flags = vec!["-Ctarget-feature=+crt-static".to_owned()];
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let home = home.context("neither CARGO_HOME nor HOME is set")?;
    let target = target()?;
    // The last one that fits counts.
    for (folder, name) in [(&home, "cargo"), (&root(), "callgate"), (&target, "target")] {
        flags.push(format!("--remap-path-prefix={}=/{name}", folder.display()));
    }
    Ok(flags)
}

/// A program that asks for a loader would not start in an image that holds nothing else.
fn check_static(program: &Path) -> anyhow::Result<()> {
    let shown = program.to_string_lossy();
    let headers = output(command(
        "readelf",
        &["--program-headers", "--wide", &shown],
        "",
    ))?;
    if headers.contains("INTERP") {
        bail!("{shown} is not static: it asks for a loader");
    }
    Ok(())
}
