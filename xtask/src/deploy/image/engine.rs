//! What makes an image of a folder.

use std::{fs, path::Path, process::Command};

use anyhow::Context;
use clap::ValueEnum;

use super::{Built, Content, folder};
use crate::{
    run::{command, output, run},
    setup,
};

/// What makes an image of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Docker with buildx, whose engine has to run.
    Docker,
    /// buildah, which needs none.
    Buildah,
}

impl Engine {
    /// Docker where its engine answers, else buildah, which is installed where that is possible.
    pub(crate) fn there() -> anyhow::Result<Self> {
        // A client alone answers neither.
        let answers = |args: &[&str]| output(command("docker", args, "")).is_ok();
        if answers(&["info"]) && answers(&["buildx", "version"]) {
            return Ok(Self::Docker);
        }
        setup::buildah()?;
        Ok(Self::Buildah)
    }

    /// Builds the image of a folder's content. Times within it are the epoch's, so that it is the same tomorrow.
    pub(crate) fn build(self, content: &Content, name: &str) -> anyhow::Result<Built> {
        match self {
            Self::Docker => docker(content, name),
            Self::Buildah => buildah(content, name),
        }
    }
}

fn docker(content: &Content, name: &str) -> anyhow::Result<Built> {
    let id = folder()?.join(format!("{}.id", content.service));
    let mut build = command(
        "docker",
        &["buildx", "build", "--platform", "linux/amd64"],
        "",
    );
    build
        .args(["--file", "deploy/Dockerfile", "--tag", name])
        // A statement of how it was built names the time.
        .args(["--provenance", "false", "--sbom", "false"])
        .args(["--output", "type=docker,rewrite-timestamp=true"])
        .arg("--iidfile")
        .arg(&id)
        .arg(&content.folder)
        .env("SOURCE_DATE_EPOCH", "0");
    run(build)?;
    Ok(Built {
        id: fs::read_to_string(id)?.trim().to_owned(),
        archive: None,
    })
}

fn buildah(content: &Content, name: &str) -> anyhow::Result<Built> {
    let folder = folder()?;
    let archive = folder.join(format!("{}.tar", content.service));
    // A store for this image alone: what is wanted of it is the archive.
    let store = tempfile::tempdir_in(&folder)?;
    let id = store.path().join("id");
    let mut build = isolated_buildah(store.path());
    build
        .args(["build", "--quiet", "--isolation", "chroot"])
        .args(["--platform", "linux/amd64", "--timestamp", "0"])
        .args(["--file", "deploy/Dockerfile", "--iidfile"])
        .arg(&id)
        .arg(&content.folder);
    output(build)?;
    let id = fs::read_to_string(&id).with_context(|| id.display().to_string())?;
    let id = id.trim().to_owned();
    // An archive that is there would be added to.
    if archive.exists() {
        fs::remove_file(&archive)?;
    }
    let mut push = isolated_buildah(store.path());
    push.args(["push", "--quiet", &id])
        .arg(format!("oci-archive:{}:{name}", archive.display()));
    output(push)?;
    Ok(Built {
        id,
        archive: Some(archive),
    })
}

/// buildah with a store of its own, of the plainest kind: it works without privileges and touches no other images.
fn isolated_buildah(folder: &Path) -> Command {
    let mut buildah = command("buildah", &["--storage-driver", "vfs"], "");
    buildah
        .arg("--root")
        .arg(folder.join("store"))
        .arg("--runroot")
        .arg(folder.join("run"));
    buildah
}
