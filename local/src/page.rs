//! The page: built when what it is made of is newer.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::{Context, bail};

/// Where the page's sources are, when this program runs where it was built.
fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web")
}

/// What else the page is made of, beside its own folder.
const PARTS: [&str; 4] = [
    "../proto",
    "../interceptor/build/proto",
    "../clients/web/src",
    "../clients/web/proto",
];

/// What is made from the sources, and so does not make the page stale.
const MADE: [&str; 5] = ["dist", "gen", "node_modules", "test-results", "tests"];

/// The folder of the built page. A page that cannot be built does not keep the services from running.
pub(crate) fn folder(as_it_is: bool) -> PathBuf {
    let web = sources();
    let dist = web.join("dist");
    if !as_it_is && let Err(error) = build_if_stale(&web, &dist) {
        eprintln!("The page is not built: {error:#}. The services run all the same.");
    }
    dist
}

fn build_if_stale(web: &Path, dist: &Path) -> anyhow::Result<()> {
    let built = modified(&dist.join("index.html"));
    let mut newest = newest_below(web)?;
    for part in PARTS {
        newest = newest.max(newest_below(&web.join(part))?);
    }
    // The npm packages of the page and of the client are installed as one, at the root of the repository.
    let root = web.join("..");
    let locked = modified(&root.join("package-lock.json"));
    newest = newest.max(locked.unwrap_or(SystemTime::UNIX_EPOCH));
    if built.is_some_and(|built| built >= newest) {
        return Ok(());
    }
    let node = Command::new("node").arg("--version").output();
    if !node.is_ok_and(|node| node.status.success()) {
        bail!("Node.js is not here. Install Node.js 20.19 or newer, with npm, and start again");
    }
    let installed = modified(&root.join("node_modules/.package-lock.json"));
    if installed.is_none() || installed < locked {
        println!("Installing the page's npm packages ..");
        npm(
            &root,
            &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        )?;
    }
    println!("Building the page ..");
    npm(web, &["run", "build"])
}

fn npm(folder: &Path, args: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("npm").args(args).current_dir(folder).status();
    let status = status.context("npm is not here: install it beside Node.js")?;
    if !status.success() {
        bail!("`npm {}` failed", args.join(" "));
    }
    Ok(())
}

/// When the youngest source file was changed.
fn newest_below(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if MADE.iter().any(|made| name == *made) {
            continue;
        }
        let time = if entry.file_type()?.is_dir() {
            newest_below(&entry.path())?
        } else {
            modified(&entry.path()).unwrap_or(SystemTime::UNIX_EPOCH)
        };
        newest = newest.max(time);
    }
    Ok(newest)
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|m| m.modified()).ok()
}
