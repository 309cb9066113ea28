//! The Kotlin client, by Maven: its tests, what Android lacks, and the sample against the program that `cargo run` starts.

use std::{fs, path::Path};

use anyhow::{Context, bail, ensure};

use crate::{
    count::Count,
    run::{command, root, run, target},
};

const FOLDER: &str = "clients/kotlin";
const MODULES: [&str; 2] = ["callgate", "sample"];

/// Runs the tests of all modules. Maven fetches what it does not have yet, and asks nobody for the rest: every version is pinned.
pub(crate) fn check() -> anyhow::Result<Count> {
    let reports = MODULES.map(|module| {
        root()
            .join(FOLDER)
            .join(module)
            .join("target/surefire-reports")
    });
    for folder in &reports {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    let mut maven = command("mvn", &["-q", "-B", "-Dstyle.color=never", "test"], FOLDER);
    maven.env("CALLGATE_LOCAL_BIN", target()?.join("debug/callgate-local"));
    run(maven)?;
    let mut count = Count::default();
    for folder in &reports {
        let of_module = counted(folder)?;
        ensure!(of_module.passed > 0, "no test ran: {}", folder.display());
        count += of_module;
    }
    Ok(count)
}

/// What Surefire's reports say: with `-q` it prints only what fails.
fn counted(folder: &Path) -> anyhow::Result<Count> {
    let mut count = Count::default();
    for report in
        fs::read_dir(folder).with_context(|| format!("no reports in {}", folder.display()))?
    {
        let path = report?.path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            for line in fs::read_to_string(&path)?.lines() {
                count += read(line).with_context(|| path.display().to_string())?;
            }
        }
    }
    Ok(count)
}

/// Reads `Tests run: 3, Failures: 1, Errors: 0, Skipped: 0, ..`; other lines change nothing.
fn read(line: &str) -> anyhow::Result<Count> {
    let mut count = Count::default();
    if !line.starts_with("Tests run: ") {
        return Ok(count);
    }
    let mut run = 0;
    for part in line.split(", ") {
        match part.split_once(": ") {
            Some(("Tests run", n)) => run = n.parse::<u64>()?,
            Some(("Failures" | "Errors", n)) => count.failed += n.parse::<u64>()?,
            Some(("Skipped", n)) if n != "0" => bail!("{n} tests were skipped"),
            _ => {}
        }
    }
    count.passed = run.saturating_sub(count.failed);
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_report_is_counted_and_a_skipped_test_is_not_passed_over() {
        let line = "Tests run: 6, Failures: 1, Errors: 2, Skipped: 0, Time elapsed: 9.782 s <<< FAILURE! -- in x.Y";
        let count = read(line).unwrap();
        assert_eq!((count.passed, count.failed), (3, 3));
        assert_eq!(read("Test set: x.Y").unwrap().passed, 0);
        read("Tests run: 6, Failures: 0, Errors: 0, Skipped: 1, Time elapsed: 1 s -- in x.Y")
            .unwrap_err();
    }
}
