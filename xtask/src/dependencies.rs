//! What the crates that we build on may be: their licenses, and one cryptography.

use anyhow::{Context, bail};
use serde_json::Value;
use spdx::Expression;

use crate::run::{cargo, output, run};

/// Licenses that ask for no more than a notice. deny.toml has the same list.
const LICENSES: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// A second crypto or TLS stack, which a transitive crate may bring in unseen. aws-lc is ours.
const BANNED: [&str; 8] = [
    "ring",
    "openssl",
    "openssl-sys",
    "native-tls",
    "rsa",
    "p256",
    "ed25519-dalek",
    "boring",
];

/// Checks every crate that is built, whatever the platform or the feature that brings it in.
pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = cargo(&["metadata", "--locked", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&output(metadata)?)?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let built = built(&metadata)?;
    let mut faults = Vec::new();
    for package in packages {
        let id = package["id"].as_str().unwrap_or_default();
        let name = package["name"].as_str().unwrap_or_default();
        if !built.contains(&id) {
            continue;
        }
        if BANNED.contains(&name) {
            faults.push(format!(
                "{name} is in the tree: `cargo tree -i {name}` says why"
            ));
        }
        let license = package["license"].as_str().unwrap_or_default();
        if !is_allowed(license) {
            faults.push(format!(
                "{name}: the license {license:?} is not in the list"
            ));
        }
    }
    for node in metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let id = node["id"].as_str().unwrap_or_default();
        let features = node["features"].as_array().into_iter().flatten();
        if id.contains("jsonwebtoken")
            && features
                .filter_map(Value::as_str)
                .any(|f| f == "rust_crypto")
        {
            faults.push("jsonwebtoken has two crypto backends: it would panic at first use".into());
        }
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    println!(
        "{} crates: licenses in the list, one crypto stack",
        built.len()
    );
    Ok(())
}

/// The ids of the crates that a build on this platform really takes, dev-dependencies included.
fn built(metadata: &Value) -> anyhow::Result<Vec<&str>> {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--workspace",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let tree = output(tree)?;
    let named: std::collections::HashSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.trim_start_matches('v')))
        })
        .collect();
    let packages = metadata["packages"].as_array().context("no packages")?;
    Ok(packages
        .iter()
        .filter(|p| {
            let name = p["name"].as_str().unwrap_or_default();
            let version = p["version"].as_str().unwrap_or_default();
            named.contains(&(name, version))
        })
        .filter_map(|p| p["id"].as_str())
        .collect())
}

fn is_allowed(license: &str) -> bool {
    // Some crates still write the slash of old.
    Expression::parse(&license.replace('/', " OR ")).is_ok_and(|expression| {
        expression.evaluate(|requirement| {
            requirement
                .license
                .id()
                .is_some_and(|id| LICENSES.contains(&id.name))
        })
    })
}

/// Runs cargo-deny, which also knows of duplicates and sources.
pub(crate) fn deny() -> anyhow::Result<()> {
    output(cargo(&["deny", "--version"])).context(
        "cargo-deny is missing: cargo install --locked --no-default-features cargo-deny (it takes some minutes)",
    )?;
    run(cargo(&[
        "deny",
        "--offline",
        "check",
        "licenses",
        "bans",
        "sources",
    ]))
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn a_license_is_allowed_where_one_choice_of_it_is() {
        for license in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR GPL-2.0-only) AND ISC",
        ] {
            assert!(is_allowed(license), "{license}");
        }
        for license in ["", "GPL-3.0-only", "MIT AND GPL-3.0-only", "something else"] {
            assert!(!is_allowed(license), "{license}");
        }
    }
}
