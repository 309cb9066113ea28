//! Whoever IAP says is calling.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{error::ApiError, input, jwt::Period, service_accounts::twenty_one_digits};

/// Whose addresses belong to no organization.
const CONSUMER_DOMAINS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// What the address of every service account ends with.
const SERVICE_ACCOUNTS: &str = ".gserviceaccount.com";

/// As long as a uid is.
const UID: usize = 28;

/// Someone by an e-mail address; the same address is the same person each time.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Person {
    email: String,
    /// Not of Google but of Identity Platform.
    #[serde(default)]
    external: bool,
    /// The pool that an external user belongs to.
    #[serde(default)]
    tenant: Option<String>,
}

impl Person {
    /// Errs on what is no address. It is to stand in a header, so it is ASCII.
    pub(crate) fn parse(
        email: &str,
        external: bool,
        tenant: Option<&str>,
    ) -> Result<Self, ApiError> {
        let email = input::email(email)?;
        if !email.is_ascii() {
            return Err(ApiError::InvalidEmail);
        }
        let tenant = input::tenant(tenant)?;
        if tenant.is_some() && !external {
            return Err(ApiError::InvalidArgument(
                "only external users belong to a tenant",
            ));
        }
        Ok(Self {
            email,
            external,
            tenant,
        })
    }

    pub(crate) fn email(&self) -> &str {
        &self.email
    }

    /// `sub`, and the header `x-goog-authenticated-user-id`.
    pub(crate) fn subject(&self, project: &str) -> String {
        let id = if self.external {
            self.uid()
        } else {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&self.hash()[..16]);
            twenty_one_digits(bytes)
        };
        format!("{}:{id}", self.source(project))
    }

    /// The header `x-goog-authenticated-user-email`.
    pub(crate) fn header_email(&self, project: &str) -> String {
        format!("{}:{}", self.source(project), self.email)
    }

    /// What the assertion says (<https://cloud.google.com/iap/docs/signed-headers-howto>).
    pub(crate) fn claims(
        &self,
        project: &str,
        audience: &str,
        auth_time: u64,
        period: Period,
    ) -> Value {
        let mut claims = json!({
            "iss": "https://cloud.google.com/iap",
            "aud": audience,
            "azp": audience,
            "sub": self.subject(project),
            "email": self.email,
            "iat": period.iat,
            "exp": period.exp,
        });
        if self.external {
            claims["email"] = self.header_email(project).into();
            claims["gcip"] = self.gcip(project, auth_time);
        } else if let Some(domain) = self.hosted_domain() {
            claims["hd"] = domain.into();
        }
        claims
    }

    /// The organization's domain. Neither a consumer's account has one nor a service's.
    fn hosted_domain(&self) -> Option<&str> {
        let (_, domain) = self.email.split_once('@')?;
        let has_none = CONSUMER_DOMAINS.contains(&domain) || domain.ends_with(SERVICE_ACCOUNTS);
        (!has_none).then_some(domain)
    }

    /// What Identity Platform's own token would say.
    fn gcip(&self, project: &str, auth_time: u64) -> Value {
        let mut firebase = json!({
            "identities": { "email": [self.email] }, "sign_in_provider": "password",
        });
        if let Some(tenant) = &self.tenant {
            firebase["tenant"] = tenant.as_str().into();
        }
        json!({
            "iss": format!("https://securetoken.google.com/{project}"),
            "aud": project,
            "auth_time": auth_time,
            "sub": self.uid(),
            "user_id": self.uid(),
            "email": self.email,
            "email_verified": false,
            "firebase": firebase,
        })
    }

    /// Who vouches for the person, before the colon of `sub`.
    fn source(&self, project: &str) -> String {
        match (self.external, &self.tenant) {
            (false, _) => "accounts.google.com".to_owned(),
            (true, None) => format!("securetoken.google.com/{project}"),
            (true, Some(tenant)) => format!("securetoken.google.com/{project}/{tenant}"),
        }
    }

    fn uid(&self) -> String {
        let mut uid = BASE64_URL_SAFE_NO_PAD.encode(self.hash());
        uid.truncate(UID);
        uid
    }

    fn hash(&self) -> Vec<u8> {
        let tenant = self.tenant.as_deref().unwrap_or_default();
        let text = format!("{} {tenant} {}", self.external, self.email);
        digest::digest(&digest::SHA256, text.as_bytes())
            .as_ref()
            .to_vec()
    }
}
