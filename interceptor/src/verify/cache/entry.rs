//! What is remembered of a token, and how much memory that takes.

use std::{
    hash::{Hash, Hasher},
    mem,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use quick_cache::{Equivalent, Weighter};

use crate::{
    caller::{
        EndUser, EndUserClaims, InternalUser, InternalUserClaims, ServiceAccount,
        ServiceAccountClaims,
    },
    verify::App,
};

/// What a token of Firebase and its caller take, about, in bytes. It is an estimate of how many there will be, and no bound.
pub(super) const TYPICAL: usize = 4 * 1024;

/// What an allocation takes besides what is asked for, in bytes.
const ALLOCATION: usize = 16;

/// How much of a token is hashed, in bytes.
const HASHED: usize = 32;

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
    /// Since 1970, as the clock said just after.
    pub(super) verified_at: Duration,
    /// Since 1970.
    pub(super) exp: Duration,
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
    pub(super) fn new(caller: &C, key: [u8; 32], verified_at: Duration) -> Self {
        let exp = caller.expires_at().duration_since(UNIX_EPOCH);
        Self {
            caller: caller.clone(),
            key,
            verified_at,
            exp: exp.unwrap_or_default(),
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
