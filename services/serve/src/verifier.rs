//! The verifier of end users, as configured.

use callgate::{
    FirebaseVerifier,
    keys::KeyStore,
    verify::{FIREBASE_KEYS_URL, VerifierError},
};

use crate::{Config, ConfigError, KeySource};

/// The verifier of this project's Firebase ID tokens.
pub(crate) fn end_users(
    config: &Config,
    project_id: &str,
) -> Result<FirebaseVerifier, ConfigError> {
    let wrong =
        |variable| move |error: VerifierError| ConfigError::new(variable, error.to_string());
    FirebaseVerifier::new(project_id, keys(&config.firebase_keys)?)
        .map_err(wrong("CALLGATE_PROJECT_ID"))?
        .clock_skew(config.clock_skew)
        .map_err(wrong("CALLGATE_CLOCK_SKEW"))?
        .tenants(&config.tenants)
        .map_err(wrong("CALLGATE_TENANTS"))?
        .roles_claim(&config.roles_claim)
        .map_err(wrong("CALLGATE_ROLES_CLAIM"))
}

fn keys(source: &KeySource) -> Result<KeyStore, ConfigError> {
    const URL: &str = "CALLGATE_KEYS_URL_FIREBASE";
    let url = match source {
        KeySource::File(path) => {
            return KeyStore::file(path).map_err(|error| {
                ConfigError::new(
                    "CALLGATE_KEYS_FILE_FIREBASE",
                    crate::logs::with_sources(&error),
                )
            });
        }
        KeySource::Google => FIREBASE_KEYS_URL
            .parse()
            .map_err(|error| ConfigError::new(URL, format!("{error}")))?,
        KeySource::Url(url) => url.clone(),
    };
    KeyStore::fetched(url)
        .build()
        .map_err(|error| ConfigError::new(URL, error.to_string()))
}
