//! The client of Identity Toolkit's administrative calls.

use std::{sync::Arc, time::Duration};

use reqwest::Client;
use serde::Serialize;
use url::Url;

use super::{
    Account, AccountUpdate, AccountsError,
    answer::{Answer, read_answer},
    record::read_lookup,
};
use crate::{
    caller::UserId,
    google::{Credentials, SettingsError},
    http_client::{check_url, describe, http_client},
    json::parse_object,
};

/// The user accounts of one project. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Accounts(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    http: Client,
    base_url: Url,
    project_id: String,
    credentials: Credentials,
    timeout: Duration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LookupRequest<'a> {
    local_id: [&'a str; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRequest<'a> {
    local_id: &'a str,
}

// === impl Accounts ===

impl Accounts {
    /// The accounts of this project, at Google, with a time-out of 5 seconds.
    ///
    /// # Errors
    ///
    /// Where the project's id cannot be one.
    pub fn new(project_id: &str, credentials: Credentials) -> Result<Self, SettingsError> {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:".contains(&b);
        let letter = project_id.starts_with(|c: char| c.is_ascii_lowercase());
        if !letter || project_id.len() > 64 || !project_id.bytes().all(fits) {
            return Err(SettingsError::new("the accounts' project id is not one"));
        }
        Ok(Self(Arc::new(Inner {
            http: http_client(Duration::from_secs(2)),
            base_url: parse_base_url("https://identitytoolkit.googleapis.com")?,
            project_id: project_id.to_owned(),
            credentials,
            timeout: Duration::from_secs(5),
        })))
    }

    /// Other accounts than Google's: a local stand-in, or Firebase's emulator (`http://127.0.0.1:9099/identitytoolkit.googleapis.com`).
    ///
    /// # Errors
    ///
    /// Where it is neither https nor on this machine, or has more than a path.
    pub fn base_url(mut self, url: &str) -> Result<Self, SettingsError> {
        Arc::make_mut(&mut self.0).base_url = parse_base_url(url)?;
        Ok(self)
    }

    /// How long a call may take in all, with the request for a token that it may need.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.0).timeout = timeout;
        self
    }

    /// The account of a user, as it is now. `None`: there is no such account.
    pub async fn lookup(&self, user: UserId<'_>) -> Result<Option<Account>, AccountsError> {
        let request = LookupRequest {
            local_id: [user.uid],
        };
        match self.call("accounts:lookup", user, &request).await {
            Ok(body) => read_lookup(&body, user).map_err(AccountsError::Unavailable),
            Err(AccountsError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes the account of a user. Tokens show the change after their next refresh.
    pub async fn update(
        &self,
        user: UserId<'_>,
        update: &AccountUpdate,
    ) -> Result<(), AccountsError> {
        let request = update.request(user);
        self.change("accounts:update", user, &request).await
    }

    /// Deletes the account of a user, for good. A token outlives it until it expires, except where a rule asks for revocation.
    pub async fn delete(&self, user: UserId<'_>) -> Result<(), AccountsError> {
        let request = DeleteRequest { local_id: user.uid };
        self.change("accounts:delete", user, &request).await
    }

    /// Makes one call of whose answer only the success is of interest.
    async fn change(
        &self,
        method: &str,
        user: UserId<'_>,
        request: &impl Serialize,
    ) -> Result<(), AccountsError> {
        let body = self.call(method, user, request).await?;
        parse_object::<serde::de::IgnoredAny>(&body)
            .map(drop)
            .map_err(AccountsError::Unavailable)
    }

    /// Makes one call about a user, within the time-out.
    async fn call(
        &self,
        method: &str,
        user: UserId<'_>,
        request: &impl Serialize,
    ) -> Result<Vec<u8>, AccountsError> {
        let url = self.0.url(method, user.tenant)?;
        tokio::time::timeout(self.0.timeout, self.0.call(url, request))
            .await
            .unwrap_or_else(|_| Err(AccountsError::Unavailable("no answer in time".to_owned())))
    }
}

// === impl Inner ===

impl Inner {
    fn url(&self, method: &str, tenant: Option<&str>) -> Result<Url, AccountsError> {
        let mut url = self.base_url.clone();
        // `check_url` has seen to it that there is a host, and so a path.
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            path.extend(["v1", "projects", &self.project_id]);
            if let Some(tenant) = tenant {
                // A name with dots could climb out of the tenant, to the users of another pool.
                let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
                if !(1..=128).contains(&tenant.len()) || !tenant.bytes().all(fits) {
                    return Err(AccountsError::Refused(
                        "the tenant's name is none".to_owned(),
                    ));
                }
                path.extend(["tenants", tenant]);
            }
            path.push(method);
        }
        Ok(url)
    }

    /// Makes one call; once more, with another token, where the first token was refused.
    async fn call(&self, url: Url, request: &impl Serialize) -> Result<Vec<u8>, AccountsError> {
        let token = self.credentials.access_token().await?;
        let send = |token: &str| {
            let sent = self
                .http
                .post(url.clone())
                .bearer_auth(token)
                .json(request)
                .send();
            async {
                let response = sent
                    .await
                    .map_err(|error| AccountsError::Unavailable(describe(&error)))?;
                read_answer(response).await
            }
        };
        let unauthorized = || {
            AccountsError::Refused("HTTP status 401: the access token is not accepted".to_owned())
        };
        if let Answer::Done(body) = send(token.secret()).await? {
            return Ok(body);
        }
        self.credentials.reject(&token);
        let other = self.credentials.access_token().await?;
        if other == token {
            return Err(unauthorized());
        }
        match send(other.secret()).await? {
            Answer::Done(body) => Ok(body),
            Answer::Unauthorized => Err(unauthorized()),
        }
    }
}

fn parse_base_url(url: &str) -> Result<Url, SettingsError> {
    let wrong = |words: &str| SettingsError::new(format!("the accounts' address: {words}"));
    let url = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
    check_url(&url).map_err(wrong)?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it must end with its path"));
    }
    Ok(url)
}
