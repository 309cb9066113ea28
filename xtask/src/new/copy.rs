//! A copy of this repository to try things in.

use std::{fs, process::Command};

use anyhow::{Context, ensure};

use super::within;
use crate::run::{cargo, command, output, root, run};

/// Whatever git tracks here, or would, committed to a repository of its own.
pub(super) struct Copy(tempfile::TempDir);

impl Copy {
    pub(super) fn make() -> anyhow::Result<Self> {
        let copy = Self(tempfile::tempdir()?);
        let files = output(command(
            "git",
            &["ls-files", "--cached", "--others", "--exclude-standard"],
            "",
        ))?;
        for file in files.lines() {
            let (from, to) = (root().join(file), copy.0.path().join(file));
            // Files that are deleted but not yet committed as such.
            if from.is_file() {
                fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
                fs::copy(&from, &to).with_context(|| file.to_owned())?;
            }
        }
        copy.is_another()?;
        for args in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@example.com",
                "commit",
                "--quiet",
                "--message",
                "all",
            ],
        ] {
            run(copy.command("git", args)?)?;
        }
        Ok(copy)
    }

    /// Has cargo tell the packages of the copy from those here. Both build to one folder, for the sake of the dependencies; of two
    /// packages of the same version, at the same place in their workspace, cargo would take one for the other.
    fn is_another(&self) -> anyhow::Result<()> {
        let path = self.0.path().join("Cargo.toml");
        let manifest = fs::read_to_string(&path)?;
        let version = concat!("version = \"", env!("CARGO_PKG_VERSION"));
        ensure!(
            manifest.contains(version),
            "Cargo.toml: where is {version}?"
        );
        let other = manifest.replacen(version, &format!("{version}+trial"), 1);
        fs::write(&path, other)?;
        let metadata = ["metadata", "--format-version", "1"];
        output(self.cargo(&metadata)?).map(drop)
    }

    pub(super) fn cargo(&self, args: &[&str]) -> anyhow::Result<Command> {
        within(cargo(args), self.0.path())
    }

    fn command(&self, program: &str, args: &[&str]) -> anyhow::Result<Command> {
        within(command(program, args, ""), self.0.path())
    }

    /// That no line of what was committed is gone.
    pub(super) fn only_added(&self) -> anyhow::Result<()> {
        let stat = output(self.command("git", &["diff", "--numstat"])?)?;
        ensure!(!stat.is_empty(), "nothing is changed");
        for line in stat.lines() {
            let removed = line.split('\t').nth(1);
            ensure!(removed == Some("0"), "lines are removed: {line}");
        }
        println!(
            "{} files have more lines, none has fewer",
            stat.lines().count()
        );
        Ok(())
    }
}
