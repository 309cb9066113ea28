//! What can go wrong with credentials.

/// A setting of an outgoing client is unusable: an address, a key file, a name. The text says which and why, and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

/// Why there is no token. The text is fit for a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Whoever gives the tokens is away or answers nonsense. It may work later.
    #[error("no token can be had: {0}")]
    Unavailable(String),
    /// Whoever gives the tokens gives none for these credentials: the key or its account was deleted, perhaps.
    #[error("no token is given for these credentials: {0}")]
    Refused(String),
}

// === impl SettingsError ===

impl SettingsError {
    pub(crate) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}
