//! The image of votes: what is in it, how large it is, and that it is the same twice.

use std::{fs, path::Path};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    deploy::{
        check::{Check, Verdict},
        image::{Content, Engine},
    },
    run::{command, output},
    setup,
};

pub(super) const CHECK: Check = Check {
    name: "image",
    about: "the image of votes: one static program and the roots of TLS certificates, below 16 MB, the same id twice",
    run: check,
};

/// Everything that is in it.
const FILES: [&str; 2] = ["etc/ssl/certs/ca-certificates.crt", "service"];

/// The user of a program that needs no rights.
const USER: &str = "65532:65532";

const MOST_BYTES: u64 = 16_000_000;

fn check() -> anyhow::Result<Verdict> {
    setup::buildah()?;
    let name = "localhost/callgate/votes";
    let content = Content::lay_out("votes")?;
    let first = Engine::Buildah.build(&content, name)?;
    let content = Content::lay_out("votes")?;
    let second = Engine::Buildah.build(&content, name)?;
    if first.id != second.id {
        bail!(
            "the image of votes: two builds, two ids: {} and {}",
            first.id,
            second.id
        );
    }
    let archive = second.archive.context("buildah made no archive")?;
    let folder = tempfile::tempdir()?;
    unpack(&archive, folder.path())?;
    let faults = faults(folder.path())?;
    if !faults.is_empty() {
        bail!("the image of votes: {}", faults.join("; "));
    }
    let bytes = content.bytes()?;
    if bytes >= MOST_BYTES {
        bail!("the image of votes: {bytes} bytes, and {MOST_BYTES} are too many");
    }
    Ok(Verdict::Passed(format!(
        "votes: {}, {} kB, {} twice",
        FILES.join(" and "),
        bytes / 1000,
        first.id.get(..19).unwrap_or(&first.id)
    )))
}

fn unpack(archive: &Path, folder: &Path) -> anyhow::Result<()> {
    let (archive, folder) = (archive.to_string_lossy(), folder.to_string_lossy());
    output(command("tar", &["-xf", &archive, "-C", &folder], ""))?;
    Ok(())
}

/// What is wrong with an unpacked image of the OCI.
fn faults(folder: &Path) -> anyhow::Result<Vec<String>> {
    let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json"))?)?;
    let manifest = json(folder, &index["manifests"][0])?;
    let config = json(folder, &manifest["config"])?;
    let mut faults = Vec::new();
    if config["config"]["User"] != USER {
        faults.push(format!(
            "its user is {}, not {USER}",
            config["config"]["User"]
        ));
    }
    if config["config"]["Entrypoint"] != serde_json::json!(["/service"]) {
        faults.push(format!("it starts {}", config["config"]["Entrypoint"]));
    }
    let mut files = Vec::new();
    for layer in manifest["layers"].as_array().into_iter().flatten() {
        let blob = blob(folder, layer)?;
        let list = output(command("tar", &["-tf", &blob], ""))?;
        let list = list.lines().filter(|entry| !entry.ends_with('/'));
        files.extend(list.map(|entry| entry.trim_start_matches("./").to_owned()));
    }
    files.sort();
    if files != FILES {
        faults.push(format!("it holds {}", files.join(", ")));
    }
    Ok(faults)
}

fn json(folder: &Path, descriptor: &Value) -> anyhow::Result<Value> {
    Ok(serde_json::from_slice(&fs::read(blob(
        folder, descriptor,
    )?)?)?)
}

/// Where the blob of a descriptor is.
fn blob(folder: &Path, descriptor: &Value) -> anyhow::Result<String> {
    let digest = descriptor["digest"]
        .as_str()
        .context("a descriptor without a digest")?;
    let path = folder.join("blobs").join(digest.replace(':', "/"));
    Ok(path.to_string_lossy().into_owned())
}
