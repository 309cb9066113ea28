//! A stand-in for the metadata server of Cloud Run and Compute Engine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use url::Url;

use crate::GoogleIssuer;

/// A metadata server on loopback, for what goes by `GCE_METADATA_HOST`. It stops when it is dropped.
///
/// It knows a project by id and number, a region, and a service account, whose ID tokens [`GoogleIssuer`] signs. Its access tokens
/// open nothing.
#[derive(Debug)]
pub struct MetadataServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

/// What a metadata server says of the place that a program runs in.
#[derive(Clone, Debug)]
pub struct Place {
    /// The id of the project.
    pub project_id: String,
    /// The number of the project.
    pub project_number: u64,
    /// The region, such as `europe-west1`.
    pub region: String,
    /// The e-mail address of the service account that the program runs as.
    pub service_account: String,
}

impl MetadataServer {
    /// Starts a server, on a port that the system chooses, in the current tokio runtime.
    pub async fn start(place: Place) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let place = Arc::new(place);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let place = Arc::clone(&place);
                // Whoever asked may have gone.
                tokio::spawn(async move { serve(stream, &place).await });
            }
        });
        Ok(Self { address, serving })
    }

    /// What `GCE_METADATA_HOST` is to be set to.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for MetadataServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, place: &Place) -> io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= 16 * 1024 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let named = head
        .to_ascii_lowercase()
        .contains("\r\nmetadata-flavor: google\r\n");
    let target = head.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match answer(target, place) {
        // Google's own rule: who leaves it out may have been led here.
        _ if !named => (403, String::new()),
        Some(body) => (200, body),
        None => (404, String::new()),
    };
    let answer = format!(
        "HTTP/1.1 {status} status\r\nmetadata-flavor: Google\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

/// What lies at this path.
fn answer(target: &str, place: &Place) -> Option<String> {
    let url = Url::parse("http://metadata.google.internal").ok()?;
    let url = url.join(target).ok()?;
    let path = url.path().strip_prefix("/computeMetadata/v1/")?;
    Some(match path {
        "project/project-id" => place.project_id.clone(),
        "project/numeric-project-id" => place.project_number.to_string(),
        "instance/region" => format!("projects/{}/regions/{}", place.project_number, place.region),
        "instance/service-accounts/default/email" => place.service_account.clone(),
        "instance/service-accounts/default/token" => {
            json!({"access_token": "opens-nothing", "expires_in": 3599, "token_type": "Bearer"})
                .to_string()
        }
        "instance/service-accounts/default/identity" => {
            let (_, audience) = url.query_pairs().find(|(name, _)| name == "audience")?;
            let issuer = GoogleIssuer::new(&audience);
            issuer.token(&place.service_account).sign()
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_the_place_and_signs_for_the_audience() {
        let place = Place {
            project_id: "demo-greeter".to_owned(),
            project_number: 123_456_789_012,
            region: "europe-west1".to_owned(),
            service_account: "greeter@demo-greeter.iam.gserviceaccount.com".to_owned(),
        };
        let at = |path: &str| answer(&format!("/computeMetadata/v1/{path}"), &place);
        let region = at("instance/region");
        assert_eq!(
            region.as_deref(),
            Some("projects/123456789012/regions/europe-west1")
        );
        let identity = "instance/service-accounts/default/identity";
        let token = at(&format!("{identity}?audience=https://votes.example.com"));
        assert!(token.is_some_and(|token| token.split('.').count() == 3));
        assert_eq!(at(identity), None);
        assert_eq!(at("instance/zone"), None);
    }
}
