//! Where the issuers' keys come from.

use std::path::PathBuf;

use url::Url;

use super::{ConfigError, read::Setting, values};

/// Where an issuer's keys come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeySource {
    /// From where Google publishes them.
    #[default]
    Google,
    /// From this address, as a JWKS.
    Url(Url),
    /// From this file, as a JWKS, read once.
    File(PathBuf),
}

/// Where the keys of each kind of token come from: `CALLGATE_KEYS_URL_<KIND>` or `CALLGATE_KEYS_FILE_<KIND>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Of Firebase ID tokens: `FIREBASE`.
    pub firebase: KeySource,
    /// Of Firebase session cookies: `SESSION_COOKIE`.
    pub session_cookie: KeySource,
    /// Of the assertions of Identity-Aware Proxy: `IAP`.
    pub iap: KeySource,
    /// Of Google's ID tokens for service accounts: `GOOGLE`.
    pub google: KeySource,
    /// Of App Check tokens: `APP_CHECK`.
    pub app_check: KeySource,
}

/// The two variables of one kind of token.
#[derive(Clone, Copy)]
pub(crate) struct Variables {
    pub(crate) url: &'static str,
    pub(crate) file: &'static str,
}

pub(crate) const FIREBASE: Variables = Variables {
    url: "CALLGATE_KEYS_URL_FIREBASE",
    file: "CALLGATE_KEYS_FILE_FIREBASE",
};
pub(crate) const SESSION_COOKIE: Variables = Variables {
    url: "CALLGATE_KEYS_URL_SESSION_COOKIE",
    file: "CALLGATE_KEYS_FILE_SESSION_COOKIE",
};
pub(crate) const IAP: Variables = Variables {
    url: "CALLGATE_KEYS_URL_IAP",
    file: "CALLGATE_KEYS_FILE_IAP",
};
pub(crate) const GOOGLE: Variables = Variables {
    url: "CALLGATE_KEYS_URL_GOOGLE",
    file: "CALLGATE_KEYS_FILE_GOOGLE",
};
pub(crate) const APP_CHECK: Variables = Variables {
    url: "CALLGATE_KEYS_URL_APP_CHECK",
    file: "CALLGATE_KEYS_FILE_APP_CHECK",
};

// === impl Keys ===

impl Keys {
    /// The addresses that were given, each with its variable.
    pub(super) fn urls(&self) -> impl Iterator<Item = (&'static str, &Url)> {
        [
            (FIREBASE, &self.firebase),
            (SESSION_COOKIE, &self.session_cookie),
            (IAP, &self.iap),
            (GOOGLE, &self.google),
            (APP_CHECK, &self.app_check),
        ]
        .into_iter()
        .filter_map(|(variables, source)| match source {
            KeySource::Url(url) => Some((variables.url, url)),
            KeySource::Google | KeySource::File(_) => None,
        })
    }
}

/// The source that these two settings make.
pub(super) fn source(
    variables: Variables,
    url: Option<String>,
    file: Option<String>,
) -> Result<KeySource, ConfigError> {
    let url_text = Setting(variables.url, url).read(values::url)?;
    let file = Setting(variables.file, file).read(|text| Ok(PathBuf::from(text)))?;
    match (url_text, file) {
        (None, None) => Ok(KeySource::Google),
        (Some(url), None) => Ok(KeySource::Url(url)),
        (None, Some(file)) => Ok(KeySource::File(file)),
        (Some(_), Some(_)) => Err(ConfigError::new(
            variables.file,
            format!(
                "{} is given too: keys come from one place, so leave one of them unset",
                variables.url
            ),
        )),
    }
}
