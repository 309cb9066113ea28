//! Any of the kit's keys, for tokens signed by the wrong one.

use crate::{EcKey, RsaKey};

/// Any of the kit's keys, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningKey {
    /// Signs with RS256: see [`RsaKey`].
    Rsa(usize),
    /// Signs with ES256: see [`EcKey`].
    Ec(usize),
}

impl SigningKey {
    /// The name of its algorithm in a header.
    pub fn alg(self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::Ec(_) => "ES256",
        }
    }

    /// The name that tokens call the key by.
    ///
    /// # Panics
    ///
    /// Where there is no key of this number.
    pub fn kid(self) -> &'static str {
        match self {
            Self::Rsa(number) => RsaKey::number(number).kid(),
            Self::Ec(number) => EcKey::number(number).kid(),
        }
    }

    /// The signature of `message`, in base64url as a token carries it.
    ///
    /// # Panics
    ///
    /// Where there is no key of this number.
    pub fn sign(self, message: &[u8]) -> String {
        match self {
            Self::Rsa(number) => RsaKey::number(number).sign(message),
            Self::Ec(number) => EcKey::number(number).sign(message),
        }
    }

    /// The key of the same kind and this number.
    pub(crate) fn sibling(self, number: usize) -> Self {
        match self {
            Self::Rsa(_) => Self::Rsa(number),
            Self::Ec(_) => Self::Ec(number),
        }
    }
}
