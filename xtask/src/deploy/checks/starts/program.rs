//! Running a program until it listens, or ends.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;

use super::{MetadataServer, PAGES};
use crate::{deploy::service::Service, run::output};

/// Longer than a program takes on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a program finds around it.
pub(super) struct Surroundings {
    env: Vec<(String, String)>,
    /// Where it runs, with pages in it.
    folder: TempDir,
}

impl Surroundings {
    /// The environment of a service file, and what Cloud Run adds to it. The port is any free one of loopback.
    pub(super) fn new(
        env: Vec<(String, String)>,
        service: &Service,
        metadata: &MetadataServer,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        for page in ["index.html", "admin.html"] {
            fs::write(folder.path().join(page), "<!doctype html>\n")?;
        }
        let pages = folder.path().to_string_lossy().into_owned();
        let mut all: Vec<(String, String)> = env
            .into_iter()
            .map(|(name, value)| (name, if value == PAGES { pages.clone() } else { value }))
            .collect();
        for (name, value) in [
            ("PORT", "0"),
            ("CALLGATE_BIND_ADDRESS", "127.0.0.1"),
            ("GCE_METADATA_HOST", metadata.address()),
            ("K_SERVICE", service.metadata.name.as_str()),
            ("K_CONFIGURATION", service.metadata.name.as_str()),
            ("K_REVISION", service.spec.template.metadata.name.as_str()),
        ] {
            all.push((name.to_owned(), value.to_owned()));
        }
        Ok(Self { env: all, folder })
    }

    /// Runs the program; returns the line that says that it listens, or everything that it said before it ended.
    pub(super) fn run(&self, program: &Path) -> anyhow::Result<String> {
        let mut child = Command::new(program)
            .env_clear()
            .envs(self.env.iter().cloned())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let said = listen(&mut child);
        // It may have ended by itself.
        let _ = child.kill();
        child.wait()?;
        Ok(said)
    }
}

fn listen(child: &mut Child) -> String {
    let (sender, lines) = mpsc::channel();
    let pipes = [
        child
            .stdout
            .take()
            .map(|it| Box::new(it) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|it| Box::new(it) as Box<dyn Read + Send>),
    ];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
    }
    drop(sender);
    let mut said = Vec::new();
    while let Ok(line) = lines.recv_timeout(PATIENCE) {
        if started(&line).is_some() {
            return line;
        }
        said.push(line);
    }
    said.join(" | ")
}

/// The gRPC services of the log line that says that a program listens.
pub(super) fn started(line: &str) -> Option<Vec<String>> {
    let line: Value = serde_json::from_str(line).ok()?;
    if line["message"] != "listening" {
        return None;
    }
    let services = line["services"].as_str()?.split(',');
    let services = services.filter(|name| !name.is_empty());
    Some(services.map(str::to_owned).collect())
}

/// The settings that a program's help lists, as `[env: NAME=]`.
pub(super) fn settings(program: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut help = Command::new(program);
    help.arg("--help").env_clear();
    let help = output(help)?;
    let settings = help.split("[env: ").skip(1);
    let names = settings.filter_map(|rest| rest.split(['=', ']']).next());
    Ok(names.map(str::to_owned).collect())
}
