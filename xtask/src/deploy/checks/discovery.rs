//! What is kept of Google's discovery documents is what the package has.

use std::{fs, path::PathBuf};

use anyhow::{Context, bail};

use crate::{
    deploy::{
        check::{Check, Verdict},
        discovery::{KEPT, excerpt, kept},
        python,
    },
    run::target,
};

pub(super) const CHECK: Check = Check {
    name: "discovery",
    about: "deploy/check/discovery/: as in Google's own package",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let documents = documents()?;
    let fresh = target()?.join("deploy-check/discovery");
    let mut stale = Vec::new();
    for (api, roots) in KEPT {
        let there = excerpt(&documents.join(format!("{api}.json")), roots)?;
        if !kept(api).is_ok_and(|kept| kept == there) {
            fs::create_dir_all(&fresh)?;
            let file = fresh.join(format!("{api}.json"));
            fs::write(
                &file,
                format!("{}\n", serde_json::to_string_pretty(&there)?),
            )?;
            stale.push(format!(
                "deploy/check/discovery/{api}.json: Google's package says otherwise: look at {} and copy it",
                file.display()
            ));
        }
    }
    if !stale.is_empty() {
        bail!("{}", stale.join("\n"));
    }
    let apis: Vec<&str> = KEPT.iter().map(|(api, _)| *api).collect();
    Ok(Verdict::Passed(apis.join(", ")))
}

/// The folder of the documents, below the folder of whatever version Python has.
fn documents() -> anyhow::Result<PathBuf> {
    let libraries = python::environment()?.join("lib");
    let versions = fs::read_dir(&libraries)?.filter_map(Result::ok);
    let within = "site-packages/googleapiclient/discovery_cache/documents";
    versions
        .map(|version| version.path().join(within))
        .find(|folder| folder.is_dir())
        .with_context(|| format!("{}: no discovery documents in it", libraries.display()))
}
