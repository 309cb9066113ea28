//! Whether files have changes that git does not have.

use std::{path::Path, process::Command};

use anyhow::Context;

/// Those of these files that have uncommitted changes. None, where there is no repository.
pub(super) fn changed(root: &Path, files: &[String]) -> anyhow::Result<Vec<String>> {
    if !root.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(Vec::new());
    }
    let output = Command::new("git")
        .args(["status", "--porcelain", "-z", "--no-renames", "--"])
        .args(files)
        .current_dir(root)
        .output()
        .context("cannot start git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::bail!("`git status` failed: {}", said.trim());
    }
    let text = String::from_utf8(output.stdout).context("`git status` does not write UTF-8")?;
    // Two letters and a space stand before each name.
    Ok(text
        .split('\0')
        .filter_map(|entry| entry.get(3..))
        .map(String::from)
        .collect())
}
