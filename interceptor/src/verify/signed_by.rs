//! From the text of a token to a payload that the issuer signed: form, header, key, signature, in this order.

use super::Check;
use crate::{
    denial::{Denial, Invalid, loggable},
    keys::{Find, Key, KeyError, KeyStore},
    token::{Algorithm, Header, Parts},
};

/// How one kind of token is signed: by this algorithm, and with a key of this store.
#[derive(Clone)]
pub(super) struct SignedBy {
    algorithm: Algorithm,
    keys: KeyStore,
}

impl SignedBy {
    pub(super) fn new(algorithm: Algorithm, keys: KeyStore) -> Self {
        Self { algorithm, keys }
    }

    pub(super) fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// What `judge` makes of the payload, if the key is there. No payload is judged whose signature does not match.
    pub(super) fn check<C>(
        &self,
        token: &str,
        judge: impl FnOnce(&[u8]) -> Result<C, Denial>,
    ) -> Check<C> {
        self.check_at_once(token, judge)
            .unwrap_or_else(Check::Refused)
    }

    /// The same, but waiting for the key where it has to be fetched.
    pub(super) async fn verify<C>(
        &self,
        token: &str,
        judge: impl FnOnce(&[u8]) -> Result<C, Denial>,
    ) -> Result<C, Denial> {
        let parts = Parts::split(token)?;
        let header = Header::read(&parts.header, self.algorithm)?;
        let key = match self.keys.find(&header.kid) {
            Find::Key(key) => key,
            Find::Unknown => return Err(unknown_key(&header)),
            Find::Wait => self.keys.wait(&header.kid).await.map_err(|e| match e {
                KeyError::Unknown => unknown_key(&header),
                KeyError::Unavailable(why) => Denial::KeysUnavailable(why),
            })?,
        };
        self.match_signature(&parts, &header, &key)?;
        judge(&parts.payload)
    }

    fn check_at_once<C>(
        &self,
        token: &str,
        judge: impl FnOnce(&[u8]) -> Result<C, Denial>,
    ) -> Result<Check<C>, Denial> {
        let parts = Parts::split(token)?;
        let header = Header::read(&parts.header, self.algorithm)?;
        match self.keys.find(&header.kid) {
            Find::Key(key) => {
                self.match_signature(&parts, &header, &key)?;
                judge(&parts.payload).map(Check::Verified)
            }
            Find::Unknown => Err(unknown_key(&header)),
            Find::Wait => Ok(Check::Wait),
        }
    }

    /// A key of another algorithm, though it has the name, is not a key for this kind of token.
    fn match_signature(
        &self,
        token: &Parts<'_>,
        header: &Header<'_>,
        key: &Key,
    ) -> Result<(), Denial> {
        if key.algorithm() != self.algorithm {
            return Err(unknown_key(header));
        }
        if !key.verify(token.signed.as_bytes(), &token.signature) {
            return Err(Invalid::Signature.into());
        }
        Ok(())
    }
}

pub(super) fn unknown_key(header: &Header<'_>) -> Denial {
    Invalid::UnknownKey(loggable(&header.kid)).into()
}
