//! Passwords are kept as PBKDF2-HMAC-SHA256 hashes.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};

use crate::error::ApiError;

/// Moderate: the accounts of one's own machine, and their tests.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(60_000).expect("it is not zero");

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PasswordHash {
    /// Base64.
    salt: String,
    hash: String,
    iterations: NonZeroU32,
}

/// Hashes a new password, on a thread that may be busy.
pub(crate) async fn hash(password: String) -> Result<PasswordHash, ApiError> {
    let mut salt = [0; 16];
    aws_lc_rs::rand::fill(&mut salt).map_err(|_| ApiError::Storage)?;
    let hash = tokio::task::spawn_blocking(move || {
        let mut hash = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ITERATIONS,
            &salt,
            password.as_bytes(),
            &mut hash,
        );
        hash
    });
    let hash = hash.await.map_err(|_| ApiError::Storage)?;
    Ok(PasswordHash {
        salt: BASE64_STANDARD.encode(salt),
        hash: BASE64_STANDARD.encode(hash),
        iterations: ITERATIONS,
    })
}

/// Whether it is the password of that hash. Where there is none it takes as long, and is not.
pub(crate) async fn matches(known: Option<PasswordHash>, password: String) -> bool {
    let compared = tokio::task::spawn_blocking(move || {
        let (salt, hash, iterations) = match &known {
            Some(known) => (known.salt.as_str(), known.hash.as_str(), known.iterations),
            None => ("AAAAAAAAAAAAAAAAAAAAAA==", "", ITERATIONS),
        };
        let salt = BASE64_STANDARD.decode(salt).unwrap_or_default();
        let hash = BASE64_STANDARD.decode(hash).unwrap_or_default();
        // An empty hash matches no password, after all the work.
        let hash = if hash.is_empty() { vec![0; 32] } else { hash };
        pbkdf2::verify(
            pbkdf2::PBKDF2_HMAC_SHA256,
            iterations,
            &salt,
            password.as_bytes(),
            &hash,
        )
        .is_ok()
            && known.is_some()
    });
    compared.await.unwrap_or(false)
}

#[cfg(test)]
impl PasswordHash {
    pub(crate) fn for_test() -> Self {
        Self {
            salt: String::new(),
            hash: String::new(),
            iterations: ITERATIONS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let known = hash("correct horse".into()).await.unwrap();
        assert!(matches(Some(known.clone()), "correct horse".into()).await);
        assert!(!matches(Some(known.clone()), "correct horsf".into()).await);
        assert!(!matches(None, "correct horse".into()).await);
        assert!(
            known != hash("correct horse".into()).await.unwrap(),
            "each has a salt of its own"
        );
    }
}
