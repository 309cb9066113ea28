//! What weakens verification has no place in production, nor beside a real project (G22).

use super::{Config, ConfigError, values};

impl Config {
    /// Refuses what weakens verification where the process runs in production, and beside a project that is no demonstration.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        self.check_emulator()?;
        self.telemetry.check()?;
        let accounts = self
            .accounts_url
            .as_ref()
            .map(|url| ("CALLGATE_ACCOUNTS_URL", url));
        for (variable, url) in self.keys.urls().chain(accounts) {
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
            if !self.is_demonstration() {
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

    /// Firebase's emulator signs nothing: whoever can reach the service can be anybody.
    fn check_emulator(&self) -> Result<(), ConfigError> {
        const VARIABLE: &str = "FIREBASE_AUTH_EMULATOR_HOST";
        if self.auth_emulator_host.is_none() {
            return Ok(());
        }
        let refuse = |problem: String| Err(ConfigError::new(VARIABLE, problem));
        if let Some(production) = self.platform.production() {
            return refuse(format!(
                "the emulator's tokens are unsigned, and {production} says that this is production: leave it unset"
            ));
        }
        if !cfg!(feature = "emulator") {
            return refuse(
                "this program was built without the emulator's verifier: build it with the feature `emulator`, or leave it unset"
                    .to_owned(),
            );
        }
        if !self.is_demonstration() {
            return Err(ConfigError::new(
                "CALLGATE_PROJECT_ID",
                format!(
                    "with {VARIABLE} it must begin with `demo-`, so that no real project is at stake"
                ),
            ));
        }
        Ok(())
    }

    fn is_demonstration(&self) -> bool {
        let id = self.project_id.as_ref();
        id.is_some_and(|id| id.starts_with("demo-"))
    }
}
