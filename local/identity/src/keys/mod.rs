//! The signing keys: for each kind of token keys of its own, one that signs, and the public halves of those that did before.

mod pair;
mod record;
mod ring;

use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

pub(crate) use pair::{Algorithm, PublicKey};
pub(crate) use record::KeyRecord;
pub(crate) use ring::Ring;

use crate::{
    error::{ApiError, OpenError},
    moment::Moment,
};

/// A verifier reads at most 32 keys of a set.
const MAX_KEYS: usize = 32;

/// Whoever signs a kind of token. Their keys are apart, as Google's are: a token of one kind is none of another, whatever it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Issuer {
    /// Firebase's ID tokens.
    Firebase,
    /// Firebase's session cookies.
    SessionCookie,
    /// The assertions of Identity-Aware Proxy.
    Iap,
    /// The ID tokens of service accounts.
    Google,
    /// App Check's tokens.
    AppCheck,
}

/// Something of each issuer's. On the disk the names end in `keys`, which is what is kept.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct PerIssuer<T> {
    #[serde(rename = "keys")]
    firebase: T,
    #[serde(rename = "sessionCookieKeys")]
    session_cookie: T,
    #[serde(rename = "iapKeys")]
    iap: T,
    #[serde(rename = "googleKeys")]
    google: T,
    #[serde(rename = "appCheckKeys")]
    app_check: T,
}

/// The keys as they are kept. The first of each issuer signs; the others only verify, until the last token signed with them is
/// gone.
pub(crate) type KeyRecords = PerIssuer<Vec<KeyRecord>>;

/// The keys in use.
pub(crate) struct Keys(PerIssuer<RwLock<Arc<Ring>>>);

// === impl Issuer ===

impl Issuer {
    pub(crate) const ALL: [Self; 5] = [
        Self::Firebase,
        Self::SessionCookie,
        Self::Iap,
        Self::Google,
        Self::AppCheck,
    ];

    pub(crate) fn algorithm(self) -> Algorithm {
        match self {
            Self::Iap => Algorithm::Es256,
            Self::Firebase | Self::SessionCookie | Self::Google | Self::AppCheck => {
                Algorithm::Rs256
            }
        }
    }

    /// The longest that its tokens live, in seconds, where an ID token of Firebase lives `id_tokens`.
    pub(crate) fn longest_lifetime(self, id_tokens: u64) -> u64 {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        match self {
            Self::Firebase => id_tokens,
            Self::SessionCookie => 14 * DAY,
            Self::Iap => 10 * MINUTE,
            Self::Google => 60 * MINUTE,
            Self::AppCheck => 7 * DAY,
        }
    }
}

// === impl PerIssuer ===

impl<T> PerIssuer<T> {
    pub(crate) fn of(&self, issuer: Issuer) -> &T {
        match issuer {
            Issuer::Firebase => &self.firebase,
            Issuer::SessionCookie => &self.session_cookie,
            Issuer::Iap => &self.iap,
            Issuer::Google => &self.google,
            Issuer::AppCheck => &self.app_check,
        }
    }

    pub(crate) fn of_mut(&mut self, issuer: Issuer) -> &mut T {
        match issuer {
            Issuer::Firebase => &mut self.firebase,
            Issuer::SessionCookie => &mut self.session_cookie,
            Issuer::Iap => &mut self.iap,
            Issuer::Google => &mut self.google,
            Issuer::AppCheck => &mut self.app_check,
        }
    }
}

// === impl KeyRecords ===

impl KeyRecords {
    /// Makes the keys that are missing, and forgets those whose tokens are gone. `id_tokens` is how long those live, in seconds.
    pub(crate) fn prepare(&mut self, now: Moment, id_tokens: u64) -> Result<(), OpenError> {
        for issuer in Issuer::ALL {
            let lifetime = issuer.longest_lifetime(id_tokens);
            let keys = self.of_mut(issuer);
            keys.retain(|key| key.is_current(now));
            match keys.first_mut() {
                Some(signing) if signing.signs() => signing.serve_lifetime(lifetime),
                _ => keys.insert(0, KeyRecord::generate(issuer.algorithm(), lifetime)?),
            }
        }
        Ok(())
    }

    /// Puts a new key in front. The one that signed stays as long as its tokens.
    pub(crate) fn rotate(
        &mut self,
        issuer: Issuer,
        new: KeyRecord,
        now: Moment,
    ) -> Result<(), ApiError> {
        let keys = self.of_mut(issuer);
        if keys.iter().filter(|key| key.is_current(now)).count() >= MAX_KEYS {
            return Err(ApiError::QuotaExceeded(
                "as many keys as a set may hold are in use: wait until tokens have expired",
            ));
        }
        keys.retain(|key| key.is_current(now));
        for key in keys.iter_mut().filter(|key| key.signs()) {
            key.retire(now);
        }
        keys.insert(0, new);
        Ok(())
    }
}

/// A new key, made where it holds up nobody.
pub(crate) async fn generate(algorithm: Algorithm, lifetime: u64) -> Result<KeyRecord, ApiError> {
    let made = tokio::task::spawn_blocking(move || KeyRecord::generate(algorithm, lifetime)).await;
    made.map_err(|_| OpenError::Crypto)
        .flatten()
        .map_err(|_| ApiError::Storage)
}

// === impl Keys ===

impl Keys {
    pub(crate) fn load(records: &KeyRecords) -> Result<Self, OpenError> {
        let ring = |issuer| {
            let ring = Ring::of(records.of(issuer)).ok_or(OpenError::Crypto)?;
            Ok(RwLock::new(Arc::new(ring)))
        };
        Ok(Self(PerIssuer {
            firebase: ring(Issuer::Firebase)?,
            session_cookie: ring(Issuer::SessionCookie)?,
            iap: ring(Issuer::Iap)?,
            google: ring(Issuer::Google)?,
            app_check: ring(Issuer::AppCheck)?,
        }))
    }

    pub(crate) fn current(&self, issuer: Issuer) -> Arc<Ring> {
        let ring = self.0.of(issuer).read();
        ring.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Signs with these keys of the issuer from now on. They are on the disk already.
    pub(crate) fn replace(&self, issuer: Issuer, records: &[KeyRecord]) -> Result<(), ApiError> {
        let new = Arc::new(Ring::of(records).ok_or(ApiError::Storage)?);
        let mut ring = self
            .0
            .of(issuer)
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *ring = new;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use callgate::Clock;

    use super::*;

    /// Quicker to make than the others.
    const ISSUER: Issuer = Issuer::Iap;

    fn new_key(lifetime: u64) -> KeyRecord {
        KeyRecord::generate(ISSUER.algorithm(), lifetime).unwrap()
    }

    #[test]
    fn a_set_has_32_keys_at_most() {
        let now = Moment::of(&Clock::system());
        let mut keys = KeyRecords::default();
        for _ in 0..MAX_KEYS {
            keys.rotate(ISSUER, new_key(3600), now).unwrap();
        }
        assert!(keys.rotate(ISSUER, new_key(3600), now).is_err());
        let later = now.plus_secs(3600 + record::GRACE);
        keys.rotate(ISSUER, new_key(3600), later).unwrap();
        assert_eq!(
            keys.of(ISSUER).len(),
            2,
            "the one that signed until now, and the one that signs"
        );
    }

    #[test]
    fn a_key_stays_for_the_longest_lifetime_that_it_served() {
        let now = Moment::of(&Clock::system());
        let mut keys = KeyRecords::default();
        keys.rotate(ISSUER, new_key(3600), now).unwrap();
        keys.of_mut(ISSUER)[0].serve_lifetime(60);
        keys.rotate(ISSUER, new_key(60), now).unwrap();
        let old = &keys.of(ISSUER)[1];
        assert!(old.is_current(now.plus_secs(3600)) && !old.signs());
    }

    #[test]
    fn every_issuer_has_keys_of_its_own() {
        let now = Moment::of(&Clock::system());
        let mut keys = KeyRecords::default();
        keys.prepare(now, 3600).unwrap();
        let keys = Keys::load(&keys).unwrap();
        for issuer in Issuer::ALL {
            let ring = keys.current(issuer);
            let signature = ring.sign(b"message").unwrap();
            for other in Issuer::ALL {
                let key = keys.current(other);
                let verified = key
                    .published(ring.kid(), now)
                    .is_some_and(|key| key.verify(b"message", &signature));
                assert_eq!(verified, issuer == other, "{issuer:?} {other:?}");
            }
        }
    }
}
