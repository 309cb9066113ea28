//! Which project this is, where nobody said so.

use callgate::google::Metadata;

use crate::ConfigError;

const VARIABLE: &str = "CALLGATE_PROJECT_ID";

/// Asks the metadata server.
pub(crate) async fn from_metadata_server() -> Result<String, ConfigError> {
    metadata()?.project_id().await.map_err(|error| {
        ConfigError::new(
            VARIABLE,
            format!(
                "not set, and unknown here ({error}): set it to the project whose users may call"
            ),
        )
    })
}

/// The metadata server, at `GCE_METADATA_HOST` where that is set, as for Google's own libraries.
pub(crate) fn metadata() -> Result<Metadata, ConfigError> {
    match std::env::var("GCE_METADATA_HOST") {
        Ok(host) if !host.is_empty() => Metadata::at(&host)
            .map_err(|error| ConfigError::new("GCE_METADATA_HOST", error.to_string())),
        _ => Ok(Metadata::new()),
    }
}
