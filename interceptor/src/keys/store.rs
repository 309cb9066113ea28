//! The keys of one issuer, for every call to look at.

use std::{
    fmt,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::{sleep, timeout};
use url::Url;

use super::{
    builder::KeyStoreBuilder,
    file::{self, KeyFileError},
    flights::{Need, landed},
    inner::{Boarded, Inner, Look, Origin},
    key::Key,
    set::KeySet,
};
use crate::Clock;

/// The keys of one issuer. Its clones are the same store.
///
/// ```
/// use callgate::keys::{Find, KeySet, KeyStore};
///
/// let published = callgate_testkit::FirebaseIssuer::new("demo-greeter").jwks();
/// let keys = KeyStore::fixed(KeySet::parse(published.as_bytes())?);
/// assert!(matches!(keys.find("no such key"), Find::Unknown));
///
/// // From a file, or, as most do, from where the issuer publishes them.
/// assert!(KeyStore::file("no/such/keys.json").is_err());
/// let keys = KeyStore::fetched("https://keys.example.com/jwks".parse()?).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyStore(Arc<Inner>);

/// What a store knows at once of a key.
#[derive(Clone, Debug)]
pub enum Find {
    /// Here it is.
    Key(Arc<Key>),
    /// The issuer has no such key: it was asked a moment ago.
    Unknown,
    /// The issuer has to be asked: see [`KeyStore::wait`].
    Wait,
}

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The issuer has no such key.
    #[error("the issuer has no such key")]
    Unknown,
    /// It is not known whether the issuer has it: an outage, not the caller's fault.
    #[error("{0}")]
    Unavailable(&'static str),
}

impl KeyStore {
    /// A store that fetches its keys from a JWK set at this address, over https (or plain http from this machine).
    pub fn fetched(url: Url) -> KeyStoreBuilder {
        KeyStoreBuilder::new(url)
    }

    /// A store of keys that never change.
    pub fn fixed(keys: KeySet) -> Self {
        Self(Arc::new(Inner::fixed(keys)))
    }

    /// A store of the keys in a file, a JWK set. It is read now and never again.
    pub fn file(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        Ok(Self::fixed(file::read(path.as_ref())?))
    }

    pub(super) fn new(clock: Clock, origin: Origin) -> Self {
        Self(Arc::new(Inner::empty(clock, origin)))
    }

    /// Looks a key up, without waiting and without a lock.
    ///
    /// Every call looks at the keys' age (G15): where they are due for new ones, fetching begins in the background; past the
    /// stale bound no key is given out any more, known or not.
    pub fn find(&self, kid: &str) -> Find {
        let now = self.0.clock.now();
        match self.0.look(kid, now) {
            Look::Fresh(find) => find,
            Look::Due(find) => {
                self.0.refresh(now);
                find
            }
            Look::Need(_) => Find::Wait,
        }
    }

    /// The key that a token of this header, still encoded, is known to ask for: the short way to what [`find`](Self::find)
    /// says of it. None says nothing.
    pub(crate) fn find_by_header(&self, header: &[u8]) -> Option<Arc<Key>> {
        self.0.seek(self.0.clock.now(), |keys| {
            keys.get_by_header(header).map(Arc::clone)
        })
    }

    /// Whether the key of this fingerprint is one of the issuer's at present, and may be used (G15, G16).
    ///
    /// Looks at the keys' age just as [`find`](Self::find) does. The caller has read `now` from `clock`: where that is the
    /// store's own clock, it is not read again, which would take as long as the rest of this.
    pub(crate) fn holds(&self, fingerprint: &[u8; 32], clock: &Clock, now: SystemTime) -> bool {
        let now = match self.0.clock.is_same(clock) {
            true => now,
            false => self.0.clock.now(),
        };
        let held = |keys: &KeySet| keys.holds(fingerprint).then_some(());
        self.0.seek(now, held).is_some()
    }

    /// Looks a key up at the issuer: joins the fetch under way, or begins one, unless it is too early for that (G17).
    ///
    /// Waits 2 seconds at most, among 64 others at most; both are settings. Giving up waiting stops no fetch.
    pub async fn wait(&self, kid: &str) -> Result<Arc<Key>, KeyError> {
        match self.find(kid) {
            Find::Key(key) => return Ok(key),
            Find::Unknown => return Err(KeyError::Unknown),
            Find::Wait => {}
        }
        let Some(origin) = &self.0.origin else {
            return Err(KeyError::Unknown);
        };
        let Ok(_seat) = origin.seats.try_acquire() else {
            return Err(KeyError::Unavailable("too many calls wait for keys"));
        };
        let outcome = match self.0.board(origin, |now| self.0.look(kid, now).need()) {
            None => Ok(()),
            Some(Boarded::Rest(outcome)) => outcome,
            Some(Boarded::Flight(landing)) => timeout(origin.max_wait, landed(landing))
                .await
                .unwrap_or(Err("the keys are slow to arrive")),
        };
        match self.0.look(kid, self.0.clock.now()) {
            Look::Fresh(Find::Key(key)) | Look::Due(Find::Key(key)) => Ok(key),
            Look::Fresh(_) | Look::Due(_) => Err(KeyError::Unknown),
            // The issuer has answered, only some time before the cooldown.
            Look::Need(Need::Kid) if outcome.is_ok() => Err(KeyError::Unknown),
            Look::Need(_) => Err(KeyError::Unavailable(
                outcome.err().unwrap_or("the keys have expired"),
            )),
        }
    }

    /// Returns as soon as keys are there, and fetches them until then. For the start of a server.
    pub async fn ready(&self) {
        let Some(origin) = &self.0.origin else { return };
        let need = |_| (!self.is_ready()).then_some(Need::Keys);
        while let Some(boarded) = self.0.board(origin, need) {
            match boarded {
                // A fetch that is given up is never heard of again.
                Boarded::Flight(landing) => {
                    let _ = timeout(origin.takeover, landed(landing)).await;
                }
                Boarded::Rest(_) => sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Whether there have been keys yet. They may have expired since: the next call will fetch new ones.
    pub fn is_ready(&self) -> bool {
        self.0.snapshot.load().is_some()
    }

    /// How long ago the present keys were asked for. None where there are none, or where they are fixed.
    pub fn age(&self) -> Option<Duration> {
        self.0.snapshot.load().as_ref()?.age(self.0.clock.now())
    }

    /// Whether no fetched key is ever older than this. Keys that are fixed have no age.
    pub(crate) fn keeps_at_most(&self, total: Duration) -> bool {
        let origin = self.0.origin.as_ref();
        origin.is_none_or(|o| o.fetch.max_age_total.is_some_and(|most| most <= total))
    }

    /// How many fetches were begun.
    pub fn fetches(&self) -> u64 {
        self.0.origin.as_ref().map_or(0, |o| o.flights().started())
    }

    /// How many of them have failed, in all.
    pub fn failed_fetches(&self) -> u64 {
        self.0.origin.as_ref().map_or(0, |o| o.flights().failed())
    }

    /// How many fetches have failed since the last one that did not.
    pub fn failures(&self) -> u32 {
        self.0.origin.as_ref().map_or(0, |o| o.flights().failures())
    }
}

impl fmt::Debug for KeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyStore")
            .field("host", &self.0.origin.as_ref().map(|o| o.fetch.host()))
            .field("keys", &self.0.snapshot.load().as_ref().map(|s| &s.keys))
            .finish_non_exhaustive()
    }
}
