//! The gate's verifier, as configured.

use std::{fs::File, io::Read as _, time::Duration};

use anyhow::{Context, bail};
use callgate::{
    Clock, FirebaseVerifier,
    keys::{KeySet, KeyStore},
    verify::FIREBASE_KEYS_URL,
};

use crate::{args::SettingsArgs, pem, values};

const PROJECT_ID: &str = "CALLGATE_PROJECT_ID";
const KEYS_URL: &str = "CALLGATE_KEYS_URL_FIREBASE";
const KEYS_FILE: &str = "CALLGATE_KEYS_FILE_FIREBASE";

/// The longest that a person waits for Google's keys.
const PATIENCE: Duration = Duration::from_secs(6);

/// The most bytes of a file of PEM texts.
const MOST: u64 = 64 * 1024;

/// The verifier of end users that a gate with these settings has, by this clock.
pub(crate) fn verifier(args: SettingsArgs, clock: Clock) -> anyhow::Result<FirebaseVerifier> {
    let project_id = given(args.project_id)
        .or(given(args.google_cloud_project))
        .with_context(|| {
            format!("{PROJECT_ID}: not set: name the project whose users may call (--project-id)")
        })?;
    let keys = keys(
        given(args.keys_url_firebase),
        given(args.keys_file_firebase),
    )?;
    let mut verifier = FirebaseVerifier::new(project_id, keys)
        .context(PROJECT_ID)?
        .clock(clock);
    if let Some(skew) = given(args.clock_skew) {
        let skew = values::duration(&skew).context("CALLGATE_CLOCK_SKEW")?;
        verifier = verifier.clock_skew(skew).context("CALLGATE_CLOCK_SKEW")?;
    }
    if let Some(tenants) = given(args.tenants) {
        let tenants = tenants.split(',').map(str::trim).filter(|t| !t.is_empty());
        verifier = verifier.tenants(tenants).context("CALLGATE_TENANTS")?;
    }
    if let Some(claim) = given(args.roles_claim) {
        verifier = verifier
            .roles_claim(claim)
            .context("CALLGATE_ROLES_CLAIM")?;
    }
    Ok(verifier)
}

/// Keys age by the machine's clock, whatever time the tokens are judged by.
fn keys(url: Option<String>, file: Option<String>) -> anyhow::Result<KeyStore> {
    let (variable, url) = match (url, file) {
        (Some(_), Some(_)) => {
            bail!("{KEYS_FILE}: {KEYS_URL} is given too: keys come from one place")
        }
        (None, Some(file)) => return from_file(&file).context(KEYS_FILE),
        (Some(url), None) => (KEYS_URL, url),
        (None, None) => ("the address of Google's keys", FIREBASE_KEYS_URL.to_owned()),
    };
    KeyStore::fetched(url.parse().context(variable)?)
        .max_wait(PATIENCE)
        .build()
        .context(variable)
}

/// A JWK set, or PEM texts by `kid`.
fn from_file(path: &str) -> anyhow::Result<KeyStore> {
    let mut document = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST).read_to_end(&mut document))
        .with_context(|| format!("cannot read {path}"))?;
    match pem::to_jwks(&document)? {
        Some(jwks) => Ok(KeyStore::fixed(KeySet::parse(jwks.as_bytes())?)),
        None => Ok(KeyStore::file(path)?),
    }
}

fn given(value: Option<String>) -> Option<String> {
    value.filter(|value| !value.is_empty())
}
