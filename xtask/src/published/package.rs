//! The packages: they hold what they need, and build out of themselves, each on the packages of the others.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    count::Count,
    run::{cargo, output, root, run, target},
};

use super::{LIBRARIES, Library, workspace};

/// What crates.io shows or demands of a package.
const TOLD: [&str; 6] = [
    "description",
    "license",
    "readme",
    "documentation",
    "rust_version",
    "edition",
];

/// Packages all published crates together, and builds each from its package.
pub(crate) fn check() -> anyhow::Result<Count> {
    let workspace = workspace()?;
    let mut count = Count::default();
    let mut faults = Vec::new();
    for library in &LIBRARIES {
        let metadata = library.metadata(&workspace)?;
        faults.extend(
            faults_of(&metadata)
                .into_iter()
                .map(|fault| format!("{}: {fault}", library.name)),
        );
        faults.extend(faults_in(library)?);
        count.passed += 1;
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }

    let mut package = cargo(&["package", "--locked", "--allow-dirty", "--quiet"]);
    for library in &LIBRARIES {
        package.args(["--package", library.name]);
    }
    // A package is built outside the workspace, without its profiles. With the same, what is compiled already serves here too.
    package.args(["--config", "profile.dev.debug='line-tables-only'"]);
    package.args(["--config", "profile.dev.package.aws-lc-sys.opt-level=2"]);
    package.env("CARGO_TARGET_DIR", target()?);
    run(package)?;
    for library in &LIBRARIES {
        count.passed += 1;
        println!("{}: its package builds", library.name);
    }
    Ok(count)
}

/// What is missing in what the manifest tells of a package.
fn faults_of(metadata: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for key in TOLD {
        if metadata[key].as_str().is_none_or(str::is_empty) {
            faults.push(format!("its manifest says no {key}"));
        }
    }
    for key in ["keywords", "categories"] {
        // crates.io takes five at most.
        match metadata[key].as_array().map_or(0, Vec::len) {
            1..=5 => {}
            count => faults.push(format!(
                "its manifest has {count} {key}, and should have 1 to 5"
            )),
        }
    }
    if !metadata["publish"].is_null() {
        faults.push("its manifest forbids to publish it".to_owned());
    }
    faults
}

/// What is wrong with the files of a package.
fn faults_in(library: &Library) -> anyhow::Result<Vec<String>> {
    let mut list = cargo(&[
        "package",
        "--locked",
        "--allow-dirty",
        "--list",
        "--package",
    ]);
    list.arg(library.name);
    let files = output(list)?;
    let files: BTreeSet<&str> = files.lines().collect();
    let mut faults = Vec::new();
    for needed in [
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "src/lib.rs",
    ] {
        if !files.contains(needed) {
            faults.push(format!("{}: its package has no {needed}", library.name));
        }
    }
    if let Some(file) = files.iter().find(|file| file.starts_with("tests/")) {
        faults.push(format!(
            "{}: its package has {file}, which wants this repository",
            library.name
        ));
    }
    let license = root().join(library.folder).join("LICENSE");
    let ours = fs::read(root().join("LICENSE"))?;
    if fs::read(&license).with_context(|| license.display().to_string())? != ours {
        faults.push(format!("{}: its LICENSE is another one", library.name));
    }
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::faults_of;

    #[test]
    fn what_a_manifest_does_not_tell_is_told() {
        let mut metadata = json!({
            "description": "A gate", "license": "Apache-2.0", "readme": "README.md", "rust_version": "1.95",
            "documentation": "https://docs.rs/callgate", "edition": "2024", "keywords": ["grpc"], "categories": ["authentication"],
            "publish": null,
        });
        assert_eq!(faults_of(&metadata), [""; 0]);
        metadata["license"] = json!(null);
        metadata["keywords"] = json!(["a", "b", "c", "d", "e", "f"]);
        metadata["publish"] = json!([]);
        assert_eq!(faults_of(&metadata).len(), 3);
    }
}
