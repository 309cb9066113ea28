//! The metadata server of Cloud Run and Compute Engine.

use std::time::Duration;

use reqwest::Client;
use url::Url;

use super::SettingsError;
use crate::http_client::{describe, http_client, read_body};

/// Every answer that is asked for here is far smaller.
const MAX_ANSWER: usize = 64 * 1024;

/// The flavour header says that the asker means the metadata server, and the answerer that it is one. Google's own rule.
const FLAVOR: (&str, &str) = ("metadata-flavor", "Google");

/// What the metadata server says of the project and the place that this runs in. Cloning is cheap.
///
/// Each question is asked anew, with a time-out of 3 seconds, and not repeated: keep the answer.
#[derive(Clone, Debug)]
pub struct Metadata {
    http: Client,
    base: Url,
}

/// The metadata server is away or answers nonsense. The text is fit for a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the metadata server: {0}")]
pub struct MetadataError(String);

// === impl Metadata ===

impl Metadata {
    /// The metadata server where Google puts it.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the name is a constant, tried by a test"
    )]
    pub fn new() -> Self {
        Self::at("metadata.google.internal").expect("a host name")
    }

    /// The metadata server at another `host` or `host:port`: what Google's libraries take from `GCE_METADATA_HOST`.
    ///
    /// # Errors
    ///
    /// Where that is not a host, with or without a port.
    pub fn at(host: &str) -> Result<Self, SettingsError> {
        let base = Url::parse(&format!("http://{host}/computeMetadata/v1/"))
            .ok()
            .filter(|url| {
                url.path() == "/computeMetadata/v1/"
                    && url.query().is_none()
                    && url.username().is_empty()
                    && url.password().is_none()
            })
            .ok_or_else(|| {
                SettingsError::new("the metadata server's place must be a host or host:port")
            })?;
        Ok(Self {
            http: http_client(Duration::from_secs(1)),
            base,
        })
    }

    /// The id of the project, such as `my-project`.
    pub async fn project_id(&self) -> Result<String, MetadataError> {
        let id = self.ask_text("project/project-id").await?;
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b);
        if (1..=64).contains(&id.len()) && id.bytes().all(fits) {
            Ok(id)
        } else {
            Err(MetadataError("the answer is no project id".to_owned()))
        }
    }

    /// The number of the project.
    pub async fn project_number(&self) -> Result<u64, MetadataError> {
        let number = self.ask_text("project/numeric-project-id").await?;
        parse_number(&number)
            .ok_or_else(|| MetadataError("the answer is no project number".to_owned()))
    }

    /// The region that this runs in, such as `europe-west1`. Cloud Run only: a virtual machine has a zone instead.
    pub async fn region(&self) -> Result<String, MetadataError> {
        // The answer is `projects/NUMBER/regions/REGION`.
        let answer = self.ask_text("instance/region").await?;
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        match answer.split('/').collect::<Vec<_>>()[..] {
            ["projects", number, "regions", region]
                if parse_number(number).is_some()
                    && (1..=63).contains(&region.len())
                    && region.bytes().all(fits) =>
            {
                Ok(region.to_owned())
            }
            _ => Err(MetadataError("the answer is no region".to_owned())),
        }
    }

    async fn ask_text(&self, path: &str) -> Result<String, MetadataError> {
        let answer = self.ask(path, &[], Duration::from_secs(3)).await?;
        let text = String::from_utf8(answer)
            .map_err(|_| MetadataError("the answer is not text".to_owned()))?;
        Ok(text.trim().to_owned())
    }

    /// Asks for what lies at `path` below `/computeMetadata/v1/`.
    pub(super) async fn ask(
        &self,
        path: &str,
        query: &[(&str, &str)],
        timeout: Duration,
    ) -> Result<Vec<u8>, MetadataError> {
        let mut url = self
            .base
            .join(path)
            .map_err(|_| MetadataError("there is no such path".to_owned()))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let response = self
            .http
            .get(url)
            .header(FLAVOR.0, FLAVOR.1)
            .timeout(timeout)
            .send()
            .await
            .map_err(|error| MetadataError(describe(&error)))?;
        let status = response.status();
        if !status.is_success() {
            return Err(MetadataError(format!("HTTP status {}", status.as_u16())));
        }
        // Someone else may answer at a name that does not exist, such as a provider's own search page.
        if response
            .headers()
            .get(FLAVOR.0)
            .is_none_or(|it| it != FLAVOR.1)
        {
            return Err(MetadataError(
                "the answer is not a metadata server's".to_owned(),
            ));
        }
        read_body(response, MAX_ANSWER).await.map_err(MetadataError)
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Self::new()
    }
}

/// Decimal digits only: `u64::from_str` takes a plus sign too.
fn parse_number(text: &str) -> Option<u64> {
    text.bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_metadata_server_is_named_by_host_and_port() {
        let _ = Metadata::new();
        for host in ["127.0.0.1:8080", "metadata", "[::1]:80"] {
            assert!(Metadata::at(host).is_ok(), "{host}");
        }
        for host in ["", "a/b", "a?b", "a#b", "user@a", "http://a", "a:port"] {
            assert!(Metadata::at(host).is_err(), "{host}");
        }
    }
}
