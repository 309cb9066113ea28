//! The Dockerfile, by hadolint and by our rules.

use std::fs;

use anyhow::{Context, bail};

use crate::{
    deploy::{
        check::{Check, Verdict},
        python,
    },
    run::{output, root},
};

const FILE: &str = "deploy/Dockerfile";

pub(super) const CHECK: Check = Check {
    name: "dockerfile",
    about: "deploy/Dockerfile: by hadolint; from scratch, with a numeric user that is not root",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    let faults = faults(&fs::read_to_string(root().join(FILE)).context(FILE)?);
    if !faults.is_empty() {
        bail!("{FILE}: {}", faults.join("; "));
    }
    let mut hadolint = python::tool("hadolint")?;
    hadolint.args(["--no-color", "Dockerfile"]);
    output(hadolint).context(FILE)?;
    Ok(Verdict::Passed("hadolint has no complaint".to_owned()))
}

/// What hadolint does not ask for.
fn faults(text: &str) -> Vec<String> {
    let lines: Vec<(&str, &str)> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.trim().split_once(' '))
        .collect();
    let all = |wanted: &str| {
        let found = lines.iter().filter(|(word, _)| *word == wanted);
        found.map(|(_, rest)| rest.trim()).collect::<Vec<_>>()
    };
    let mut faults = Vec::new();
    if all("FROM") != ["scratch"] {
        faults.push(
            "not FROM scratch, and nothing else: whatever it is from has to be kept up to date"
                .to_owned(),
        );
    }
    // Cloud Run and Kubernetes can only tell of a number that it is not root's.
    let is_number = |id: &str| id.parse::<u32>().is_ok_and(|id| id > 0);
    match all("USER")[..] {
        [user] if user.split(':').all(is_number) => (),
        _ => faults.push("USER is no number, or root's".to_owned()),
    }
    if !matches!(all("ENTRYPOINT")[..], [command] if command.starts_with("[\"")) {
        faults.push("ENTRYPOINT is no list: there is no shell".to_owned());
    }
    for (word, _) in &lines {
        if !["FROM", "COPY", "USER", "ENTRYPOINT"].contains(word) {
            faults.push(format!("{word} is not needed"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_by_name_root_other_images_and_shells_are_refused() {
        let text = fs::read_to_string(root().join(FILE)).expect("it is there");
        assert_eq!(faults(&text), [""; 0]);
        for (from, to) in [
            ("FROM scratch", "FROM debian:12"),
            ("USER 65532:65532", "USER nobody"),
            ("USER 65532:65532", "USER 0:0"),
            ("USER 65532:65532", ""),
            ("[\"/service\"]", "/service"),
            ("COPY . /", "COPY . /\nENV PORT 80"),
        ] {
            let changed = text.replace(from, to);
            assert_eq!(faults(&changed).len(), 1, "{from} -> {to}");
        }
    }
}
