//! `cargo xtask image`: the image of a service, the same twice.
//!
//! The program is compiled by this machine's cargo, with the locked dependencies, and the Dockerfile only copies it. So what the tests
//! try is what ships, nothing is compiled twice, and no image of a compiler has to be fetched, trusted and kept up to date. Cloud Build
//! does the same, in a step of its own.

mod content;
mod engine;
pub(crate) mod program;

use std::{fs, path::PathBuf};

use anyhow::bail;

use super::code;
use crate::run::target;
pub(crate) use content::Content;
pub(crate) use engine::Engine;

/// Builds the image of a service, with Docker's engine where one answers, else with buildah.
///
/// The same sources give the same image: its id depends on nothing else. With buildah it ends up as target/image/SERVICE.tar, an
/// archive of the OCI that podman loads and skopeo pushes; with Docker in its engine.
#[derive(clap::Args)]
pub(crate) struct Image {
    /// The service, such as votes.
    service: String,
    /// What the image is called; callgate/SERVICE when not given.
    #[arg(long)]
    name: Option<String>,
    /// What builds it; Docker where its engine answers, else buildah.
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// Only lays out what goes into it, in target/image/SERVICE, for `docker build -f deploy/Dockerfile` elsewhere.
    #[arg(long)]
    content_only: bool,
}

/// An image that was built.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    /// `sha256:..`, of its configuration.
    pub(crate) id: String,
    /// The archive, where it is not in an engine.
    pub(crate) archive: Option<PathBuf>,
}

impl Image {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        let content = Content::lay_out(&self.service)?;
        println!(
            "{} has {} bytes",
            content.folder.display(),
            content.bytes()?
        );
        if self.content_only {
            return Ok(());
        }
        let engine = match self.engine {
            Some(engine) => engine,
            None => Engine::there()?,
        };
        let built = engine.build(&content, &self.name())?;
        println!("{} is {}", self.name(), built.id);
        if let Some(archive) = built.archive {
            let archive = archive.display();
            println!("run it:  podman load --input {archive}");
            println!(
                "push it: skopeo copy oci-archive:{archive} docker://REGION-docker.pkg.dev/PROJECT/callgate/{}",
                self.service
            );
        }
        Ok(())
    }

    fn name(&self) -> String {
        let name = self.name.clone();
        name.unwrap_or_else(|| format!("callgate/{}", self.service))
    }
}

/// Where images are made. It can be removed at any time.
fn folder() -> anyhow::Result<PathBuf> {
    let folder = target()?.join("image");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn is_service(name: &str) -> anyhow::Result<()> {
    let programs = code::programs()?;
    if !programs.contains(name) {
        let known: Vec<&str> = programs.iter().map(String::as_str).collect();
        bail!("there is no service {name}; there are {}", known.join(", "));
    }
    Ok(())
}
