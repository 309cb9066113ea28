//! Which project this is, and which service of it, where nobody said so.

use callgate::google::{Metadata, MetadataError};

use crate::ConfigError;

const PROJECT_ID: &str = "CALLGATE_PROJECT_ID";
const PROJECT_NUMBER: &str = "CALLGATE_PROJECT_NUMBER";
const IAP_AUDIENCE: &str = "CALLGATE_IAP_AUDIENCE";

/// Asks the metadata server.
pub(crate) async fn from_metadata_server() -> Result<String, ConfigError> {
    let id = metadata()?.project_id().await;
    id.map_err(unknown(PROJECT_ID, "the project whose users may call"))
}

/// The project's number: the configured one, or the metadata server's.
pub(crate) async fn number(configured: Option<u64>) -> Result<u64, ConfigError> {
    if let Some(number) = configured {
        return Ok(number);
    }
    let number = metadata()?.project_number().await;
    number.map_err(unknown(PROJECT_NUMBER, "the number of the project"))
}

/// The audience of Identity-Aware Proxy directly before this service of Cloud Run.
pub(crate) async fn iap_audience(project_number: Option<u64>) -> Result<String, ConfigError> {
    let service = std::env::var("K_SERVICE").unwrap_or_default();
    if service.is_empty() {
        return Err(ConfigError::new(
            IAP_AUDIENCE,
            "a rule admits internal users, and this is no service of Cloud Run whose audience could be told: set it to \
             /projects/NUMBER/locations/REGION/services/SERVICE or /projects/NUMBER/global/backendServices/ID",
        ));
    }
    let number = number(project_number).await?;
    let region = metadata()?.region().await;
    let region = region.map_err(unknown(IAP_AUDIENCE, "the audience"))?;
    Ok(format!(
        "/projects/{number}/locations/{region}/services/{service}"
    ))
}

/// The region that this service of Cloud Run runs in.
pub(crate) async fn region() -> Result<String, ConfigError> {
    let region = metadata()?.region().await;
    region.map_err(|error| ConfigError::new("OTEL_RESOURCE_ATTRIBUTES", error.to_string()))
}

fn unknown(variable: &'static str, what: &str) -> impl FnOnce(MetadataError) -> ConfigError {
    let what = what.to_owned();
    move |error| {
        let problem = format!("not set, and unknown here ({error}): set it to {what}");
        ConfigError::new(variable, problem)
    }
}

/// The metadata server, at `GCE_METADATA_HOST` where that is set, as for Google's own libraries.
pub(crate) fn metadata() -> Result<Metadata, ConfigError> {
    match std::env::var("GCE_METADATA_HOST") {
        Ok(host) if !host.is_empty() => Metadata::at(&host)
            .map_err(|error| ConfigError::new("GCE_METADATA_HOST", error.to_string())),
        _ => Ok(Metadata::new()),
    }
}
