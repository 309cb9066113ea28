//! What no program that ships may be made of, nor do (G22).

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    count::Count,
    run::{cargo, output, root, run},
};

/// Crates that make tokens: whoever holds one of them can be anybody.
const FORBIDDEN_CRATES: [&str; 3] = ["callgate-identity", "callgate-local", "callgate-testkit"];

/// Features of this workspace's crates that are for development and for tests. `emulator` takes unsigned tokens.
const FORBIDDEN_FEATURES: [&str; 2] = ["emulator", "testkit"];

/// What every service is made of. Where it is not found, the check has looked at nothing.
const ALWAYS: &str = "callgate-serve";

/// The programs below `services/`.
struct Services {
    packages: Vec<String>,
    programs: Vec<String>,
    /// Where cargo builds.
    target: PathBuf,
}

/// Checks what each service's program is made of, as a release builds it: by itself. Together with the rest of the workspace it
/// would get the features that `local` asks for.
pub(crate) fn check() -> anyhow::Result<()> {
    let services = Services::find()?;
    let mut faults = Vec::new();
    for service in &services.packages {
        let tree = output(cargo(&[
            "tree",
            "--locked",
            "--package",
            service,
            "--edges",
            "normal",
            "--target",
            "all",
            "--prefix",
            "none",
            "--format",
            "{p}|{f}",
        ]))?;
        let of_this = faults_in(&tree).into_iter();
        faults.extend(of_this.map(|fault| format!("{service}: {fault}")));
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    let names = services.packages.join(", ");
    println!("{names}: no emulator, no embedded identity, nothing of the tests");
    Ok(())
}

/// Builds the services' programs by themselves, and tells each of Firebase's emulator: it has to refuse to start.
pub(crate) fn refuse_emulator() -> anyhow::Result<Count> {
    let mut count = Count::default();
    for (program, path) in build()? {
        let said = refusal(&path)?;
        if said.contains("FIREBASE_AUTH_EMULATOR_HOST: this program was built without") {
            println!("{program} refuses Firebase's emulator");
            count.passed += 1;
        } else {
            bail!("{program} says nothing of its build being without the emulator, but: {said}");
        }
    }
    Ok(count)
}

/// Builds the services' programs by themselves, unoptimized; by name.
pub(crate) fn build() -> anyhow::Result<Vec<(String, PathBuf)>> {
    let services = Services::find()?;
    let mut build = cargo(&["build", "--locked", "--quiet"]);
    for package in &services.packages {
        build.args(["--package", package]);
    }
    run(build)?;
    let folder = services.target.join("debug");
    let programs = services.programs.into_iter();
    Ok(programs
        .map(|program| {
            let path = folder.join(&program);
            (program, path)
        })
        .collect())
}

/// What a program says that ends by itself at its start, where everything but the emulator is as it should be.
fn refusal(program: &Path) -> anyhow::Result<String> {
    let folder = tempfile::tempdir()?;
    let mut child = Command::new(program)
        .env_clear()
        .env("PORT", "0")
        .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
        .env("CALLGATE_PROJECT_ID", "demo-callgate")
        .env("CALLGATE_WEB_API_KEY", "none")
        .env("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let begin = Instant::now();
    while child.try_wait()?.is_none() {
        if begin.elapsed() > Duration::from_secs(30) {
            child.kill()?;
            child.wait()?;
            bail!(
                "{} runs although it was told of Firebase's emulator",
                program.display()
            );
        }
        thread::sleep(Duration::from_millis(20));
    }
    if child.wait()?.success() {
        bail!("{} ended as if all were well", program.display());
    }
    let mut said = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut said)?;
    }
    Ok(said)
}

// === impl Services ===

impl Services {
    fn find() -> anyhow::Result<Self> {
        let metadata = cargo(&["metadata", "--locked", "--no-deps", "--format-version", "1"]);
        let metadata: Value = serde_json::from_str(&output(metadata)?)?;
        let target = metadata["target_directory"].as_str();
        let mut services = Self {
            packages: Vec::new(),
            programs: Vec::new(),
            target: target.context("no target directory")?.into(),
        };
        let folder = root().join("services");
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
            let targets = package["targets"].as_array().into_iter().flatten();
            let programs: Vec<&str> = targets
                .filter(|target| target["kind"][0] == "bin")
                .filter_map(|target| target["name"].as_str())
                .collect();
            if let (true, false, Some(name)) = (
                manifest.starts_with(&folder),
                programs.is_empty(),
                package["name"].as_str(),
            ) {
                services.packages.push(name.to_owned());
                services
                    .programs
                    .extend(programs.into_iter().map(String::from));
            }
        }
        if services.packages.is_empty() {
            bail!("there is no program below services/");
        }
        Ok(services)
    }
}

/// What is wrong with a tree that `cargo tree` prints with the format `{p}|{f}`.
fn faults_in(tree: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut found = false;
    for line in tree.lines() {
        // (*) stands behind a crate that was shown before.
        let line = line.trim_end_matches(" (*)");
        let Some((package, features)) = line.split_once('|') else {
            continue;
        };
        let name = package.split(' ').next().unwrap_or_default();
        found |= name == ALWAYS;
        if FORBIDDEN_CRATES.contains(&name) {
            faults.push(format!("{name} is in it"));
        }
        let ours = name == "callgate" || name.starts_with("callgate-");
        for feature in features.split(',').filter(|_| ours) {
            if FORBIDDEN_FEATURES.contains(&feature) {
                faults.push(format!("{name} has the feature {feature}"));
            }
        }
    }
    if !found {
        faults.push(format!("{ALWAYS} is not in it: is it a service?"));
    }
    faults.sort();
    faults.dedup();
    faults
}

#[cfg(test)]
mod tests {
    use super::faults_in;

    const CLEAN: &str = "callgate-votes v0.1.0 (/w/services/votes)|\ncallgate-serve v0.1.0 (/w/services/serve)|\n\
        callgate v0.1.0 (/w/interceptor)|default\nserde v1.0.0|emulator,std (*)\n";

    #[test]
    fn a_service_without_the_emulator_ships() {
        assert_eq!(faults_in(CLEAN), [""; 0]);
    }

    #[test]
    fn the_emulator_and_whatever_makes_tokens_are_told_of_once() {
        for (line, fault) in [
            (
                "callgate v0.1.0 (/w/interceptor)|default,emulator (*)",
                "callgate has the feature emulator",
            ),
            (
                "callgate-serve v0.1.0 (/w/services/serve)|emulator",
                "callgate-serve has the feature emulator",
            ),
            (
                "callgate-database v0.1.0 (/w/services/database)|testkit",
                "callgate-database has the feature testkit",
            ),
            (
                "callgate-identity v0.1.0 (/w/local/identity)|",
                "callgate-identity is in it",
            ),
            (
                "callgate-testkit v0.1.0 (/w/interceptor/testkit)| (*)",
                "callgate-testkit is in it",
            ),
        ] {
            let tree = format!("{CLEAN}{line}\n{line}\n");
            assert_eq!(faults_in(&tree), [fault]);
        }
    }

    #[test]
    fn a_tree_that_cannot_be_read_ships_nothing() {
        assert_eq!(faults_in("").len(), 1);
        assert_eq!(faults_in("callgate-serve v0.1.0").len(), 1);
    }
}
