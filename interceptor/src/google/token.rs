//! An access token, which is a secret.

use std::{fmt, sync::Arc};

/// An OAuth 2.0 access token. Cloning is cheap, and `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(Arc<str>);

// === impl AccessToken ===

impl AccessToken {
    /// `None` where the text cannot stand in an `authorization` header: empty, longer than 8 KiB, or not all visible ASCII.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let usable =
            (1..=8 * 1024).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        usable.then(|| Self(text.into()))
    }

    /// The token itself, to be sent after `Bearer ` and written nowhere.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_show_in_debug() {
        let token = AccessToken::parse("ya29.secret").expect("a token");
        assert_eq!(format!("{token:?}"), "AccessToken(..)");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        for text in ["", "a b", "a\n", "ä", &"x".repeat(8 * 1024 + 1)] {
            assert_eq!(AccessToken::parse(text), None);
        }
    }
}
