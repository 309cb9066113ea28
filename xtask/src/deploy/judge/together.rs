//! Rules for the services together.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;

use super::{Program, Rendered, Service, Variables, code};

/// Connections that PostgreSQL and Cloud SQL keep for themselves, and one for who looks after it.
const RESERVED: u64 = 10;

pub(super) fn faults(
    services: &[Service],
    rendered: &[Rendered],
    variables: &Variables,
    programs: &BTreeSet<String>,
) -> anyhow::Result<Vec<String>> {
    let mut faults = completeness(services, rendered, programs)?;
    faults.extend(audiences(services));
    faults.extend(callers(services));
    faults.extend(connections(services, variables)?);
    Ok(faults)
}

/// Every program has its file, and every internal one the file that says who may invoke it.
fn completeness(
    services: &[Service],
    rendered: &[Rendered],
    programs: &BTreeSet<String>,
) -> anyhow::Result<Vec<String>> {
    let mut faults = Vec::new();
    for name in programs {
        let has = |file: String| rendered.iter().any(|one| one.name() == file);
        if !services.iter().any(|it| it.metadata.name == *name) {
            faults.push(format!(
                "deploy/services/{name}.yaml: it is missing, and services/{name} is a program"
            ));
        }
        if Program::of(name)?.internal && !has(format!("{name}.iam.yaml")) {
            faults.push(format!(
                "deploy/services/{name}.iam.yaml: it is missing, and internal users call {name}"
            ));
        }
    }
    Ok(faults)
}

/// A token that is made for one service must be worth nothing at another (G25).
fn audiences(services: &[Service]) -> Vec<String> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut faults = Vec::new();
    for service in services {
        let name = service.metadata.name.as_str();
        for audience in list(service.setting("CALLGATE_AUDIENCES")) {
            if let Some(other) = owners.insert(audience, name) {
                faults.push(format!("{other} and {name} share the audience {audience}"));
            }
        }
    }
    faults
}

/// Whom a service asks knows it: by its account, and by the audience that it makes tokens for.
fn callers(services: &[Service]) -> Vec<String> {
    let mut faults = Vec::new();
    for caller in services {
        let name = caller.metadata.name.as_str();
        for callee in services {
            let other = callee.metadata.name.as_str();
            let known_as = other.to_uppercase().replace('-', "_");
            let variable = |what: &str| format!("CALLGATE_{known_as}_{what}");
            let (url, audience) = (variable("URL"), variable("AUDIENCE"));
            let Some(origin) = caller.setting(&url) else {
                continue;
            };
            let audience = caller.setting(&audience).unwrap_or(origin);
            if !list(callee.setting("CALLGATE_AUDIENCES")).any(|it| it == audience) {
                faults.push(format!(
                    "{name} makes tokens for {audience}, which is no audience of {other}"
                ));
            }
            let account = &caller.spec.template.spec.service_account_name;
            let known = list(callee.setting("CALLGATE_SERVICE_ACCOUNTS"));
            let mut known = known.filter_map(|it| it.split_once('=')?.1.split('#').next());
            if !known.any(|it| it == account) {
                faults.push(format!("{other} does not know {name}'s account {account}"));
            }
        }
    }
    faults
}

/// All instances together have no more connections than the database takes.
fn connections(services: &[Service], variables: &Variables) -> anyhow::Result<Vec<String>> {
    let name = "SQL_MAX_CONNECTIONS";
    let most = variables
        .get(name)
        .and_then(|text| text.parse::<u64>().ok());
    let most = most.with_context(|| format!("{name} is no number"))?;
    let instances: u64 = services
        .iter()
        .filter(|service| service.is_set("DATABASE_URL"))
        .filter_map(|service| {
            service
                .annotation("run.googleapis.com/maxScale")?
                .parse::<u64>()
                .ok()
        })
        .sum();
    let each = code::connections()?;
    if instances * each + RESERVED > most {
        return Ok(vec![format!(
            "{name} is {most}: {instances} instances of {each} connections and {RESERVED} more do not fit: allow fewer instances, or more connections"
        )]);
    }
    Ok(Vec::new())
}

fn list(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
}
