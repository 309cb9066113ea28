//! What is remembered of a token, and how much memory that takes.

use std::{
    hash::{Hash, Hasher},
    mem,
    sync::Arc,
    time::{Duration, SystemTime},
};

use quick_cache::{Equivalent, Weighter};

use crate::{
    caller::{
        EndUser, EndUserClaims, InternalUser, InternalUserClaims, ServiceAccount,
        ServiceAccountClaims,
    },
    verify::{App, period::Period},
};

/// What a token of Firebase and its caller take, about, in bytes. It is an estimate of how many there will be, and no bound.
pub(super) const TYPICAL: usize = 4 * 1024;

/// What an allocation takes besides what is asked for, in bytes.
const ALLOCATION: usize = 16;

/// How much of a token is hashed, in bytes: 96 bits of its signature, more than the hash has.
const HASHED: usize = 16;

/// A caller or an app that can be remembered. Its clones are cheap.
pub(in crate::verify) trait Remembered: Clone {
    /// When its token ends to be valid: the claim `exp`.
    fn expires_at(&self) -> SystemTime;

    /// How much memory it takes, in bytes, all clones together, but for the token's text, which it may share with the cache.
    fn bytes(&self) -> usize;
}

/// A verified token's caller, and on what the verification rests.
#[derive(Clone)]
pub(super) struct Entry<C> {
    pub(super) caller: C,
    /// The fingerprint of the key material.
    pub(super) key: [u8; 32],
    /// As the clock said just after.
    verified_at: SystemTime,
    /// When its token ends, or is to be verified again.
    until: SystemTime,
}

/// What is left of an entry at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Counts,
    /// Its token has to be verified again.
    Stale,
    /// Its token is over.
    Over,
}

/// A verified token: what an entry is found by.
pub(super) struct Token(pub(super) Arc<[u8]>);

/// What a call brought, and may be such a token.
pub(super) struct Presented<'a>(pub(super) &'a [u8]);

/// Weighs entries in bytes.
#[derive(Clone)]
pub(super) struct Weights;

// === impl Entry ===

impl<C: Remembered> Entry<C> {
    /// Verified now, by this clock and skew.
    pub(super) fn new(caller: &C, key: [u8; 32], period: &Period, max_age: Duration) -> Self {
        let (now, ends_at) = (period.clock.now(), ends_at(caller, period));
        Self {
            caller: caller.clone(),
            key,
            verified_at: now,
            until: now
                .checked_add(max_age)
                .map_or(ends_at, |stale_at| ends_at.min(stale_at)),
        }
    }

    pub(super) fn standing(&self, period: &Period, now: SystemTime) -> Standing {
        // By a clock that was set back, the token may not be valid yet.
        if self.verified_at <= now && now < self.until {
            Standing::Counts
        } else if now < ends_at(&self.caller, period) {
            Standing::Stale
        } else {
            Standing::Over
        }
    }
}

// === impl Token ===

/// The last characters only, which are the signature's and so as good as random: no two tokens that were verified have them alike
/// but by chance, and nobody can choose them. That they are all the same text is seen to after that.
impl Hash for Presented<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0[self.0.len().saturating_sub(HASHED)..]);
    }
}

impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Presented(&self.0).hash(state);
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Token {}

impl Equivalent<Token> for Presented<'_> {
    fn equivalent(&self, token: &Token) -> bool {
        *self.0 == *token.0
    }
}

// === impl Weights ===

impl<C: Remembered> Weighter<Token, Entry<C>> for Weights {
    fn weight(&self, token: &Token, entry: &Entry<C>) -> u64 {
        // The table keeps half as many places again for tokens that it has dropped, and twice as many as are taken just after it
        // has grown.
        let place = 3 * (mem::size_of::<(Token, Entry<C>)>() + 3 * mem::size_of::<u64>());
        (place + shared(token.0.len()) + entry.caller.bytes()) as u64
    }
}

// === impl Remembered ===

impl Remembered for EndUser {
    fn expires_at(&self) -> SystemTime {
        self.expires_at()
    }

    fn bytes(&self) -> usize {
        let claims = self.claims();
        let optional = [
            &claims.tenant,
            &claims.email,
            &claims.name,
            &claims.picture,
            &claims.phone_number,
            &claims.second_factor,
        ];
        let roles = claims.roles.iter();
        shared(mem::size_of::<EndUserClaims>())
            + texts([&claims.uid, &claims.sign_in_provider])
            + texts(optional.into_iter().flatten())
            + allocated(mem::size_of_val(&*claims.roles))
            + texts(roles)
    }
}

impl Remembered for InternalUser {
    fn expires_at(&self) -> SystemTime {
        self.expires_at()
    }

    fn bytes(&self) -> usize {
        let claims = self.claims();
        shared(mem::size_of::<InternalUserClaims>())
            + texts([&claims.sub, &claims.email])
            + texts(&claims.hosted_domain)
    }
}

impl Remembered for ServiceAccount {
    fn expires_at(&self) -> SystemTime {
        self.expires_at()
    }

    fn bytes(&self) -> usize {
        let claims = self.claims();
        shared(mem::size_of::<ServiceAccountClaims>())
            + texts([&claims.name, &claims.email, &claims.unique_id])
    }
}

impl Remembered for App {
    fn expires_at(&self) -> SystemTime {
        self.expires_at()
    }

    fn bytes(&self) -> usize {
        shared(mem::size_of::<(Box<str>, SystemTime)>()) + allocated(self.id().len())
    }
}

/// When a caller's token ends, with the skew.
fn ends_at(caller: &impl Remembered, period: &Period) -> SystemTime {
    caller.expires_at() + period.skew
}

fn texts<'a>(texts: impl IntoIterator<Item = &'a Box<str>>) -> usize {
    texts.into_iter().map(|text| allocated(text.len())).sum()
}

/// What is shared is counted, too.
fn shared(bytes: usize) -> usize {
    allocated(bytes + 2 * mem::size_of::<usize>())
}

fn allocated(bytes: usize) -> usize {
    match bytes {
        0 => 0,
        bytes => bytes.next_multiple_of(ALLOCATION) + ALLOCATION,
    }
}
