//! What weakens verification has no place in production, nor beside a real project (G22).

use super::{Config, ConfigError, KeySource, values};

impl Config {
    /// Refuses what weakens verification where the process runs in production, and beside a project that is no demonstration.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let keys = match &self.firebase_keys {
            KeySource::Url(url) => Some(("CALLGATE_KEYS_URL_FIREBASE", url)),
            KeySource::Google | KeySource::File(_) => None,
        };
        let accounts = self
            .accounts_url
            .as_ref()
            .map(|url| ("CALLGATE_ACCOUNTS_URL", url));
        for (variable, url) in keys.into_iter().chain(accounts) {
            let url =
                values::url(url.as_str()).map_err(|problem| ConfigError::new(variable, problem))?;
            if url.scheme() == "https" {
                continue;
            }
            if let Some(production) = self.platform.production() {
                return Err(ConfigError::new(
                    variable,
                    format!(
                        "plain http is for development, and {production} says that this is production: use https, or leave it unset"
                    ),
                ));
            }
            if !self
                .project_id
                .as_ref()
                .is_some_and(|id| id.starts_with("demo-"))
            {
                return Err(ConfigError::new(
                    "CALLGATE_PROJECT_ID",
                    format!(
                        "with plain http in {variable} it must begin with `demo-`, so that no real project is at stake"
                    ),
                ));
            }
        }
        Ok(())
    }
}
