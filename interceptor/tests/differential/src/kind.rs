//! The kinds of token that both judge.

use std::fmt;

use callgate_testkit::RsaKey;

/// The number of a key that no issuer publishes.
pub(crate) const FORGER: usize = 3;

/// A kind of token, with an issuer, keys and a longest lifetime of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What a client gets at a sign-in.
    IdToken,
    /// What a service has made of it for a browser.
    SessionCookie,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::IdToken, Self::SessionCookie];

    /// The numbers of the two keys that its issuer publishes. It signs with the first.
    pub fn keys(self) -> [usize; 2] {
        match self {
            Self::IdToken => [1, 2],
            Self::SessionCookie => [5, 6],
        }
    }

    /// The key that its issuer signs with.
    pub(crate) fn key(self) -> &'static RsaKey {
        let [first, _] = self.keys();
        RsaKey::number(first)
    }

    /// How long it lives at most for callgate, in seconds.
    pub(crate) fn longest(self) -> u64 {
        match self {
            Self::IdToken => 24 * 3600,
            Self::SessionCookie => 14 * 24 * 3600,
        }
    }

    /// Its name for judge.mjs.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::IdToken => "id_token",
            Self::SessionCookie => "session_cookie",
        }
    }
}

/// The kind's name, as `DIFFERENCES.md` has it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::IdToken => "ID token",
            Self::SessionCookie => "session cookie",
        })
    }
}
