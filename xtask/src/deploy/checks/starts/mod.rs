//! The programs start with what the service files say.
//!
//! Each program, built as it ships, gets the environment of its rendered file, and what Cloud Run adds. Every value is thus read by the
//! program's own configuration, and every rule of its protos finds what it needs. It has to listen, and to serve what the probes ask for.

mod metadata;
mod program;

use std::collections::BTreeSet;

use anyhow::{Context, bail};

use crate::{
    deploy::{
        check::{Check, Verdict},
        code::Program,
        render::{Rendered, example},
        service::{Container, Service},
    },
    release,
};
use metadata::MetadataServer;
use program::{Surroundings, settings, started};

pub(super) const CHECK: Check = Check {
    name: "starts",
    about: "each program starts with the environment of its service file, and serves what the probes ask for",
    run: check,
};

/// What the secrets hold, in the form that the files name.
const SECRETS: [(&str, &str); 2] = [
    (
        "callgate-votes-database-url",
        "postgres://votes:secret@localhost/votes?host=/cloudsql/example-project:europe-west1:callgate",
    ),
    (
        "callgate-admin-database-url",
        "postgres://admin:secret@localhost/admin?host=/cloudsql/example-project:europe-west1:callgate",
    ),
];

/// The folder of the pages in an image, which is elsewhere here.
const PAGES: &str = "/web";

fn check() -> anyhow::Result<Verdict> {
    let (variables, rendered) = example()?;
    let variable = |name: &str| variables.get(name).context(name.to_owned());
    let metadata = MetadataServer::start(variable("PROJECT_NUMBER")?, variable("REGION")?)?;
    let programs = release::build()?;
    let mut faults = Vec::new();
    let mut names = Vec::new();
    let files = rendered
        .iter()
        .filter(|one| !one.name().ends_with(".iam.yaml"));
    for one in files {
        let service: Service = serde_saphyr::from_str(&one.text).context(one.file.clone())?;
        let path = programs.iter().find(|(name, _)| name == one.service());
        let (name, path) = path.with_context(|| format!("{}: no such program", one.file))?;
        let said = Surroundings::new(env(one, &service)?, &service, &metadata)?.run(path)?;
        let code = Program::of(name)?;
        faults.extend(faults_of(one, &code, &said, &settings(path)?));
        names.push(name.as_str());
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    Ok(Verdict::Passed(names.join(", ")))
}

/// What is wrong with what a program said at its start, and of its settings.
fn faults_of(
    file: &Rendered,
    code: &Program,
    said: &str,
    settings: &BTreeSet<String>,
) -> Vec<String> {
    let file = &file.file;
    let mut faults = Vec::new();
    match started(said) {
        None => faults.push(format!("{file}: the program does not start: {said}")),
        Some(serves) if serves != code.grpc_services => faults.push(format!(
            "{file}: the program serves {serves:?}, its protos have {:?}",
            code.grpc_services
        )),
        Some(_) => (),
    }
    if settings != &code.settings {
        let differ: Vec<_> = settings.symmetric_difference(&code.settings).collect();
        faults.push(format!(
            "{file}: the program's --help and its sources differ in {differ:?}"
        ));
    }
    faults
}

/// The environment of the file.
fn env(file: &Rendered, service: &Service) -> anyhow::Result<Vec<(String, String)>> {
    let container: &Container = service.container().context("no container serves")?;
    let value = |name: &str| SECRETS.iter().find(|(secret, _)| *secret == name);
    let mut env = Vec::new();
    for variable in &container.env {
        let value = match (&variable.value, &variable.value_from) {
            (Some(value), _) => value.clone(),
            (None, Some(source)) => {
                let secret = &source.secret_key_ref.name;
                let value = value(secret);
                value
                    .with_context(|| format!("{}: no secret is called {secret}", file.file))?
                    .1
                    .to_owned()
            }
            (None, None) => String::new(),
        };
        env.push((variable.name.clone(), value));
    }
    Ok(env)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes() -> (Rendered, Program) {
        let (_, files) = example().expect("it renders");
        let votes = files.into_iter().find(|one| one.service() == "votes");
        (
            votes.expect("it is there"),
            Program::of("votes").expect("it is there"),
        )
    }

    #[test]
    fn a_program_that_serves_something_else_or_does_not_start_is_told() {
        let (file, code) = votes();
        let listening = r#"{"message":"listening","services":"votes.v1.VoteService"}"#;
        assert_eq!(faults_of(&file, &code, listening, &code.settings), [""; 0]);
        let other = listening.replace("Vote", "Note");
        for said in [other.as_str(), "error: CALLGATE_TENANTS: wrong", ""] {
            let faults = faults_of(&file, &code, said, &code.settings);
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(faults[0].starts_with("deploy/services/votes.yaml: the program "));
        }
    }

    #[test]
    fn a_setting_that_only_one_side_knows_is_told() {
        let (file, code) = votes();
        let listening = r#"{"message":"listening","services":"votes.v1.VoteService"}"#;
        let faults = faults_of(&file, &code, listening, &["PORT".to_owned()].into());
        assert!(faults[0].contains("RUST_LOG"), "{faults:?}");
    }
}
