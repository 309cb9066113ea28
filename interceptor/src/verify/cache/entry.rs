//! What is remembered of a token, and how much memory that takes.

use std::{
    mem,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use quick_cache::Weighter;

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

/// A caller or an app that can be remembered. Its clones are cheap.
pub(in crate::verify) trait Remembered: Clone {
    /// When its token ends to be valid: the claim `exp`.
    fn expires_at(&self) -> SystemTime;

    /// How much memory it takes, in bytes, all clones together.
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

// === impl Weights ===

impl<C: Remembered> Weighter<Arc<str>, Entry<C>> for Weights {
    fn weight(&self, token: &Arc<str>, entry: &Entry<C>) -> u64 {
        // The table keeps half as many places again for tokens that it has dropped, and twice as many as are taken just after it
        // has grown.
        let place = 3 * (mem::size_of::<(Arc<str>, Entry<C>)>() + 3 * mem::size_of::<u64>());
        (place + shared(token.len()) + entry.caller.bytes()) as u64
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
            + texts([&claims.uid, &claims.sign_in_provider, &claims.token])
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
