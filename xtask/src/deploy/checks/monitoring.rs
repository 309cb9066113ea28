//! The dashboard and the alerts, by Google's own schemas and by a parser of `PromQL`. What they ask for is compared with the code
//! by the tests of callgate-serve, which know the metrics.

use std::fs;

use anyhow::{Context, bail};
use serde_json::Value;

use crate::{
    deploy::{
        check::{Check, Verdict},
        discovery::Discovery,
        python,
    },
    run::{output, root},
};

pub(super) const CHECK: Check = Check {
    name: "monitoring",
    about: "deploy/monitoring/: dashboard and alerts, by Google's schemas and a parser of PromQL",
    run: check,
};

const DASHBOARD: &str = "deploy/monitoring/dashboard.json";
const ALERTS: &str = "deploy/monitoring/alerts";

fn check() -> anyhow::Result<Verdict> {
    let mut faults = Vec::new();
    let mut files = vec![DASHBOARD.to_owned()];
    for entry in fs::read_dir(root().join(ALERTS)).context(ALERTS)? {
        let name = entry?.file_name();
        files.push(format!("{ALERTS}/{}", name.to_string_lossy()));
    }
    files[1..].sort();
    let dashboards = Discovery::of("monitoring.v1")?;
    let policies = Discovery::of("monitoring.v3")?;
    for file in &files {
        let text = fs::read_to_string(root().join(file)).with_context(|| file.clone())?;
        let value = serde_json::from_str(&text).with_context(|| file.clone())?;
        faults.extend(match file.as_str() {
            DASHBOARD => faults_of(&dashboards, "Dashboard", file, &value),
            _ => faults_of(&policies, "AlertPolicy", file, &value),
        });
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("\n"));
    }
    let mut parser = python::tool("python")?;
    parser.arg("check/promql.py");
    // The tools run in deploy/.
    parser.args(files.iter().filter_map(|file| file.strip_prefix("deploy/")));
    let queries = output(parser)?;
    Ok(Verdict::Passed(format!(
        "a dashboard and {} alerts, {} queries",
        files.len() - 1,
        queries.trim()
    )))
}

/// What is wrong with a file, each with its name and the place.
fn faults_of(discovery: &Discovery, schema: &str, file: &str, value: &Value) -> Vec<String> {
    let faults = discovery.faults(schema, value).into_iter();
    let mut faults: Vec<String> = faults.map(|fault| format!("{file}: {fault}")).collect();
    if !value["displayName"].is_string() {
        faults.push(format!("{file}: displayName: it is missing"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_google_would_not_take_is_told_with_file_and_place() {
        let policies = Discovery::of("monitoring.v3").expect("it is kept");
        for (alert, fault) in [
            (
                json!({"displayName": "a", "severty": "ERROR"}),
                "a.json: severty: Google knows no such key",
            ),
            (
                json!({"displayName": "a", "severity": "LOUD"}),
                "a.json: severity: \"LOUD\" is not a value that Google knows",
            ),
            (
                json!({"displayName": "a", "conditions": [{"conditionPrometheusQueryLanguage": {"expr": "up"}}]}),
                "a.json: conditions[0].conditionPrometheusQueryLanguage.expr: Google knows no such key",
            ),
            (json!({}), "a.json: displayName: it is missing"),
        ] {
            assert_eq!(
                faults_of(&policies, "AlertPolicy", "a.json", &alert),
                [fault]
            );
        }
        let dashboards = Discovery::of("monitoring.v1").expect("it is kept");
        let wide = json!({"displayName": "a", "mosaicLayout": {"columns": "48"}});
        assert_eq!(
            faults_of(&dashboards, "Dashboard", "a.json", &wide),
            ["a.json: mosaicLayout.columns: a string where Google wants integer"]
        );
    }
}
