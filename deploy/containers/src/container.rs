//! podman, as far as it is needed, in the way that works as root in a container too: no cgroup manager, no overlay, `runc`.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, bail};

/// A store of podman's own, so that no other image or container is touched.
#[derive(Clone)]
pub(crate) struct Store(PathBuf);

/// One container. It is removed when this is dropped.
pub(crate) struct Container {
    name: String,
    store: Store,
}

// === impl Store ===

impl Store {
    /// The one in this folder, which is made where it is not there.
    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// Removes the containers that a run which was cut off has left.
    pub(crate) fn clear(&self) -> anyhow::Result<()> {
        let mut remove = self.podman();
        remove.args(["rm", "--all", "--force", "--time", "0"]);
        output(remove).map(drop)
    }

    /// Takes the image of an archive of the OCI, and says what it is called.
    pub(crate) fn load(&self, archive: &Path) -> anyhow::Result<String> {
        let mut load = self.podman();
        load.args(["load", "--quiet", "--input"]).arg(archive);
        let said = output(load)?;
        let name = said.trim().strip_prefix("Loaded image: ");
        Ok(name.context("podman names no image")?.to_owned())
    }

    fn podman(&self) -> Command {
        let mut podman = Command::new("podman");
        podman.args(["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"]);
        podman.arg("--root").arg(self.0.join("store"));
        podman.arg("--runroot").arg(self.0.join("run"));
        podman
    }
}

// === impl Container ===

impl Container {
    /// Starts one in the background: its name, the options of `podman run`, and the image.
    pub(crate) fn start(
        store: &Store,
        name: &str,
        options: &[String],
        image: &str,
    ) -> anyhow::Result<Self> {
        let container = Self {
            name: name.to_owned(),
            store: store.clone(),
        };
        let mut run = store.podman();
        run.args(["run", "--detach", "--name", name])
            // What a container of Cloud Run cannot do either, and the limits that a sandbox grants.
            .args(["--runtime", "runc", "--network", "host", "--read-only"])
            .args(["--cap-drop", "all", "--security-opt", "no-new-privileges"])
            .args([
                "--ulimit",
                "nofile=1024:1024",
                "--ulimit",
                "nproc=1024:1024",
            ])
            .args(["--pull", "never"])
            .args(options)
            .arg(image);
        output(run)?;
        Ok(container)
    }

    /// Freezes it: it gets no CPU, as between two calls.
    pub(crate) fn pause(&self) -> anyhow::Result<()> {
        self.told("pause")
    }

    pub(crate) fn resume(&self) -> anyhow::Result<()> {
        self.told("unpause")
    }

    /// The number of its process.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        let pid = self.inspect("{{.State.Pid}}")?;
        pid.parse().context("podman names no process")
    }

    /// The status it ended with.
    pub(crate) fn exit_code(&self) -> anyhow::Result<i32> {
        let mut wait = self.store.podman();
        wait.args(["wait", &self.name]);
        output(wait)?
            .trim()
            .parse()
            .context("podman names no status")
    }

    /// CPUs, in billionths, and bytes of memory that it may use.
    pub(crate) fn limits(&self) -> anyhow::Result<(u64, u64)> {
        let limits = self.inspect("{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}")?;
        let (cpu, memory) = limits.split_once(' ').context("podman names no limits")?;
        Ok((cpu.parse()?, memory.parse()?))
    }

    fn inspect(&self, what: &str) -> anyhow::Result<String> {
        let mut inspect = self.store.podman();
        inspect.args(["inspect", "--format", what, &self.name]);
        Ok(output(inspect)?.trim().to_owned())
    }

    fn told(&self, verb: &str) -> anyhow::Result<()> {
        let mut command = self.store.podman();
        command.args([verb, &self.name]);
        output(command).map(drop)
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let mut remove = self.store.podman();
        remove.args(["rm", "--force", "--time", "0", &self.name]);
        // There is nobody left to tell.
        let _ = output(remove);
    }
}

fn output(mut command: Command) -> anyhow::Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?}: {}\n{said}", output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}
