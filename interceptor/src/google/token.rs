//! Tokens that prove who calls, which are secrets.

use std::{fmt, sync::Arc};

/// The longest token, in bytes. Google's own have 1 KiB or 2.
const MAX_TOKEN: usize = 8 * 1024;

/// An OAuth 2.0 access token, for Google's APIs. Cloning is cheap, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Secret);

/// An ID token of this service's own account, for one audience. Cloning is cheap, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct IdToken(Secret);

/// The text of a token, which can stand in an `authorization` header.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(Arc<str>);

// === impl AccessToken ===

impl AccessToken {
    pub(super) fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The token itself, to be sent after `Bearer ` and written nowhere.
    pub fn secret(&self) -> &str {
        self.0.text()
    }

    pub(super) fn as_secret(&self) -> &Secret {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

// === impl IdToken ===

impl IdToken {
    pub(super) fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The token itself, to be sent after `Bearer ` to its audience, and written nowhere.
    pub fn secret(&self) -> &str {
        self.0.text()
    }

    pub(super) fn as_secret(&self) -> &Secret {
        &self.0
    }
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken(..)")
    }
}

// === impl Secret ===

impl Secret {
    /// `None` where the text cannot stand in an `authorization` header: empty, longer than 8 KiB, or not all visible ASCII.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let usable =
            (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        usable.then(|| Self(text.into()))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show_in_debug() {
        let secret = Secret::parse("ya29.secret").expect("a token");
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        let access = AccessToken::new(secret.clone());
        assert_eq!(format!("{access:?}"), "AccessToken(..)");
        assert_eq!(format!("{:?}", IdToken::new(secret)), "IdToken(..)");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        for text in ["", "a b", "a\n", "ä", &"x".repeat(8 * 1024 + 1)] {
            assert_eq!(Secret::parse(text), None);
        }
    }
}
