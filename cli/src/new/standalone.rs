//! A service that is a project of its own.

use std::{fs, path::Path};

use anyhow::{Context, bail};

use super::{
    changes::Changes,
    name::Name,
    next::next,
    template::{HANDLERS, MAIN, PROTO, TESTS},
};

const MANIFEST: &str = include_str!("../../templates/standalone/Cargo.toml.in");
const BUILD: &str = include_str!("../../templates/standalone/build.rs");
const LIB: &str = include_str!("../../templates/standalone/src/lib.rs");
const README: &str = include_str!("../../templates/standalone/README.md");
const GITIGNORE: &str = include_str!("../../templates/standalone/gitignore");
const SERVICE_FILE: &str = include_str!("../../templates/standalone/service.yaml");

/// What there is to do for this service in the empty folder `here`, and what to say then.
pub(super) fn service(
    here: &Path,
    name: &Name,
    checkout: Option<&Path>,
) -> anyhow::Result<(Changes, String)> {
    is_empty(here)?;
    let manifest = with_crates(MANIFEST, checkout)?;
    if depends_on(&manifest, &name.kebab()) {
        bail!(
            "the service would depend on a package called {}, as it is called itself: choose another name",
            name.kebab()
        );
    }
    let mut changes = Changes::to(here);
    for (file, template) in [
        ("Cargo.toml", manifest.as_str()),
        ("build.rs", BUILD),
        ("proto/hello_world/v1/hello_world.proto", PROTO),
        ("src/lib.rs", LIB),
        ("src/main.rs", MAIN),
        ("src/handlers.rs", HANDLERS),
        ("tests/it/main.rs", TESTS),
        ("README.md", README),
        (".gitignore", GITIGNORE),
        ("service.yaml", SERVICE_FILE),
    ] {
        changes.make(name.fill(file), name.fill(template));
    }
    let next = next(
        name,
        &[
            ("cargo test", "it passes as it is"),
            (
                "CALLGATE_PROJECT_ID=demo-hello-world cargo run",
                "serves it on port 8080; an id of your own lets its users in",
            ),
            (
                "grpcurl -plaintext localhost:8080 hello_world.v1.HelloWorldService/GetCount",
                "a call",
            ),
        ],
        "Then make proto/hello_world/v1/hello_world.proto and src/handlers.rs your service; README.md says more.",
    );
    Ok((changes, next))
}

/// Nothing may be in the folder but a repository without files.
fn is_empty(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name();
        if name != ".git" {
            bail!(
                "this folder is not empty: {} is in it. Make a project of its own in an empty one",
                name.to_string_lossy()
            );
        }
    }
    Ok(())
}

/// The manifest with callgate's crates by their version, or by their place in a checkout.
fn with_crates(manifest: &str, checkout: Option<&Path>) -> anyhow::Result<String> {
    let root = match checkout {
        None => None,
        Some(checkout) => {
            let root = checkout.canonicalize();
            let root = root.with_context(|| format!("--path {}", checkout.display()))?;
            Some(root)
        }
    };
    let lines = manifest
        .lines()
        .map(|line| match from(line) {
            None => Ok(line.to_owned()),
            Some((name, folder)) => dependency(name, folder, root.as_deref()),
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(lines.join("\n") + "\n")
}

/// The crate that a line of the template names, and the folder of a checkout that it is in.
fn from(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once(" = { from = \"")?;
    Some((name, rest.strip_suffix("\" }")?))
}

fn dependency(name: &str, folder: &str, root: Option<&Path>) -> anyhow::Result<String> {
    let Some(root) = root else {
        return Ok(format!("{name} = {:?}", env!("CARGO_PKG_VERSION")));
    };
    let path = root.join(folder);
    if !path.join("Cargo.toml").is_file() {
        bail!(
            "--path {}: no checkout of callgate, for {folder}/Cargo.toml is not in it",
            root.display()
        );
    }
    let path = path.to_str().context("--path is not UTF-8")?;
    Ok(format!("{name} = {{ path = {path:?} }}"))
}

/// Whether the template names this package among what it depends on.
fn depends_on(manifest: &str, package: &str) -> bool {
    let tables = manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .take_while(|line| !line.starts_with("[lints"));
    let mut names = tables.filter_map(|line| line.split_once(" = "));
    names.any(|(name, _)| name == package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgates_crates_come_by_version_or_from_a_checkout() {
        let published = with_crates(MANIFEST, None).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert!(published.contains(&format!("callgate = \"{version}\"\n")));
        assert!(!published.contains("from ="), "{published}");

        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let here = with_crates(MANIFEST, Some(&root)).unwrap();
        let root = root.canonicalize().unwrap();
        let serve = format!(
            "callgate-serve = {{ path = \"{}/services/serve\" }}\n",
            root.display()
        );
        assert!(here.contains(&serve), "{here}");
        assert!(!here.contains("from ="), "{here}");
    }

    #[test]
    fn a_folder_that_is_no_checkout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = with_crates(MANIFEST, Some(folder.path())).expect_err("it is empty");
        assert!(
            error.to_string().contains("no checkout of callgate"),
            "{error}"
        );
    }

    #[test]
    fn what_it_depends_on_is_known() {
        assert!(depends_on(MANIFEST, "tonic") && depends_on(MANIFEST, "callgate"));
        assert!(depends_on(MANIFEST, "callgate-build") && depends_on(MANIFEST, "tonic-types"));
        for other in ["greeter", "toni", "version", "debug"] {
            assert!(!depends_on(MANIFEST, other), "{other}");
        }
    }
}
