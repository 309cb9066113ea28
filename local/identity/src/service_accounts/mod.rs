//! The project's service accounts: made by name, and proven to this provider's `/token` by the key in their file.

mod error;
mod grant;
mod key_file;

use std::{fmt, path::PathBuf};

pub use error::ServiceAccountError;
pub(crate) use grant::{is_audience, token};

use crate::{
    Identity,
    error::ApiError,
    jwt::{self, Period},
    keys::{self, Algorithm, Issuer},
    state::ServiceAccountRecord,
};

/// As many as there may be: each has a key, which is written at each change.
const MAX_ACCOUNTS: usize = 64;

/// As long as Google's names may be.
const MAX_NAME: usize = 30;

/// How long the tokens of a service account live, in seconds.
pub(crate) const LIFETIME: u64 = 60 * 60;

/// A service account of the project, with which a service calls others.
#[derive(Clone)]
#[non_exhaustive]
pub struct ServiceAccount {
    /// Its e-mail address, `NAME@PROJECT.iam.gserviceaccount.com`.
    pub email: String,
    /// 21 digits, the `sub` of its ID tokens.
    pub unique_id: String,
    /// The JSON file with its private key, for whoever takes Google's own. Only its owner may read it.
    pub key_file: PathBuf,
}

impl Identity {
    /// The service account of this name (lower-case letters, digits and hyphens, at most 30 of them), made if there is none yet.
    ///
    /// Its key stands in the folder as `NAME.service-account.json`, in Google's own format but with this provider's address: clients
    /// of Google's APIs take it as it is.
    ///
    /// # Errors
    ///
    /// Where the name is none, there are too many accounts, or the disk refuses.
    pub async fn service_account(&self, name: &str) -> Result<ServiceAccount, ServiceAccountError> {
        // To the end: the file too is written by one at a time.
        let _one = self.0.making_keys.lock().await;
        let record = self.known_or_made(name).await?;
        let json = key_file::json(self, name, &record).ok_or(ServiceAccountError::Key)?;
        let file = format!("{name}.service-account.json");
        let identity = self.clone();
        let written = tokio::task::spawn_blocking(move || {
            identity.store().write_file(&file, json.as_bytes())
        });
        let key_file = written
            .await
            .map_err(|_| ServiceAccountError::Key)?
            .map_err(ServiceAccountError::File)?;
        Ok(ServiceAccount {
            email: self.service_account_email(name),
            unique_id: record.unique_id,
            key_file,
        })
    }

    /// The account as it is kept, made if there is none yet.
    pub(crate) async fn service_account_record(
        &self,
        name: &str,
    ) -> Result<ServiceAccountRecord, ServiceAccountError> {
        let _one = self.0.making_keys.lock().await;
        self.known_or_made(name).await
    }

    /// Whoever calls it holds the lock of making keys.
    async fn known_or_made(&self, name: &str) -> Result<ServiceAccountRecord, ServiceAccountError> {
        if !is_name(name) {
            return Err(ServiceAccountError::Name(name.chars().take(64).collect()));
        }
        let (known, count) = self.store().read(|state| {
            let accounts = &state.service_accounts;
            (accounts.get(name).cloned(), accounts.len())
        });
        if let Some(record) = known {
            return Ok(record);
        }
        if count >= MAX_ACCOUNTS {
            return Err(ServiceAccountError::TooMany);
        }
        let record = ServiceAccountRecord {
            unique_id: unique_id()?,
            key: keys::generate(Algorithm::Rs256, LIFETIME).await?,
        };
        let inserted = self.store().change(|state| {
            let accounts = &mut state.service_accounts;
            accounts.insert(name.to_owned(), record.clone());
            Ok(())
        });
        inserted.await?;
        Ok(record)
    }

    pub(crate) fn service_account_email(&self, name: &str) -> String {
        format!("{name}@{}.iam.gserviceaccount.com", self.project())
    }

    /// Where assertions are exchanged for tokens, which is also their audience.
    pub(crate) fn token_uri(&self) -> String {
        format!("{}/token", self.settings().loopback_origin())
    }

    /// An ID token of the account of this name, as Google signs it.
    pub(crate) fn google_id_token(
        &self,
        name: &str,
        account: &ServiceAccountRecord,
        audience: &str,
        period: Period,
    ) -> Result<String, ApiError> {
        let claims = serde_json::json!({
            "iss": "https://accounts.google.com",
            "aud": audience,
            "azp": account.unique_id,
            "sub": account.unique_id,
            "email": self.service_account_email(name),
            "email_verified": true,
            "iat": period.iat,
            "exp": period.exp,
        });
        jwt::sign(&self.keys(Issuer::Google), claims)
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("key_file", &self.key_file)
            .finish_non_exhaustive()
    }
}

/// A letter, then letters, digits and hyphens, the last of which is no hyphen. It becomes part of a file's name.
fn is_name(name: &str) -> bool {
    let known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    name.len() <= MAX_NAME
        && name.bytes().all(known)
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.ends_with('-')
}

/// 21 digits, the first of which is 1, as Google's are.
fn unique_id() -> Result<String, ApiError> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| ApiError::Storage)?;
    Ok(twenty_one_digits(random))
}

/// The same number for the same bytes.
pub(crate) fn twenty_one_digits(bytes: [u8; 16]) -> String {
    const SPAN: u128 = 10_u128.pow(20);
    (SPAN + u128::from_be_bytes(bytes) % SPAN).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_safe_in_addresses_and_in_file_names() {
        for name in ["a", "admin", "votes-2", &"x".repeat(30)] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "",
            "-a",
            "a-",
            "1a",
            "Admin",
            "a/b",
            "..",
            "a.b",
            "a@b",
            "ä",
            "a b",
            &"x".repeat(31),
        ] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_unique_id_has_21_digits() {
        for bytes in [[0; 16], [255; 16]] {
            let id = twenty_one_digits(bytes);
            assert!(
                id.len() == 21 && id.starts_with('1') && id.bytes().all(|b| b.is_ascii_digit())
            );
        }
    }
}
