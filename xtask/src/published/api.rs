//! The public interface of each published crate, written down in its `api.txt`, so that a change of it is seen where it is made.
//!
//! rustdoc says what is public, as JSON, which it does for nightly toolchains only; `RUSTC_BOOTSTRAP` makes the stable one do it. That is
//! set for rustdoc alone: build scripts look at it too, and everything would be built anew.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    count::Count,
    run::{cargo, root, run, target},
};

use super::{
    LIBRARIES, Library,
    compare::{Difference, items},
    workspace,
};

/// The format of rustdoc's JSON that the crate public-api, in the version that we take, reads.
const FORMAT: u64 = 57;

/// Auto traits that nobody asks of a type here, and what the compiler derives for itself.
const LEFT_OUT: [&str; 6] = [
    "::assert_fields_are_eq(",
    "core::marker::StructuralPartialEq for ",
    "core::marker::Freeze for ",
    "core::marker::Unpin for ",
    "core::panic::unwind_safe::",
    "core::marker::UnsafeUnpin for ",
];

/// Compares what is public with what is written down.
pub(crate) fn check() -> anyhow::Result<Count> {
    let rustdoc = rustdoc()?;
    let workspace = workspace()?;
    let mut count = Count::default();
    let mut faults = Vec::new();
    for library in &LIBRARIES {
        let version = version(library, &workspace)?;
        let now = listing(library, &version, &rustdoc)?;
        let written = fs::read_to_string(file(library)).unwrap_or_default();
        let difference = Difference::between(&written, &now);
        let written_for = version_of(&written).unwrap_or(&version);
        if difference.is_none() && written_for == version {
            println!(
                "{}: {} public items, as written down",
                library.name,
                items(&now).count()
            );
            count.passed += 1;
        } else if difference.is_none() {
            faults.push(format!(
                "{}: written down for version {written_for}",
                library.name
            ));
        } else {
            faults.extend(difference.told(library.name, written_for, &version)?);
        }
    }
    if !faults.is_empty() {
        bail!("{}\n`cargo xtask api` writes it down", faults.join("\n"));
    }
    Ok(count)
}

/// Writes down what is public, and says what is new about it.
pub(crate) fn write() -> anyhow::Result<()> {
    let rustdoc = rustdoc()?;
    let workspace = workspace()?;
    for library in &LIBRARIES {
        let version = version(library, &workspace)?;
        let now = listing(library, &version, &rustdoc)?;
        let written = fs::read_to_string(file(library)).unwrap_or_default();
        let written_for = version_of(&written).unwrap_or(&version);
        let difference = Difference::between(&written, &now);
        if !written.is_empty() {
            for line in difference.told(library.name, written_for, &version)? {
                println!("{line}");
            }
        }
        fs::write(file(library), &now)?;
        println!(
            "{}/api.txt: {} public items",
            library.folder,
            items(&now).count()
        );
    }
    Ok(())
}

fn file(library: &Library) -> PathBuf {
    root().join(library.folder).join("api.txt")
}

fn version(library: &Library, workspace: &Value) -> anyhow::Result<String> {
    let metadata = library.metadata(workspace)?;
    let version = metadata["version"].as_str();
    Ok(version.context("a package without a version")?.to_owned())
}

/// The version that a listing was written for, which its first line tells.
fn version_of(listing: &str) -> Option<&str> {
    let line = listing.lines().next()?;
    line.strip_prefix("# ")?.split([' ', ':']).nth(1)
}

/// What is public with all features, one item a line, and what is hidden but called by generated code. Blanket implementations are left out,
/// and those of the auto traits but `Send` and `Sync`.
fn listing(library: &Library, version: &str, rustdoc: &Path) -> anyhow::Result<String> {
    let mut doc = cargo(&[
        "rustdoc",
        "--quiet",
        "--locked",
        "--lib",
        "--all-features",
        "--package",
        library.name,
        "--",
        "-Zunstable-options",
        "--output-format",
        "json",
        "--document-hidden-items",
        "--cfg",
        "docsrs",
        "-D",
        "warnings",
    ]);
    doc.env("RUSTDOC", rustdoc);
    run(doc)?;
    let json = target()?
        .join("doc")
        .join(library.name.replace('-', "_"))
        .with_extension("json");
    let text = fs::read_to_string(&json)
        .with_context(|| format!("rustdoc wrote no {}", json.display()))?;
    let format = serde_json::from_str::<Value>(&text)?["format_version"].as_u64();
    if format != Some(FORMAT) {
        bail!(
            "this rustdoc writes JSON of format {}, and the crate public-api reads {FORMAT}: take another version of it in Cargo.toml, or Rust 1.95",
            format.unwrap_or_default()
        );
    }
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .build()?;
    let mut lines = vec![format!(
        "# {} {version}: what is public, with all features. `cargo xtask api` writes it.",
        library.name
    )];
    let items = api.items().map(ToString::to_string);
    lines.extend(items.filter(|item| !LEFT_OUT.iter().any(|name| item.contains(name))));
    lines.push(String::new());
    Ok(lines.join("\n"))
}

/// A program that is rustdoc, and may do what only nightly ones may.
fn rustdoc() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_default();
    let beside = Path::new(&cargo).with_file_name("rustdoc");
    let real = if beside.is_file() {
        beside
    } else {
        "rustdoc".into()
    };
    let wrapper = target()?.join("rustdoc-json.sh");
    let text = format!(
        "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec '{}' \"$@\"\n",
        real.display()
    );
    if fs::read_to_string(&wrapper).ok().as_deref() != Some(&text) {
        fs::write(&wrapper, text)?;
    }
    executable(&wrapper)?;
    Ok(wrapper)
}

#[cfg(unix)]
fn executable(file: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
fn executable(_: &Path) -> anyhow::Result<()> {
    bail!("the public interface is read by a shell script: run it on Linux or macOS")
}

#[cfg(test)]
mod tests {
    use super::{super::compare::items, version_of};

    #[test]
    fn a_listing_says_which_version_it_is_for() {
        let listing = "# callgate 0.1.0: what is public\npub mod callgate\npub fn callgate::a()\n";
        assert_eq!(version_of(listing), Some("0.1.0"));
        assert_eq!(items(listing).count(), 2);
        assert_eq!(version_of(""), None);
    }
}
