//! Running commands, with their output shown as it comes and read at the same time.

use std::{
    io::{BufRead, BufReader, IsTerminal, Read},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use anyhow::{Context, bail};

use crate::count::Count;

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Where cargo builds to.
pub(crate) fn target() -> anyhow::Result<PathBuf> {
    let metadata = output(cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str();
    Ok(target
        .context("cargo does not say where it builds to")?
        .into())
}

/// A command in a folder of the repository.
pub(crate) fn command(program: &str, args: &[&str], folder: &str) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root().join(folder));
    command
}

/// `cargo`, the one that runs this.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = command(&cargo, args, "");
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// Runs it, shows what it prints, and counts the tests that it says it ran.
pub(crate) fn counted(mut command: Command) -> anyhow::Result<Count> {
    let shown = words(&command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{shown}`"))?;
    let (sender, lines) = mpsc::channel();
    for pipe in [
        child
            .stdout
            .take()
            .map(|p| Box::new(p) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|p| Box::new(p) as Box<dyn Read + Send>),
    ]
    .into_iter()
    .flatten()
    {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }
    drop(sender);
    let mut count = Count::default();
    for line in lines {
        count.read(&line);
        if !is_noise(&line) {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(count)
}

/// Runs it and shows what it prints.
pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    counted(command).map(|_| ())
}

/// Runs it in silence and returns what it prints.
pub(crate) fn output(mut command: Command) -> anyhow::Result<String> {
    let shown = words(&command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{shown}` failed: {}\n{said}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = program
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for arg in command.get_args() {
        words.push(' ');
        words.push_str(&arg.to_string_lossy());
    }
    words
}

/// What says only that nothing is wrong.
fn is_noise(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("test ") && line.ends_with(" ... ok")
        || line.starts_with("running ") && line.ends_with("tests")
        || line == "running 1 test"
        || line.starts_with("test result: ok. 0 passed; 0 failed; 0 ignored")
        || line.starts_with("Doc-tests ")
        // What callgate-build says to cargo.
        || line.starts_with("cargo:rerun-if-changed=")
        || line.is_empty()
}
