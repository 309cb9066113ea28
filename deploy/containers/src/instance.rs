//! One instance of a service.

use std::{
    fs::File,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Context, bail, ensure};
use tokio::time::sleep;

use crate::{
    container::{Container, Store},
    service_file::ServiceFile,
};

/// Cloud Run sends SIGKILL so long after SIGTERM.
const KILLED_AFTER: Duration = Duration::from_secs(10);

/// How a service is run.
pub(crate) enum Runner {
    /// From its image, in a container.
    Image { name: String, store: Store },
    /// As a process of this machine.
    Program { program: PathBuf, web: PathBuf },
}

/// One instance of a service, that runs.
pub(crate) struct Instance {
    pub(crate) address: SocketAddr,
    /// Where its log is.
    log: PathBuf,
    pid: u32,
    runs: Runs,
}

enum Runs {
    Container(Container),
    Process(Child),
}

impl Instance {
    /// Starts one on this port. `mounts` are folders of this machine, each with its place in the container.
    pub(crate) fn start(
        runner: &Runner,
        file: &ServiceFile,
        env: &[(String, String)],
        mounts: &[(PathBuf, PathBuf)],
        port: u16,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let log = folder.join(format!("{}-{number}.log", file.name));
        let port_text = port.to_string();
        let runs = match runner {
            Runner::Image { name: image, store } => {
                let mut options: Vec<String> = ["--cpus", &file.cpu, "--memory", &file.memory]
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
                options.extend(["--log-driver".into(), "k8s-file".into()]);
                options.extend(["--log-opt".into(), format!("path={}", log.display())]);
                for (name, value) in env {
                    options.extend(["--env".into(), format!("{name}={value}")]);
                }
                options.extend(["--env".into(), format!("PORT={port}")]);
                for (source, target) in mounts {
                    let (source, target) = (source.display(), target.display());
                    options.push("--mount".into());
                    options.push(format!(
                        "type=bind,source={source},target={target},readonly"
                    ));
                }
                let name = format!("callgate-{}-{}-{number}", file.name, std::process::id());
                Runs::Container(Container::start(store, &name, &options, image)?)
            }
            Runner::Program { program, .. } => {
                let child = Command::new(program)
                    .env_clear()
                    .envs(env.iter().map(|(name, value)| (name, value)))
                    .env("PORT", &port_text)
                    .current_dir(folder)
                    .stdin(Stdio::null())
                    .stdout(File::create(&log)?)
                    .spawn()
                    .with_context(|| format!("cannot start {}", program.display()))?;
                Runs::Process(child)
            }
        };
        let pid = match &runs {
            Runs::Container(container) => container.pid()?,
            Runs::Process(child) => child.id(),
        };
        Ok(Self {
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            log,
            pid,
            runs,
        })
    }

    /// Gives it no CPU from now on, as between two calls.
    pub(crate) fn pause(&self) -> anyhow::Result<()> {
        match &self.runs {
            Runs::Container(container) => container.pause(),
            Runs::Process(child) => signal(child.id(), "STOP"),
        }
    }

    pub(crate) fn resume(&self) -> anyhow::Result<()> {
        match &self.runs {
            Runs::Container(container) => container.resume(),
            Runs::Process(child) => signal(child.id(), "CONT"),
        }
    }

    /// Sends SIGTERM, and says how long it took to end. It has to end well, and before Cloud Run would kill it.
    pub(crate) async fn terminate(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        signal(self.pid, "TERM")?;
        while self.is_running() {
            if began.elapsed() > KILLED_AFTER {
                bail!("it still runs {KILLED_AFTER:?} after SIGTERM, when Cloud Run kills it");
            }
            sleep(Duration::from_millis(10)).await;
        }
        let took = began.elapsed();
        let code = match &mut self.runs {
            Runs::Container(container) => Some(container.exit_code()?),
            Runs::Process(child) => child.wait()?.code(),
        };
        ensure!(code == Some(0), "SIGTERM ended it with status {code:?}");
        Ok(took)
    }

    /// Whether its process has not ended. One that nobody has asked about yet is a zombie (proc(5)).
    pub(crate) fn is_running(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid));
        let state = stat.as_deref().ok().and_then(|it| it.rsplit_once(") "));
        state.is_some_and(|(_, state)| !state.starts_with('Z'))
    }

    /// The number of the user that it runs as.
    pub(crate) fn user(&self) -> anyhow::Result<u32> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let user = status.lines().find_map(|line| line.strip_prefix("Uid:"));
        let user = user.and_then(|ids| ids.split_whitespace().next());
        user.context("proc names no user")?
            .parse()
            .context("proc names no user")
    }

    /// CPUs, in billionths, and bytes of memory that its container may use. A process has no limits.
    pub(crate) fn limits(&self) -> anyhow::Result<Option<(u64, u64)>> {
        match &self.runs {
            Runs::Container(container) => container.limits().map(Some),
            Runs::Process(_) => Ok(None),
        }
    }

    /// The lines that it has logged.
    pub(crate) fn log(&self) -> anyhow::Result<Vec<String>> {
        let log = std::fs::read_to_string(&self.log)?;
        Ok(match self.runs {
            Runs::Container(_) => whole_lines(&log),
            Runs::Process(_) => log.lines().map(str::to_owned).collect(),
        })
    }
}

/// The lines of a log as podman keeps it: each with the time, the stream, and whether there is more of it (P) or this is its end (F).
fn whole_lines(log: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for part in log.lines() {
        let mut words = part.splitn(4, ' ');
        let (end, text) = (words.nth(2), words.next());
        line.push_str(text.unwrap_or_default());
        if end == Some("F") {
            lines.push(std::mem::take(&mut line));
        }
    }
    lines
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Runs::Process(child) = &mut self.runs {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &pid.to_string()])
        .status()?;
    ensure!(sent.success(), "kill -{name} {pid}: {sent}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::whole_lines;

    #[test]
    fn a_line_that_podman_took_apart_is_put_together() {
        let log = "2026 stdout F {\"a\": 1}\n2026 stdout P {\"b\"\n2026 stdout F : 2}\n";
        assert_eq!(whole_lines(log), ["{\"a\": 1}", "{\"b\": 2}"]);
    }
}
