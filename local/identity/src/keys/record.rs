//! One key, as it is kept.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Algorithm, PublicKey, pair::Pair};
use crate::{error::OpenError, moment::Moment};

/// How much longer than its last token a key is published, in seconds: for verifiers whose clocks are behind.
pub(super) const GRACE: u64 = 60;

/// One key, as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyRecord {
    kid: String,
    #[serde(flatten)]
    public: PublicKey,
    /// PKCS#8, base64. Gone once the key signs no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    /// The longest that a token signed with it lives, in seconds.
    longest_lifetime: u64,
    /// Seconds since the Unix epoch, once the key signs no more: its last token is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_until: Option<u64>,
}

impl KeyRecord {
    /// RSA takes about a tenth of a second.
    pub(crate) fn generate(algorithm: Algorithm, lifetime: u64) -> Result<Self, OpenError> {
        let (pkcs8, public) = Pair::generate(algorithm).ok_or(OpenError::Crypto)?;
        Ok(Self {
            kid: public.thumbprint(),
            public,
            private: Some(BASE64_STANDARD.encode(pkcs8)),
            longest_lifetime: lifetime,
            published_until: None,
        })
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn jwk(&self) -> Value {
        self.public.jwk(&self.kid)
    }

    pub(super) fn signs(&self) -> bool {
        self.private.is_some()
    }

    /// Whether a token signed with it may still be valid.
    pub(super) fn is_current(&self, now: Moment) -> bool {
        self.published_until.is_none_or(|until| now.secs() < until)
    }

    pub(super) fn serve_lifetime(&mut self, lifetime: u64) {
        self.longest_lifetime = self.longest_lifetime.max(lifetime);
    }

    pub(super) fn retire(&mut self, now: Moment) {
        self.private = None;
        self.published_until = Some(
            now.secs()
                .saturating_add(self.longest_lifetime)
                .saturating_add(GRACE),
        );
    }

    pub(super) fn signing_pair(&self) -> Option<Pair> {
        Pair::from_pkcs8(self.public.algorithm(), &self.pkcs8()?)
    }

    /// The private key, unless it signs no more.
    pub(crate) fn pkcs8(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(self.private.as_deref()?).ok()
    }
}
