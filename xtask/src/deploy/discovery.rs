//! Google's own description of its APIs, made strict: what it does not name is refused.
//!
//! Google ships these discovery documents in the Python package google-api-python-client. What the checks need of them is kept in
//! `deploy/check/discovery/`, so that rendering needs no Python; the check `discovery` compares it with the package.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context;
use serde_json::{Map, Value, json};

use crate::run::root;

const FOLDER: &str = "deploy/check/discovery";

/// The APIs, and what of them is kept: these schemas and those that they refer to.
pub(crate) const KEPT: [(&str, &[&str]); 4] = [
    ("run.v1", &["Service", "Policy"]),
    ("cloudbuild.v1", &["Build"]),
    ("monitoring.v1", &["Dashboard"]),
    ("monitoring.v3", &["AlertPolicy"]),
];

/// The schemas of one API.
pub(crate) struct Discovery {
    schemas: Map<String, Value>,
    /// Names of annotations, and the kinds of resources that may have each.
    annotations: BTreeMap<String, Vec<String>>,
}

impl Discovery {
    /// What is kept of an API, such as `run.v1`.
    pub(crate) fn of(api: &str) -> anyhow::Result<Self> {
        let mut kept = kept(api)?;
        let schemas = kept["schemas"].as_object_mut().map(std::mem::take);
        Ok(Self {
            schemas: schemas.with_context(|| format!("{FOLDER}/{api}.json has no schemas"))?,
            annotations: serde_json::from_value(kept["annotations"].take())?,
        })
    }

    /// What is wrong with a value that should be as this schema says; each with the path to it.
    pub(crate) fn faults(&self, schema: &str, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.walk(&json!({ "$ref": schema }), value, "", &mut faults);
        faults
    }

    /// Whether a resource of this kind may have an annotation. Others than Cloud Run's are anyone's.
    pub(crate) fn may_be_annotated(&self, kind: &str, annotation: &str) -> bool {
        let is_googles = annotation.starts_with("run.googleapis.com/")
            || annotation.starts_with("autoscaling.knative.dev/");
        !is_googles
            || self
                .annotations
                .get(annotation)
                .is_some_and(|kinds| kinds.iter().any(|k| k == kind || k == "All resources"))
    }

    fn walk(&self, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
        let mut wrong = |reason: String| {
            let at = if path.is_empty() { "the file" } else { path };
            faults.push(format!("{at}: {reason}"));
        };
        if schema["readOnly"] == true {
            return wrong("is Google's to write, not ours".to_owned());
        }
        if let Some(name) = schema["$ref"].as_str() {
            return match self.schemas.get(name) {
                Some(schema) => self.walk(schema, value, path, faults),
                None => wrong(format!("{FOLDER} does not describe {name}")),
            };
        }
        match (schema["type"].as_str().unwrap_or_default(), value) {
            ("any", _) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => (),
            ("integer", Value::Number(number)) if number.is_i64() || number.is_u64() => (),
            ("string", Value::String(text)) => {
                let allowed = schema["enum"].as_array();
                if allowed.is_some_and(|allowed| !allowed.iter().any(|one| one == text)) {
                    wrong(format!("{text:?} is not a value that Google knows"));
                }
            }
            ("array", Value::Array(items)) => {
                for (number, item) in items.iter().enumerate() {
                    let path = format!("{path}[{number}]");
                    self.walk(&schema["items"], item, &path, faults);
                }
            }
            ("object", Value::Object(fields)) => {
                for (key, value) in fields {
                    let within = match path {
                        "" => key.clone(),
                        path => format!("{path}.{key}"),
                    };
                    let known = schema["properties"].get(key);
                    match known.or_else(|| schema.get("additionalProperties")) {
                        Some(schema) => self.walk(schema, value, &within, faults),
                        None => faults.push(format!("{within}: Google knows no such key")),
                    }
                }
            }
            (wanted, value) => wrong(format!("{} where Google wants {wanted}", kind(value))),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "keys with values",
    }
}

/// What is kept of an API, as it is kept.
pub(crate) fn kept(api: &str) -> anyhow::Result<Value> {
    let file = format!("{FOLDER}/{api}.json");
    let text = fs::read_to_string(root().join(&file)).with_context(|| file.clone())?;
    serde_json::from_str(&text).context(file)
}

/// What is to be kept of a discovery document.
pub(crate) fn excerpt(document: &Path, roots: &[&str]) -> anyhow::Result<Value> {
    let shown = document.display().to_string();
    let text = fs::read_to_string(document).with_context(|| shown.clone())?;
    let document: Value = serde_json::from_str(&text).context(shown)?;
    let mut schemas = BTreeMap::new();
    let mut wanted: Vec<String> = roots.iter().map(|&root| root.to_owned()).collect();
    while let Some(name) = wanted.pop() {
        if schemas.contains_key(&name) {
            continue;
        }
        let schema = document["schemas"].get(&name);
        let schema = schema.with_context(|| format!("the document has no schema {name}"))?;
        let bare = bare(schema, &mut wanted);
        schemas.insert(name, bare);
    }
    let annotations = &document["schemas"]["ObjectMeta"]["properties"]["annotations"];
    Ok(json!({
        "annotations": annotations_in(annotations["description"].as_str().unwrap_or_default()),
        "schemas": schemas,
    }))
}

/// A schema without its words; what it refers to is wanted too.
fn bare(schema: &Value, wanted: &mut Vec<String>) -> Value {
    let mut kept = Map::new();
    for key in [
        "$ref",
        "additionalProperties",
        "enum",
        "items",
        "readOnly",
        "type",
    ] {
        match (key, schema.get(key)) {
            (_, None) => (),
            ("additionalProperties" | "items", Some(inner)) => {
                kept.insert(key.to_owned(), bare(inner, wanted));
            }
            (_, Some(value)) => {
                if let ("$ref", Some(name)) = (key, value.as_str()) {
                    wanted.push(name.to_owned());
                }
                kept.insert(key.to_owned(), value.clone());
            }
        }
    }
    if let Some(properties) = schema["properties"].as_object() {
        let properties = properties.iter();
        let bare: Map<String, Value> = properties
            .map(|(name, schema)| (name.clone(), bare(schema, wanted)))
            .collect();
        kept.insert("properties".to_owned(), bare.into());
    }
    Value::Object(kept)
}

/// The annotations that a description lists: "* `run.googleapis.com/secrets`: Revision, Execution. * ..".
fn annotations_in(description: &str) -> BTreeMap<&str, Vec<&str>> {
    let entries = description.split("* `").skip(1);
    entries
        .filter_map(|entry| {
            let (name, kinds) = entry.split_once("`:")?;
            let kinds = kinds.split([',', '.']).map(str::trim);
            Some((name, kinds.filter(|kind| !kind.is_empty()).collect()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_google_does_not_know_is_refused_with_its_path() {
        let run = Discovery::of("run.v1").expect("it is kept");
        for (service, fault) in [
            (json!({"kin": "Service"}), "kin: Google knows no such key"),
            (
                json!({"metadata": {"labels": {"a": 1}}}),
                "metadata.labels.a: a number where Google wants string",
            ),
            (
                json!({"spec": {"template": {"spec": {"timeoutSeconds": "60"}}}}),
                "spec.template.spec.timeoutSeconds: a string where Google wants integer",
            ),
            (
                json!({"spec": {"traffic": [{"percent": 1.5}]}}),
                "spec.traffic[0].percent: a number where Google wants integer",
            ),
            (
                json!({"spec": {"traffic": [{"url": "https://a"}]}}),
                "spec.traffic[0].url: is Google's to write, not ours",
            ),
            (json!([]), "the file: a list where Google wants object"),
        ] {
            assert_eq!(run.faults("Service", &service), [fault], "{service}");
        }
        let build = Discovery::of("cloudbuild.v1").expect("it is kept");
        let faults = build.faults("Build", &json!({"options": {"logging": "SOMEWHERE"}}));
        assert_eq!(
            faults,
            ["options.logging: \"SOMEWHERE\" is not a value that Google knows"]
        );
    }

    #[test]
    fn annotations_belong_to_a_kind() {
        let run = Discovery::of("run.v1").expect("it is kept");
        let cpu = "run.googleapis.com/cpu-throttling";
        assert!(run.may_be_annotated("Revision", cpu));
        assert!(!run.may_be_annotated("Service", cpu));
        assert!(!run.may_be_annotated("Revision", "run.googleapis.com/cpu-throtling"));
        assert!(run.may_be_annotated("Revision", "example.com/mine"));
    }
}
