//! Where the keys of one kind of token come from.

use std::{fs::File, io::Read as _, time::Duration};

use anyhow::{Context, bail};
use callgate::keys::{KeySet, KeyStore, KeyStoreBuilder};
use url::Url;

use super::given;
use crate::pem;

/// The longest that a person waits for an issuer's keys.
const PATIENCE: Duration = Duration::from_secs(6);

/// The most bytes of a file of keys.
const MOST: u64 = 64 * 1024;

/// The settings of one kind's keys, and their names.
pub(super) struct Source<'a> {
    pub(super) url: Option<&'a str>,
    pub(super) url_variable: &'static str,
    pub(super) file: Option<&'a str>,
    pub(super) file_variable: &'static str,
    /// Where Google publishes them.
    pub(super) google: &'static str,
}

impl Source<'_> {
    /// The store. Keys age by the machine's clock, whatever time the tokens are judged by.
    pub(super) fn open(
        &self,
        fetched: impl FnOnce(Url) -> KeyStoreBuilder,
    ) -> anyhow::Result<KeyStore> {
        let (variable, url) = match (given(self.url), given(self.file)) {
            (Some(_), Some(_)) => bail!(
                "{}: {} is given too: keys come from one place",
                self.file_variable,
                self.url_variable
            ),
            (None, Some(file)) => return from_file(file).context(self.file_variable),
            (Some(url), None) => (self.url_variable, url),
            (None, None) => ("the address of Google's keys", self.google),
        };
        fetched(url.parse().context(variable)?)
            .max_wait(PATIENCE)
            .build()
            .context(variable)
    }
}

/// A JWK set, or PEM texts by `kid`.
fn from_file(path: &str) -> anyhow::Result<KeyStore> {
    let mut document = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST).read_to_end(&mut document))
        .with_context(|| format!("cannot read {path}"))?;
    match pem::to_jwks(&document)? {
        Some(jwks) => Ok(KeyStore::fixed(KeySet::parse(jwks.as_bytes())?)),
        None => Ok(KeyStore::file(path)?),
    }
}
