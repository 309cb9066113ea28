//! What is wrong with rendered files: by Google's own description, and by our rules.

mod env;
mod grants;
mod probes;
mod service;
mod together;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{
    code::{self, Program},
    discovery::Discovery,
    render::Rendered,
    service::Service,
    variables::Variables,
};

/// A rule for one service: what is wrong with it.
type Rule = fn(&Service, &Program) -> Vec<String>;

const RULES: &[Rule] = &[
    service::names,
    service::image,
    service::port,
    service::invoker,
    service::annotations,
    service::bounds,
    service::scale,
    service::database,
    service::traffic,
    probes::probes,
    env::env,
    env::never,
    env::secrets,
];

/// Annotations that Google's description does not list: what Cloud Run answers to `gcloud run deploy --iap`.
const UNLISTED: [(&str, &str); 1] = [("Service", "run.googleapis.com/iap-enabled")];

/// Everything that is wrong, each with its file.
pub(crate) fn faults(rendered: &[Rendered], variables: &Variables) -> anyhow::Result<Vec<String>> {
    let run = Discovery::of("run.v1")?;
    let mut faults = Vec::new();
    let mut services = Vec::new();
    for one in rendered {
        let found = match serde_saphyr::from_str::<Value>(&one.text) {
            Err(error) => vec![error.to_string()],
            Ok(value) if one.name().ends_with(".iam.yaml") => {
                let mut found = run.faults("Policy", &value);
                found.extend(grants::faults(&value));
                found
            }
            Ok(value) => {
                let mut found = run.faults("Service", &value);
                found.extend(annotations(&run, &value));
                // Who misspells a key misses it too: one fault is told once.
                if found.is_empty() {
                    match serde_json::from_value::<Service>(value) {
                        Err(error) => found.push(error.to_string()),
                        Ok(service) => {
                            let program = Program::of(one.service())?;
                            found.extend(RULES.iter().flat_map(|rule| rule(&service, &program)));
                            if service.metadata.name != one.service() {
                                found.push("metadata.name: not as the file is called".to_owned());
                            }
                            services.push(service);
                        }
                    }
                }
                found
            }
        };
        faults.extend(found.iter().map(|fault| format!("{}: {fault}", one.file)));
    }
    if faults.is_empty() {
        faults = together::faults(&services, rendered, variables, &code::programs()?)?;
    }
    Ok(faults)
}

/// Annotations that Google does not list for that kind of resource. They are ignored in silence, misspelt ones too.
fn annotations(run: &Discovery, service: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (kind, path) in [
        ("Service", "/metadata/annotations"),
        ("Revision", "/spec/template/metadata/annotations"),
    ] {
        let annotations = service.pointer(path).and_then(Value::as_object);
        for name in annotations.into_iter().flat_map(|them| them.keys()) {
            if !run.may_be_annotated(kind, name) && !UNLISTED.contains(&(kind, name)) {
                let path = path.trim_start_matches('/').replace('/', ".");
                faults.push(format!("{path}: Google knows no {name} of a {kind}"));
            }
        }
    }
    faults
}
