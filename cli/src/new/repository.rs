//! A service of this repository: its proto, its crate, its service file, and a line wherever services are listed.

use std::{fs, path::Path};

use anyhow::{Context, bail};

use super::{
    changes::Changes,
    git,
    name::Name,
    next::next,
    template::{HANDLERS, MAIN, PROTO, TESTS},
    wiring::wire,
};

const MANIFEST: &str = include_str!("../../templates/repository/Cargo.toml.in");
const LIB: &str = include_str!("../../templates/repository/src/lib.rs");
const SERVICE_FILE: &str = include_str!("../../templates/repository/service.yaml");

/// What there is to do for this service in the repository that `here` is in, and what to say then.
pub(super) fn service(
    here: &Path,
    name: &Name,
    allow_dirty: bool,
) -> anyhow::Result<(Changes, String)> {
    let root = root(here)?;
    is_free(root, name)?;
    let mut changes = Changes::to(root);
    for (file, template) in [
        ("proto/hello_world/v1/hello_world.proto", PROTO),
        ("services/hello-world/Cargo.toml", MANIFEST),
        ("services/hello-world/src/lib.rs", LIB),
        ("services/hello-world/src/main.rs", MAIN),
        ("services/hello-world/src/handlers.rs", HANDLERS),
        ("services/hello-world/tests/it/main.rs", TESTS),
        ("deploy/services/hello-world.yaml", SERVICE_FILE),
    ] {
        changes.make(name.fill(file), name.fill(template));
    }
    wire(&mut changes, name)?;
    if !allow_dirty {
        let dirty = git::changed(root, &changes.files())?;
        if !dirty.is_empty() {
            bail!(
                "these files would be changed, and have uncommitted changes: {}. Commit them first, or give --allow-dirty",
                dirty.join(", ")
            );
        }
    }
    let next = next(
        name,
        &[
            ("cargo test -p hello-world", "it passes as it is"),
            ("cargo run", "serves it, with all others"),
            (
                "cargo run -q -p callgate-cli -- policy",
                "who may call its methods, and those of the others",
            ),
        ],
        "Then make proto/hello_world/v1/hello_world.proto and services/hello-world your service. deploy/README.md says what a deployment takes besides.",
    );
    Ok((changes, next))
}

/// The folder of the repository that `here` is in.
fn root(here: &Path) -> anyhow::Result<&Path> {
    let is_root = |folder: &&Path| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.contains("name = \"callgate-api\"")
    };
    here.ancestors().find(is_root).with_context(|| {
        "this is not callgate's repository; in an empty folder, --standalone makes a project of its own"
    })
}

/// Refuses a name that something else has.
fn is_free(root: &Path, name: &Name) -> anyhow::Result<()> {
    for place in [
        "services/hello-world",
        "proto/hello_world",
        "proto/hello-world",
        "deploy/services/hello-world.yaml",
    ] {
        let place = name.fill(place);
        if root.join(&place).exists() {
            bail!("{place} is there already");
        }
    }
    // `-p NAME` has to mean one package, and a crate has to mean itself.
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock")?;
    let packages = lock.lines().filter_map(|line| {
        line.strip_prefix("name = \"")?
            .strip_suffix('"')
            .map(|package| package.replace('_', "-"))
    });
    if packages.into_iter().any(|package| package == name.kebab()) {
        bail!(
            "a package called {} is in Cargo.lock already, of this workspace or among its dependencies",
            name.kebab()
        );
    }
    Ok(())
}
