//! Where a token is decoded to.

use std::mem::{self, MaybeUninit};

use base64_simd::{AsOut, URL_SAFE_NO_PAD};

use super::MAX_TOKEN;
use crate::denial::Denial;

/// Room for what the parts of one token decode to, on the stack: three bytes for each four characters.
pub(crate) struct Buffer([MaybeUninit<u8>; MAX_TOKEN / 4 * 3]);

/// What is left of a [`Buffer`].
pub(crate) struct Room<'b>(&'b mut [MaybeUninit<u8>]);

impl Buffer {
    /// Nothing is written until it is decoded to.
    pub(crate) fn new() -> Self {
        Self([MaybeUninit::uninit(); MAX_TOKEN / 4 * 3])
    }

    pub(crate) fn room(&mut self) -> Room<'_> {
        Room(&mut self.0)
    }
}

impl<'b> Room<'b> {
    /// Decodes canonical base64url: one text for the same bytes, so that one token has one spelling.
    pub(crate) fn decode(&mut self, part: &[u8]) -> Result<&'b [u8], Denial> {
        let malformed = Denial::TokenMalformed("a part is not canonical base64url");
        let Ok(length) = URL_SAFE_NO_PAD.decoded_length(part) else {
            return Err(malformed);
        };
        // The parts of a token of `MAX_TOKEN` fit; what does not is none of its parts.
        let Some((place, rest)) = mem::take(&mut self.0).split_at_mut_checked(length) else {
            return Err(malformed);
        };
        self.0 = rest;
        match URL_SAFE_NO_PAD.decode(part, place.as_out()) {
            Ok(decoded) => Ok(decoded),
            Err(_) => Err(malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose};
    use proptest::prelude::*;

    use super::*;

    fn decoded(part: &str) -> Option<Vec<u8>> {
        let mut buffer = Buffer::new();
        buffer
            .room()
            .decode(part.as_bytes())
            .ok()
            .map(<[u8]>::to_vec)
    }

    #[test]
    fn the_last_character_has_one_spelling_at_every_length() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        // Past 32 and 64 characters other code decodes.
        for whole in [0, 4, 8, 28, 32, 60, 64, 128, 1024] {
            for extra in 1..4 {
                let spellings = alphabet
                    .chars()
                    .filter(|last| {
                        let part = format!("{}{last}", "A".repeat(whole + extra - 1));
                        decoded(&part).is_some()
                    })
                    .count();
                assert_eq!(spellings, [0, 4, 16][extra - 1], "{whole} and {extra}");
            }
        }
    }

    #[test]
    fn no_other_character_is_taken_at_any_place() {
        let good = "A".repeat(100);
        for at in 0..good.len() {
            for byte in (0..=0x7F_u8).filter(|b| !b.is_ascii_alphanumeric() && !b"-_".contains(b)) {
                let mut part = good.clone().into_bytes();
                part[at] = byte;
                let part = String::from_utf8(part).expect("ASCII");
                assert_eq!(decoded(&part), None, "{byte} at {at}");
            }
        }
    }

    #[test]
    fn the_parts_of_the_longest_token_fit() {
        let part = "A".repeat(MAX_TOKEN / 4);
        let mut buffer = Buffer::new();
        let mut room = buffer.room();
        for _ in 0..4 {
            assert!(room.decode(part.as_bytes()).is_ok());
        }
        assert!(room.decode(b"AA").is_err());
    }

    proptest! {
        #[test]
        fn it_takes_what_the_other_decoder_takes(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            at in any::<prop::sample::Index>(),
            with in prop::option::of("[A-Za-z0-9_=+/. \\-]"),
        ) {
            let engine = general_purpose::URL_SAFE_NO_PAD;
            let mut part = engine.encode(&bytes);
            if let Some(with) = with && !part.is_empty() {
                let at = at.index(part.len());
                part.replace_range(at..=at, &with);
            }
            prop_assert_eq!(decoded(&part), engine.decode(&part).ok());
        }
    }
}
