//! One call of Identity Toolkit, from the address to the answer.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use reqwest::{Client, RequestBuilder};
use serde::Serialize;
use url::Url;

use super::{
    AccountsError,
    answer::{Answer, read_answer},
};
use crate::{clock::Clock, google::Credentials, http_client::describe, json::parse_object};

/// A record has some KiB: custom claims are bounded to 1,000 characters, names to 256.
pub(super) const MAX_ANSWER: usize = 256 * 1024;

/// What the calls are made with.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) http: Client,
    pub(super) base_url: Url,
    pub(super) project_id: String,
    pub(super) credentials: Credentials,
    pub(super) timeout: Duration,
    pub(super) clock: Clock,
    pub(super) roles_claim: String,
}

// === impl Caller ===

impl Caller {
    /// The address of a method on a tenant, or on the project: `:createSessionCookie` of the pool of users itself,
    /// `accounts:lookup` of the users in it.
    pub(super) fn url(&self, method: &str, tenant: Option<&str>) -> Result<Url, AccountsError> {
        let mut pool = vec!["v1", "projects", &self.project_id];
        if let Some(tenant) = tenant {
            // A name with dots could climb out of the tenant, to the users of another pool.
            let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            if !(1..=128).contains(&tenant.len()) || !tenant.bytes().all(fits) {
                return Err(AccountsError::Refused(
                    "the tenant's name is none".to_owned(),
                ));
            }
            pool.extend(["tenants", tenant]);
        }
        let pool = pool.join("/");
        let path = if method.starts_with(':') {
            format!("{pool}{method}")
        } else {
            format!("{pool}/{method}")
        };
        let mut url = self.base_url.clone();
        // `check_url` has seen to it that there is a host, and so a path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        Ok(url)
    }

    /// Makes one call and reads its answer, a JSON object. It may change something: see [`AccountsError::of_reading`].
    pub(super) async fn post(
        &self,
        method: &str,
        tenant: Option<&str>,
        request: &impl Serialize,
    ) -> Result<Vec<u8>, AccountsError> {
        let url = self.url(method, tenant)?;
        self.send(self.http.post(url).json(request), MAX_ANSWER)
            .await
    }

    /// Makes one call of whose answer only the success is of interest.
    pub(super) async fn change(
        &self,
        method: &str,
        tenant: Option<&str>,
        request: &impl Serialize,
    ) -> Result<(), AccountsError> {
        let body = self.post(method, tenant, request).await?;
        parse_object::<serde::de::IgnoredAny>(&body)
            .map(drop)
            .map_err(AccountsError::OutcomeUnknown)
    }

    /// Sends a request and reads its answer of at most `limit` bytes, all within the time-out.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        limit: usize,
    ) -> Result<Vec<u8>, AccountsError> {
        let is_sent = AtomicBool::new(false);
        let answer = self.send_with_token(request, limit, &is_sent);
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(answer) => answer,
            Err(_) if is_sent.load(Ordering::Relaxed) => {
                Err(AccountsError::OutcomeUnknown(NO_ANSWER.to_owned()))
            }
            Err(_) => Err(AccountsError::Unavailable(NO_ANSWER.to_owned())),
        }
    }

    /// Sends a request; once more, with another token, where the first token was refused.
    async fn send_with_token(
        &self,
        request: RequestBuilder,
        limit: usize,
        is_sent: &AtomicBool,
    ) -> Result<Vec<u8>, AccountsError> {
        let token = self.credentials.access_token().await?;
        let again = request.try_clone();
        is_sent.store(true, Ordering::Relaxed);
        if let Answer::Done(body) = send(request.bearer_auth(token.secret()), limit).await? {
            return Ok(body);
        }
        // Whoever is not let in changes nothing.
        is_sent.store(false, Ordering::Relaxed);
        self.credentials.reject(&token);
        let other = self.credentials.access_token().await?;
        let Some(again) = again.filter(|_| other != token) else {
            return Err(unauthorized());
        };
        is_sent.store(true, Ordering::Relaxed);
        match send(again.bearer_auth(other.secret()), limit).await? {
            Answer::Done(body) => Ok(body),
            Answer::Unauthorized => Err(unauthorized()),
        }
    }
}

const NO_ANSWER: &str = "no answer in time";

async fn send(request: RequestBuilder, limit: usize) -> Result<Answer, AccountsError> {
    let response = request.send().await.map_err(|error| {
        let words = describe(&error);
        if error.is_connect() || error.is_builder() {
            AccountsError::Unavailable(words)
        } else {
            AccountsError::OutcomeUnknown(words)
        }
    })?;
    read_answer(response, limit).await
}

fn unauthorized() -> AccountsError {
    AccountsError::Refused("HTTP status 401: the access token is not accepted".to_owned())
}
