//! The whole system on this machine, as `cargo run` starts it.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, bail};

/// What the system prints before its address.
const OPEN: &str = "Open ";

/// The whole system, on any free port, with a folder of its own. It ends with this.
pub(crate) struct System {
    child: Child,
    folder: tempfile::TempDir,
}

impl System {
    /// Starts this program.
    pub(crate) fn start(program: &Path, args: &[&str]) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let child = Command::new(program)
            .args(args)
            .env("PORT", "0")
            .env("CALLGATE_LOCAL_DIR", folder.path())
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| program.display().to_string())?;
        Ok(Self { child, folder })
    }

    /// Where its state is, and its secret.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it listens. Waits until it does.
    pub(crate) fn origin(&mut self) -> anyhow::Result<String> {
        let said = self.child.stdout.take().context("it was asked before")?;
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let Some(origin) = lines.find_map(|line| Some(line.strip_prefix(OPEN)?.to_owned())) else {
            bail!("callgate-local ended before it listened");
        };
        // Whoever writes to a pipe that nobody reads waits for ever.
        thread::spawn(move || lines.for_each(drop));
        Ok(origin)
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
