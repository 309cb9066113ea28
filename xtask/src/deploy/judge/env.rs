//! Rules for the environment of a container.

use std::collections::BTreeSet;

use super::{Program, Service};

/// What holds a password, or a key.
const SECRETS: [&str; 2] = ["DATABASE_URL", "OTEL_EXPORTER_OTLP_HEADERS"];

/// Settings that no deployment may have, and why not. `*` stands for any ending.
const NEVER: [(&str, &str); 8] = [
    (
        "FIREBASE_AUTH_EMULATOR_HOST",
        "the emulator's tokens are unsigned (G22)",
    ),
    ("CALLGATE_KEYS_URL_*", "keys are Google's"),
    (
        "CALLGATE_KEYS_FILE_*",
        "keys are Google's, and a file is not renewed",
    ),
    ("CALLGATE_ACCOUNTS_URL", "accounts are Google's"),
    ("CALLGATE_ACCOUNTS_TOKEN_FILE", "accounts are Google's"),
    (
        "GOOGLE_APPLICATION_CREDENTIALS",
        "a service is the account that it runs as",
    ),
    (
        "CALLGATE_REFLECTION",
        "what there is to attack need not be listed (G24)",
    ),
    ("PORT", "Cloud Run sets it"),
];

/// Every variable is one that the program knows, once, and with a value.
pub(super) fn env(service: &Service, program: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for variable in service.container().into_iter().flat_map(|it| &it.env) {
        let name = &variable.name;
        if !program.settings.contains(name) {
            faults.push(format!("env: {name} is no setting of this program"));
        }
        if !seen.insert(name) {
            faults.push(format!("env: {name} is there twice"));
        }
        match (&variable.value, &variable.value_from) {
            (Some(value), None) if !value.is_empty() => (),
            (None, Some(_)) => (),
            _ => faults.push(format!("env: {name} needs one value, or one secret")),
        }
    }
    faults
}

pub(super) fn never(service: &Service, _: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    for variable in service.container().into_iter().flat_map(|it| &it.env) {
        let name = &variable.name;
        for (pattern, why) in NEVER {
            let is_it = match pattern.strip_suffix('*') {
                Some(begin) => name.starts_with(begin),
                None => name == pattern,
            };
            if is_it {
                faults.push(format!("env: {name} may not be set: {why}"));
            }
        }
    }
    faults
}

/// Secrets are secrets, and of a version: another one is another revision.
pub(super) fn secrets(service: &Service, _: &Program) -> Vec<String> {
    let mut faults = Vec::new();
    for variable in service.container().into_iter().flat_map(|it| &it.env) {
        let name = &variable.name;
        match &variable.value_from {
            None if SECRETS.contains(&name.as_str()) => {
                faults.push(format!(
                    "env: {name} holds a password or a key: it has to be a secret"
                ));
            }
            Some(source) if source.secret_key_ref.key.parse::<u32>().is_err() => {
                let secret = &source.secret_key_ref;
                faults.push(format!(
                    "env: {name} takes the version {} of {}: it has to be a number",
                    secret.key, secret.name
                ));
            }
            _ => (),
        }
    }
    faults
}
