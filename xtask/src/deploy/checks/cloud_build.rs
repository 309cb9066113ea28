//! `deploy/cloudbuild.yaml`: by Google's description, and what that does not say.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    deploy::{
        check::{Check, Verdict},
        discovery::Discovery,
    },
    run::root,
};

const FILE: &str = "deploy/cloudbuild.yaml";

/// What Cloud Build fills in by itself: <https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values>.
const BUILT_IN: [&str; 5] = [
    "PROJECT_ID",
    "PROJECT_NUMBER",
    "BUILD_ID",
    "LOCATION",
    "REPO_NAME",
];

pub(super) const CHECK: Check = Check {
    name: "cloud-build",
    about: "deploy/cloudbuild.yaml: by Google's description, and by our rules",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let text = fs::read_to_string(root().join(FILE)).context(FILE)?;
    let faults = faults(&text)?;
    if !faults.is_empty() {
        bail!("{FILE}: {}", faults.join(&format!("\n{FILE}: ")));
    }
    Ok(Verdict::Passed(FILE.into()))
}

fn faults(text: &str) -> anyhow::Result<Vec<String>> {
    let build: Value = serde_saphyr::from_str(text).context(FILE)?;
    let mut faults = Discovery::of("cloudbuild.v1")?.faults("Build", &build);
    let steps = build["steps"].as_array().map_or(&[][..], Vec::as_slice);
    let mut ids = BTreeSet::new();
    let mut volumes = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        let id = step["id"].as_str().unwrap_or_default();
        if id.is_empty() || !ids.insert(id) {
            faults.push(format!("steps[{number}]: an id of its own is missing"));
        }
        for before in texts(&step["waitFor"]) {
            if before != "-" && !ids.contains(before) {
                faults.push(format!(
                    "{id}: it waits for {before}, which is no step before it"
                ));
            }
        }
        if step.get("script").is_some()
            && (step.get("args").is_some() || step.get("entrypoint").is_some())
        {
            faults.push(format!(
                "{id}: a script takes neither args nor an entrypoint"
            ));
        }
        for volume in step["volumes"].as_array().into_iter().flatten() {
            *volumes
                .entry(volume["name"].as_str().unwrap_or_default())
                .or_insert(0) += 1;
        }
    }
    for (volume, _) in volumes.iter().filter(|(_, steps)| **steps < 2) {
        faults.push(format!("the volume {volume} is used by one step only"));
    }
    faults.extend(substitutions(text, &build));
    // What a build runs as is named: the default account of a project may do much more.
    let account = build["serviceAccount"].as_str().unwrap_or_default();
    if !account.contains("/serviceAccounts/callgate-build@") {
        faults.push("serviceAccount: it runs as callgate-build, and as nobody else".to_owned());
    }
    if build["options"]["logging"] != "CLOUD_LOGGING_ONLY" {
        faults.push("options.logging: an account of one's own wants CLOUD_LOGGING_ONLY".to_owned());
    }
    Ok(faults)
}

/// Every substitution is one that there is, and is used; in a script none is filled in, so none may stand there.
fn substitutions(text: &str, build: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let own: Vec<&str> = build["substitutions"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    let used: BTreeSet<&str> = text
        .split("${")
        .skip(1)
        .filter_map(|part| part.split_once('}'))
        .map(|(name, _)| name)
        .collect();
    for name in &used {
        if !own.contains(name) && !BUILT_IN.contains(name) {
            faults.push(format!("${{{name}}} is no substitution"));
        }
    }
    for name in own.iter().filter(|name| !used.contains(**name)) {
        faults.push(format!("substitutions.{name} is used nowhere"));
    }
    for step in build["steps"].as_array().into_iter().flatten() {
        if step["script"]
            .as_str()
            .is_some_and(|script| script.contains("${_"))
        {
            faults.push(format!(
                "{}: in a script, a substitution is not filled in",
                step["id"]
            ));
        }
    }
    faults
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::{FILE, faults, root};
    use std::fs;

    #[test]
    fn what_is_wrong_with_the_cloud_build_file_is_told() {
        let text = fs::read_to_string(root().join(FILE)).expect("it is there");
        assert_eq!(faults(&text).expect("it is YAML"), [""; 0]);
        for (old, new, fault) in [
            (
                "timeout:",
                "time_out:",
                "time_out: Google knows no such key",
            ),
            (
                "CLOUD_LOGGING_ONLY",
                "SOMEWHERE",
                "options.logging: \"SOMEWHERE\" is not a value that Google knows",
            ),
            (
                "CLOUD_LOGGING_ONLY",
                "NONE",
                "options.logging: an account of one's own wants CLOUD_LOGGING_ONLY",
            ),
            (
                "[\"test\"]",
                "[\"tests\"]",
                "images: it waits for tests, which is no step before it",
            ),
            (
                "- id: images",
                "- id: test",
                "steps[3]: an id of its own is missing",
            ),
            (
                "callgate-build@",
                "admin@",
                "serviceAccount: it runs as callgate-build, and as nobody else",
            ),
            (
                "\"SETTINGS=${_SETTINGS}\"",
                "\"SETTINGS=${_SETTING}\"",
                "${_SETTING} is no substitution",
            ),
            (
                "deploy/deploy.sh render",
                "deploy/deploy.sh render ${_SETTINGS}",
                "\"images\": in a script, a substitution is not filled in",
            ),
            (
                "waitFor: [\"images\"]",
                "args: [\"a\"]",
                "deploy: a script takes neither args nor an entrypoint",
            ),
        ] {
            assert!(text.contains(old), "{old}");
            let found = faults(&text.replacen(old, new, 1)).expect("it is YAML");
            assert!(found.iter().any(|one| one == fault), "{fault}: {found:?}");
        }
    }
}
