//! What goes into an image, laid out in a folder.

use std::{
    fs::{self, File, FileTimes, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::Context;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{folder, is_service, program};
use crate::{
    run::{command, root, run},
    setup,
};

/// Services that serve pages: the built ones go with them, as `/web`.
const WITH_PAGES: [&str; 2] = ["admin", "site"];

/// Everything that goes into the image of a service.
pub(crate) struct Content {
    pub(crate) service: String,
    pub(crate) folder: PathBuf,
}

impl Content {
    /// Builds the service, and lays out the program, the roots of TLS certificates, and the pages where it serves any.
    pub(crate) fn lay_out(service: &str) -> anyhow::Result<Self> {
        is_service(service)?;
        let program = program::build(&format!("services/{service}"))?;
        let content = Self {
            service: service.to_owned(),
            folder: folder()?.join(service),
        };
        if content.folder.exists() {
            fs::remove_dir_all(&content.folder)?;
        }
        fs::create_dir_all(content.folder.join("etc/ssl/certs"))?;
        fs::copy(program, content.folder.join("service"))?;
        let roots = content.folder.join("etc/ssl/certs/ca-certificates.crt");
        fs::write(roots, certificates())?;
        if WITH_PAGES.contains(&service) {
            setup::npm("")?;
            run(command("npm", &["run", "--silent", "build"], "web"))?;
            copy(&root().join("web/dist"), &content.folder.join("web"))?;
        }
        settle(&content.folder)?;
        let program = content.folder.join("service");
        fs::set_permissions(program, Permissions::from_mode(0o755))?;
        Ok(content)
    }

    /// The size of all files.
    pub(crate) fn bytes(&self) -> anyhow::Result<u64> {
        bytes(&self.folder)
    }
}

/// The roots that the program itself trusts, in the place where others look for them. They come with a locked dependency, so
/// that the image is the same whatever this machine trusts.
fn certificates() -> String {
    let mut text = String::new();
    for root in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let encoded = STANDARD.encode(root);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in encoded.as_bytes().chunks(64) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let to = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(&path, to)?;
        }
    }
    Ok(())
}

/// Takes from files and folders what differs from machine to machine: modes and times.
fn settle(path: &Path) -> anyhow::Result<()> {
    let mode = if path.is_dir() { 0o755 } else { 0o644 };
    fs::set_permissions(path, Permissions::from_mode(mode))?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            settle(&entry?.path())?;
        }
    }
    let times = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    File::open(path)?.set_times(times)?;
    Ok(())
}

fn bytes(folder: &Path) -> anyhow::Result<u64> {
    let mut all = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        all += match metadata.is_dir() {
            true => bytes(&entry.path())?,
            false => metadata.len(),
        };
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::certificates;

    #[test]
    fn the_roots_are_a_bundle_of_certificates() {
        let bundle = certificates();
        assert!(bundle.starts_with("-----BEGIN CERTIFICATE-----\nMII"));
        assert!(bundle.ends_with("\n-----END CERTIFICATE-----\n"));
        assert!(bundle.matches("BEGIN").count() > 50);
        assert!(bundle.lines().all(|line| line.len() <= 64));
    }
}
