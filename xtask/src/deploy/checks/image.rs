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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An unpacked image with these files, this user and this command.
    fn image(files: &[&str], user: &str, command: &Value) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = folder.path().join("blobs/sha256");
        let content = folder.path().join("content");
        fs::create_dir_all(&blobs).expect("a folder");
        for file in files {
            let path = content.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "").expect("a file");
        }
        let (layer, content) = (blobs.join("layer"), content.to_string_lossy());
        let layer = layer.to_string_lossy();
        output(command_tar(&layer, &content)).expect("tar works");
        let write = |path: &Path, value: Value| fs::write(path, value.to_string()).expect("a file");
        let config = json!({"config": {"User": user, "Entrypoint": command}});
        write(&blobs.join("config"), config);
        let manifest = json!({
            "config": {"digest": "sha256:config"},
            "layers": [{"digest": "sha256:layer"}],
        });
        write(&blobs.join("manifest"), manifest);
        let index = json!({"manifests": [{"digest": "sha256:manifest"}]});
        write(&folder.path().join("index.json"), index);
        folder
    }

    fn command_tar(archive: &str, content: &str) -> std::process::Command {
        command("tar", &["-czf", archive, "-C", content, "."], "")
    }

    #[test]
    fn an_image_of_anything_else_is_told() {
        let start = json!(["/service"]);
        let found = |files: &[&str], user: &str, command: &Value| {
            faults(image(files, user, command).path()).expect("it can be read")
        };
        assert_eq!(found(&FILES, USER, &start), [""; 0]);
        let more = [FILES[0], FILES[1], "bin/sh"];
        assert_eq!(
            found(&more, USER, &start),
            ["it holds bin/sh, etc/ssl/certs/ca-certificates.crt, service"]
        );
        assert_eq!(found(&FILES[..1], USER, &start).len(), 1);
        assert_eq!(
            found(&FILES, "root", &start),
            ["its user is \"root\", not 65532:65532"]
        );
        assert_eq!(found(&FILES, USER, &json!(["/bin/sh"])).len(), 1);
    }
}
