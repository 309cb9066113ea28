//! How much a verifier remembers.

use std::time::Duration;

/// How much a verifier remembers of the tokens that it has verified.
///
/// A caller comes with the same token for an hour or so, and checking its signature is most of what a call costs. A remembered
/// token is accepted for no longer than it would be without: until it expires, until its key leaves the issuer's key set, and
/// while the key set may be used at all. Rules are applied to each call all the same.
///
/// ```
/// use std::time::Duration;
/// use callgate::verify::TokenCache;
///
/// // At most 8 MiB, and each token is verified again after 5 minutes.
/// let small = TokenCache::of(8 * 1024 * 1024).max_age(Duration::from_mins(5));
/// assert_ne!(small, TokenCache::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCache {
    pub(super) max_bytes: usize,
    pub(super) max_age: Duration,
}

impl TokenCache {
    /// Remembers nothing: each token is verified at each call.
    pub const OFF: Self = Self::of(0);

    /// Remembers tokens in this many bytes of memory, of those that come most. A token with all that belongs to it takes about
    /// 4 KiB.
    pub const fn of(max_bytes: usize) -> Self {
        Self {
            max_bytes,
            max_age: Duration::MAX,
        }
    }

    /// Verifies a token again when it was verified this long ago. By default not before it expires.
    #[must_use]
    pub const fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }
}

/// 32 MiB, each token until it expires.
impl Default for TokenCache {
    fn default() -> Self {
        Self::of(32 * 1024 * 1024)
    }
}
