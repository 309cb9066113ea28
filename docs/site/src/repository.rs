//! The files of the repository, and where a link in one of them leads.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// The files that git has, and those that it would.
pub(crate) struct Repository {
    root: PathBuf,
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

// === impl Repository ===

impl Repository {
    /// This one.
    pub(crate) fn here() -> anyhow::Result<Self> {
        // As cargo says it when it runs this: a program that was built in another place may be at hand.
        let here = std::env::var_os("CARGO_MANIFEST_DIR");
        let here = here.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = here.join("../..");
        Self::at(root.canonicalize().context("the repository's folder")?)
    }

    fn at(root: PathBuf) -> anyhow::Result<Self> {
        let listed = Command::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()
            .context("cannot start git")?;
        if !listed.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
        }
        let files: BTreeSet<String> = String::from_utf8(listed.stdout)?
            .lines()
            .filter(|file| root.join(file).is_file())
            .map(str::to_owned)
            .collect();
        Ok(Self {
            folders: files.iter().flat_map(|file| folders_of(file)).collect(),
            files,
            root,
        })
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    pub(crate) fn is_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.is_file(path) || self.folders.contains(path)
    }

    /// What lies in a folder: its files by name, its folders with a slash behind.
    pub(crate) fn listing(&self, folder: &str) -> BTreeSet<String> {
        self.files()
            .filter_map(|file| file.strip_prefix(folder)?.strip_prefix('/'))
            .map(|rest| match rest.split_once('/') {
                Some((below, _)) => format!("{below}/"),
                None => rest.to_owned(),
            })
            .collect()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(crate) fn text(&self, path: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.path(path)).with_context(|| format!("cannot read {path}"))
    }
}

fn folders_of(file: &str) -> impl Iterator<Item = String> {
    file.match_indices('/').map(|(at, _)| file[..at].to_owned())
}

/// Whether a file's name ends so, as in `md`.
pub(crate) fn is_kind(file: &str, ending: &str) -> bool {
    Path::new(file)
        .extension()
        .is_some_and(|found| found == ending)
}

/// The folder that a file is in; the root is empty.
pub(crate) fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Where a relative link in a file leads, without `.` and `..`; nowhere, if it leads out of the root.
pub(crate) fn resolve(from: &str, link: &str) -> Option<String> {
    if link.is_empty() {
        return Some(from.to_owned());
    }
    if link.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder_of(from).split('/').collect();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.retain(|part| !part.is_empty());
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

/// A relative link from one file to another.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let up = folder_of(from)
        .split('/')
        .filter(|part| !part.is_empty())
        .count();
    format!("{}{to}", "../".repeat(up))
}

/// A repository with these files, for tests.
#[cfg(test)]
pub(crate) fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Repository) {
    let folder = tempfile::tempdir().unwrap();
    let git = Command::new("git")
        .args(["init", "--quiet"])
        .current_dir(&folder)
        .status();
    assert!(git.unwrap().success());
    for (file, text) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let repository = Repository::at(folder.path().to_owned()).unwrap();
    (folder, repository)
}

#[cfg(test)]
mod tests {
    use super::{relative, resolve};

    #[test]
    fn a_link_is_resolved_from_the_folder_of_its_file() {
        for (from, link, to) in [
            ("docs/web.md", "callers.md", "docs/callers.md"),
            ("docs/web.md", "../README.md", "README.md"),
            ("docs/callers/apps.md", "../web.md", "docs/web.md"),
            ("README.md", "./deploy/./check", "deploy/check"),
            ("docs/web.md", "", "docs/web.md"),
            ("docs/web.md", "../services/votes/", "services/votes"),
        ] {
            assert_eq!(resolve(from, link).as_deref(), Some(to), "{from} {link}");
        }
        assert_eq!(resolve("README.md", "../elsewhere"), None);
        assert_eq!(resolve("README.md", "/docs/web.md"), None);
    }

    #[test]
    fn a_relative_link_climbs_to_the_root_first() {
        assert_eq!(relative("start.md", "web.md"), "web.md");
        assert_eq!(relative("callers/apps.md", "web.md"), "../web.md");
    }
}
