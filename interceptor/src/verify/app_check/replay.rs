//! Asking App Check whether a token was used before. Asking uses it up.
//!
//! Source: `projects.verifyAppCheckToken` of the [App Check API](https://firebase.google.com/docs/reference/appcheck/rest/v1beta/projects/verifyAppCheckToken).

use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    denial::Denial,
    google::{Credentials, SettingsError},
    http_client::{check_url, describe, http_client, read_body},
    json::parse_object,
};

const BASE_URL: &str = "https://firebaseappcheck.googleapis.com";

/// An answer has 30 bytes.
const MAX_ANSWER: usize = 16 * 1024;

/// How a project's tokens are used up.
#[derive(Clone)]
pub(super) struct Replay {
    project_id: Box<str>,
    base_url: Option<Url>,
    timeout: Duration,
    asker: Option<Asker>,
}

#[derive(Clone)]
struct Asker {
    http: Client,
    credentials: Credentials,
}

#[derive(Serialize)]
struct Request<'a> {
    app_check_token: &'a str,
}

/// A field that is `false` may be left out: so JSON is made of protocol buffers. One that is `null` is an answer to nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    already_consumed: bool,
}

impl Replay {
    pub(super) fn new(project_id: &str) -> Self {
        Self {
            project_id: project_id.into(),
            base_url: None,
            timeout: Duration::from_secs(5),
            asker: None,
        }
    }

    pub(super) fn credentials(mut self, credentials: Credentials) -> Self {
        self.asker = Some(Asker {
            http: http_client(Duration::from_secs(2)),
            credentials,
        });
        self
    }

    pub(super) fn base_url(mut self, url: &str) -> Result<Self, SettingsError> {
        self.base_url = Some(parse_base_url(url)?);
        Ok(self)
    }

    pub(super) fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(super) fn is_possible(&self) -> bool {
        self.asker.is_some()
    }

    /// Uses a token up that is valid in all else. Anything but a plain "not used before" is a refusal.
    pub(super) async fn consume(&self, token: &str) -> Result<(), Denial> {
        let Some(asker) = &self.asker else {
            return Err(unavailable("there are no credentials to ask with"));
        };
        let url = self
            .url()
            .map_err(|error| unavailable(&error.to_string()))?;
        let body = tokio::time::timeout(self.timeout, asker.ask(&url, token))
            .await
            .unwrap_or_else(|_| Err("no answer in time".to_owned()))
            .map_err(|why| unavailable(&why))?;
        let answer: Answer = parse_object(&body).map_err(|why| unavailable(&why))?;
        if answer.already_consumed {
            return Err(Denial::AppCheckRequired("used before".to_owned()));
        }
        Ok(())
    }

    fn url(&self) -> Result<Url, SettingsError> {
        let mut url = match &self.base_url {
            Some(url) => url.clone(),
            None => parse_base_url(BASE_URL)?,
        };
        // `check_url` has seen to it that there is a host, and so a path.
        if let Ok(mut path) = url.path_segments_mut() {
            let call = format!("{}:verifyAppCheckToken", self.project_id);
            path.pop_if_empty();
            path.extend(["v1beta", "projects", &call]);
        }
        Ok(url)
    }
}

impl Asker {
    /// Asks once; once more, with another access token, where the first was refused and the question so not heard.
    async fn ask(&self, url: &Url, token: &str) -> Result<Vec<u8>, String> {
        let words = |error: &dyn std::error::Error| error.to_string();
        let access = self
            .credentials
            .access_token()
            .await
            .map_err(|e| words(&e))?;
        let mut response = self.send(url, token, access.secret()).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            self.credentials.reject(&access);
            let other = self
                .credentials
                .access_token()
                .await
                .map_err(|e| words(&e))?;
            if other != access {
                response = self.send(url, token, other.secret()).await?;
            }
        }
        if response.status() != StatusCode::OK {
            return Err(format!("HTTP status {}", response.status().as_u16()));
        }
        read_body(response, MAX_ANSWER).await
    }

    async fn send(&self, url: &Url, token: &str, access: &str) -> Result<Response, String> {
        let request = Request {
            app_check_token: token,
        };
        let sent = self.http.post(url.clone()).bearer_auth(access);
        let sent = sent.json(&request).send().await;
        sent.map_err(|error| describe(&error))
    }
}

fn unavailable(why: &str) -> Denial {
    Denial::AppCheckUnavailable(why.to_owned())
}

fn parse_base_url(url: &str) -> Result<Url, SettingsError> {
    let wrong = |words: &str| SettingsError::new(format!("the address of App Check: {words}"));
    let url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    check_url(&url).map_err(wrong)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must end with its path"));
    }
    Ok(url)
}
