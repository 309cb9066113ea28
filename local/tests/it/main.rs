//! The program that `cargo run` starts, as a person and as a page elsewhere meet it.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod emulator;
mod start;
mod system;

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// A running system, with what it printed. It is killed when dropped.
struct Local {
    child: Child,
    /// Where the page is.
    origin: String,
    /// The lines up to the two calls.
    welcome: Vec<String>,
}

/// The program with this folder, on any free port, without the page.
fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callgate-local"));
    command
        .arg("--no-build-page")
        .env("PORT", "0")
        .env("CALLGATE_LOCAL_DIR", folder)
        .env_remove("DATABASE_URL")
        .env_remove("RUST_LOG")
        .env_remove("FIREBASE_AUTH_EMULATOR_HOST")
        .env_remove("K_SERVICE")
        .env_remove("CLOUD_RUN_JOB")
        .env_remove("KUBERNETES_SERVICE_HOST")
        .stdin(Stdio::null());
    command
}

impl Local {
    fn start(folder: &Path) -> Self {
        Self::started(program(folder))
    }

    fn started(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        // Reads on for as long as the program writes, so that it never writes into a closed pipe.
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut welcome = Vec::new();
        loop {
            let line = lines
                .recv_timeout(Duration::from_secs(30))
                .unwrap_or_else(|_| panic!("no welcome: {welcome:?}"));
            let last = line.starts_with("Ctrl-C");
            welcome.push(line);
            if last {
                break;
            }
        }
        let origin = welcome
            .iter()
            .find_map(|line| line.strip_prefix("Open "))
            .unwrap_or_else(|| panic!("no URL: {welcome:?}"))
            .to_owned();
        Self {
            child,
            origin,
            welcome,
        }
    }

    /// Asks it to stop, as Ctrl-C does, and waits for its end.
    fn stop(mut self) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args(["-INT", &pid]).status();
        assert!(killed.unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
