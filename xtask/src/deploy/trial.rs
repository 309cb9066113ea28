//! The services on trial: run from their rendered files, by the program callgate-containers.
//!
//! As root they run from their images, in containers of podman. Others run the same programs as processes, and the line of the check
//! says so.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Context;

use super::{
    check::Verdict,
    image::{Content, Engine, program},
    render::example,
};
use crate::{
    run::{cargo, command, run, target},
    setup,
};

/// What is put on trial: services with their own data, which the others have not.
pub(super) const SERVICES: [&str; 2] = ["votes", "admin"];

/// callgate-containers, ready to be told what to try.
pub(super) struct Trial {
    command: Command,
    in_containers: bool,
}

impl Trial {
    /// Builds the services, and renders their files.
    pub(super) fn of(services: &[&str]) -> anyhow::Result<Self> {
        setup::postgresql()?;
        let in_containers = setup::is_root();
        if in_containers {
            setup::buildah()?;
            setup::podman()?;
        }
        let folder = target()?.join("deploy-check");
        let files = folder.join("services");
        fs::create_dir_all(&files).with_context(|| files.display().to_string())?;
        for one in example()?.1 {
            fs::write(files.join(one.name()), one.text)?;
        }
        let mut command = command(&containers()?.to_string_lossy(), &[], "");
        command.arg("--services").arg(&files);
        command.arg("--store").arg(folder.join("podman"));
        for service in services {
            let content = Content::lay_out(service)?;
            if in_containers {
                let built = Engine::Buildah.build(&content, &format!("callgate/{service}"))?;
                let archive = built.archive.context("buildah made no archive")?;
                command.arg("--image");
                command.arg(format!("{service}={}", archive.display()));
            } else {
                let program = content.folder.join("service");
                command.arg("--program");
                command.arg(format!("{service}={}", program.display()));
                if content.folder.join("web").exists() {
                    command.arg("--web").arg(content.folder.join("web"));
                }
            }
        }
        Ok(Self {
            command,
            in_containers,
        })
    }

    /// The load and the front end before the votes, optimized as what ships.
    pub(super) fn front() -> anyhow::Result<PathBuf> {
        program::build("deploy/front")
    }

    /// Tries what it is told to try. It prints a line for each thing that held.
    pub(super) fn run(mut self, arguments: &[&str], held: &str) -> anyhow::Result<Verdict> {
        self.command.args(arguments);
        run(self.command)?;
        Ok(if self.in_containers {
            Verdict::Passed(format!("in containers: {held}"))
        } else {
            Verdict::NotTried(format!(
                "containers are run as root; as processes, without limits on CPU and memory: {held}"
            ))
        })
    }
}

/// The program that runs them, built as the tests build it, so that one set of artifacts serves both.
fn containers() -> anyhow::Result<PathBuf> {
    run(cargo(&[
        "test",
        "--workspace",
        "--locked",
        "--no-run",
        "--quiet",
    ]))?;
    Ok(target()?.join("debug/callgate-containers"))
}
