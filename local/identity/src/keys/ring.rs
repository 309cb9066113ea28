//! One reading of an issuer's keys.

use serde_json::{Value, json};

use super::{Algorithm, KeyRecord, PublicKey, pair::Pair};
use crate::moment::Moment;

/// One reading of an issuer's keys.
pub(crate) struct Ring {
    kid: String,
    signing: Pair,
    records: Vec<KeyRecord>,
}

impl Ring {
    pub(super) fn of(records: &[KeyRecord]) -> Option<Self> {
        let first = records.first()?;
        Some(Self {
            kid: first.kid().to_owned(),
            signing: first.signing_pair()?,
            records: records.to_vec(),
        })
    }

    /// The name of the key that signs.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        match self.signing {
            Pair::Rsa(_) => Algorithm::Rs256,
            Pair::Ec(_) => Algorithm::Es256,
        }
    }

    /// As the algorithm says.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.signing.sign(message)
    }

    /// The published key of this name.
    pub(crate) fn published(&self, kid: &str, now: Moment) -> Option<&PublicKey> {
        self.current(now)
            .find(|key| key.kid() == kid)
            .map(KeyRecord::public)
    }

    /// RFC 7517.
    pub(crate) fn jwks(&self, now: Moment) -> Value {
        let keys = self.current(now).map(KeyRecord::jwk);
        json!({ "keys": keys.collect::<Vec<_>>() })
    }

    /// The same as certificates, by `kid`. There are none of elliptic curves.
    pub(crate) fn certificates(&self, now: Moment) -> Value {
        let certificate = |key: &KeyRecord| {
            let pem = key.public().certificate()?;
            Some((key.kid().to_owned(), Value::from(pem)))
        };
        self.current(now).filter_map(certificate).collect()
    }

    fn current(&self, now: Moment) -> impl Iterator<Item = &KeyRecord> {
        self.records.iter().filter(move |key| key.is_current(now))
    }
}
