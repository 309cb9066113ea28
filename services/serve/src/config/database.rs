//! Where services keep their data.

use super::{Config, ConfigError};

impl Config {
    /// The database of a service that keeps data: [`Config::database_url`], and where there is none this SQLite file in the working
    /// directory, for a look at the service.
    ///
    /// # Errors
    ///
    /// Where there is none in production: an instance's own disk goes with the instance.
    pub fn database_url_or<'a>(&'a self, embedded: &'a str) -> Result<&'a str, ConfigError> {
        if let Some(url) = self.database_url() {
            return Ok(url);
        }
        if let Some(production) = self.platform.production() {
            return Err(ConfigError::new(
                "DATABASE_URL",
                format!(
                    "it is missing, and {production} says that this is production, where data are kept in PostgreSQL"
                ),
            ));
        }
        tracing::warn!(
            embedded,
            "DATABASE_URL is not set: data are kept in the working directory"
        );
        Ok(embedded)
    }
}
