//! From the text of a token to a payload that the issuer signed: form, header, key, signature, in this order.

use std::sync::Arc;

use super::{
    Check, TokenCache,
    cache::{Cache, Remembered},
    period::Period,
    stats::{Counters, VerifierStats},
};
use crate::{
    denial::{Denial, Invalid, loggable},
    keys::{Find, Key, KeyError, KeyStore},
    token::{Algorithm, Buffer, Header, Segments},
};

/// How one kind of token is signed: by this algorithm, and with a key of this store; and the tokens that were verified before.
///
/// Its clones are the same in all of it. It remembers nothing until it is told to: see [`SignedBy::begin_anew`].
#[derive(Clone)]
pub(super) struct SignedBy<C> {
    algorithm: Algorithm,
    keys: KeyStore,
    bounds: TokenCache,
    cache: Option<Cache<C>>,
    counters: Arc<Counters>,
}

/// What became of a token, or what it waits for.
enum Step<C, J> {
    Done(C),
    Wait { kid: String, judge: J },
}

impl<C> SignedBy<C> {
    pub(super) fn new(algorithm: Algorithm, keys: KeyStore) -> Self {
        Self {
            algorithm,
            keys,
            bounds: TokenCache::default(),
            cache: None,
            counters: Arc::default(),
        }
    }

    pub(super) fn keys(&self) -> &KeyStore {
        &self.keys
    }

    /// What was done so far.
    pub(super) fn stats(&self) -> VerifierStats {
        self.counters.read()
    }
}

impl<C: Remembered> SignedBy<C> {
    /// Remembers verified tokens within these bounds, from the next [`begin_anew`](Self::begin_anew) on.
    pub(super) fn remember(&mut self, within: TokenCache) {
        self.bounds = within;
    }

    /// Remembers verified tokens from now on, and none from before.
    ///
    /// What a verifier accepts depends on its settings, this clock among them; so whatever changes one of them calls this, lest
    /// a token count by the old ones.
    pub(super) fn begin_anew(&mut self, period: &Period) {
        self.cache = Cache::new(self.bounds, period.clone());
    }

    /// What `judge` makes of the token and its payload, if the key is there. None is judged whose signature does not match.
    pub(super) fn check(
        &self,
        token: &[u8],
        judge: impl FnOnce(&Arc<[u8]>, &[u8]) -> Result<C, Denial>,
    ) -> Check<C> {
        match self.known(token) {
            Some(Ok(caller)) => return Check::Verified(caller),
            Some(Err(denial)) => return Check::Refused(denial),
            None => {}
        }
        let outcome = match self.step(token, judge) {
            Ok(Step::Done(caller)) => Ok(caller),
            // Whoever waits then counts it.
            Ok(Step::Wait { .. }) => return Check::Wait,
            Err(denial) => Err(denial),
        };
        self.counters.settled(&outcome);
        match outcome {
            Ok(caller) => Check::Verified(caller),
            Err(denial) => Check::Refused(denial),
        }
    }

    /// The same, but waiting for the key where it has to be fetched.
    pub(super) async fn verify(
        &self,
        token: &[u8],
        judge: impl FnOnce(&Arc<[u8]>, &[u8]) -> Result<C, Denial>,
    ) -> Result<C, Denial> {
        if let Some(answer) = self.known(token) {
            return answer;
        }
        let outcome = self.verify_patiently(token, judge).await;
        self.counters.settled(&outcome);
        outcome
    }

    async fn verify_patiently(
        &self,
        token: &[u8],
        judge: impl FnOnce(&Arc<[u8]>, &[u8]) -> Result<C, Denial>,
    ) -> Result<C, Denial> {
        match self.step(token, judge)? {
            Step::Done(caller) => Ok(caller),
            Step::Wait { kid, judge } => {
                let key = self.keys.wait(&kid).await.map_err(|e| match e {
                    KeyError::Unknown => unknown_key(&kid),
                    KeyError::Unavailable(why) => Denial::KeysUnavailable(why),
                })?;
                let segments = Segments::split(token)?;
                let mut buffer = Buffer::new();
                let mut room = buffer.room();
                let payload = room.decode(segments.payload)?;
                let signature = room.decode(segments.signature)?;
                self.verify_with(&*self.own(key, &kid)?, segments, signature, payload, judge)
            }
        }
    }

    /// What is known of a token that was verified before.
    fn known(&self, token: &[u8]) -> Option<Result<C, Denial>> {
        let outcome = self.cache.as_ref()?.get(token, &self.keys)?;
        self.counters.known(&outcome);
        Some(outcome)
    }

    /// Verifies a token as far as that needs no waiting.
    fn step<J>(&self, token: &[u8], judge: J) -> Result<Step<C, J>, Denial>
    where
        J: FnOnce(&Arc<[u8]>, &[u8]) -> Result<C, Denial>,
    {
        let segments = Segments::split(token)?;
        let mut buffer = Buffer::new();
        let mut room = buffer.room();
        let known = self.keys.find_by_header(segments.header);
        // The key of a store that two verifiers share may be of the other's algorithm, and so is the header then.
        let known = known.filter(|key| key.algorithm() == self.algorithm);
        let header = match known {
            Some(_) => &[],
            None => room.decode(segments.header)?,
        };
        let payload = room.decode(segments.payload)?;
        let signature = room.decode(segments.signature)?;
        let key = if let Some(key) = known {
            key
        } else {
            let Header { kid } = Header::read(header, self.algorithm)?;
            match self.keys.find(&kid) {
                Find::Key(key) => self.own(key, &kid)?,
                Find::Unknown => return Err(unknown_key(&kid)),
                Find::Wait => {
                    let kid = kid.into_owned();
                    return Ok(Step::Wait { kid, judge });
                }
            }
        };
        self.verify_with(&key, segments, signature, payload, judge)
            .map(Step::Done)
    }

    /// A key of another algorithm, though it has the name, is not a key for this kind of token.
    fn own(&self, key: Arc<Key>, kid: &str) -> Result<Arc<Key>, Denial> {
        if key.algorithm() == self.algorithm {
            Ok(key)
        } else {
            Err(unknown_key(kid))
        }
    }

    fn verify_with(
        &self,
        key: &Key,
        segments: Segments<'_>,
        signature: &[u8],
        payload: &[u8],
        judge: impl FnOnce(&Arc<[u8]>, &[u8]) -> Result<C, Denial>,
    ) -> Result<C, Denial> {
        let verify = |token: &Arc<[u8]>| {
            self.counters.timed(|| {
                if !key.verify(segments.signed, signature) {
                    return Err(Invalid::Signature.into());
                }
                key.remember_header(segments.header);
                judge(token, payload)
            })
        };
        match &self.cache {
            Some(cache) => cache.verify_once(segments.token, key.fingerprint(), verify),
            None => verify(&segments.token.into()),
        }
    }
}

pub(super) fn unknown_key(kid: &str) -> Denial {
    Invalid::UnknownKey(loggable(kid)).into()
}
