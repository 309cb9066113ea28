//! The form of a token (RFC 7515, RFC 7519), read strictly and trusted for nothing.
//!
//! Whatever a lenient reader and a strict one would understand differently is refused: padding, stray bits, another alphabet,
//! a fourth part, a member that is there twice.

mod buffer;
mod header;
pub(crate) mod json;

use crate::denial::{Denial, Invalid};

pub(crate) use buffer::Buffer;
pub(crate) use header::{Algorithm, Header};

/// The longest token that is looked at, in bytes (G5).
pub(crate) const MAX_TOKEN: usize = 8 * 1024;

/// What Google Cloud puts in the place of the signature once it has checked a token for IAM itself.
const REMOVED_SIGNATURE: &[u8] = b"SIGNATURE_REMOVED_BY_GOOGLE";

/// The parts of a token as they came, not decoded.
#[derive(Clone, Copy)]
pub(crate) struct Segments<'a> {
    /// All of it.
    pub(crate) token: &'a [u8],
    /// What the signature covers: header and payload.
    pub(crate) signed: &'a [u8],
    pub(crate) header: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) signature: &'a [u8],
}

/// A token taken apart. Nothing of it is verified.
pub(crate) struct Parts<'a> {
    /// What the signature covers: header and payload, as they came.
    pub(crate) signed: &'a [u8],
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

// === impl Segments ===

impl<'a> Segments<'a> {
    pub(crate) fn split(token: &'a [u8]) -> Result<Self, Denial> {
        if token.len() > MAX_TOKEN {
            return Err(Denial::TokenMalformed("longer than 8 KiB"));
        }
        let mut dots = memchr::memchr_iter(b'.', token);
        let (Some(first), Some(second), None) = (dots.next(), dots.next(), dots.next()) else {
            return Err(Denial::TokenMalformed("not three parts"));
        };
        let (signed, signature) = (&token[..second], &token[second + 1..]);
        let (header, payload) = (&signed[..first], &signed[first + 1..]);
        if signature == REMOVED_SIGNATURE {
            return Err(Invalid::SignatureRemoved.into());
        }
        Ok(Self {
            token,
            signed,
            header,
            payload,
            signature,
        })
    }
}

// === impl Parts ===

impl<'a> Parts<'a> {
    pub(crate) fn split<T: AsRef<[u8]> + ?Sized>(token: &'a T) -> Result<Self, Denial> {
        let segments = Segments::split(token.as_ref())?;
        let mut buffer = Buffer::new();
        let mut room = buffer.room();
        Ok(Self {
            signed: segments.signed,
            header: room.decode(segments.header)?.to_vec(),
            payload: room.decode(segments.payload)?.to_vec(),
            signature: room.decode(segments.signature)?.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_are_taken_apart() {
        let parts = Parts::split("YQ.Yg.-_8").expect("three parts");
        assert_eq!(parts.signed, b"YQ.Yg");
        assert_eq!(
            (parts.header, parts.payload, parts.signature),
            (b"a".to_vec(), b"b".to_vec(), vec![0xFB, 0xFF])
        );
    }

    #[test]
    fn whatever_else_is_malformed() {
        for token in [
            "",
            "YQ",
            "YQ.Yg",
            "YQ.Yg.YQ.Yg",
            "YQ.Yg.YQ.",
            ".YQ.Yg.YQ",
            "YQ==.Yg.YQ",
            "YQ.Yg==.YQ",
            "YQ.Yg.YQ==",
            "YQ.Yg.YR",
            "YQ.Yg.+/8",
            "YQ.Yg.Y",
            "YQ.Yg.YQ ",
            " YQ.Yg.YQ",
            "YQ.Y\ng.YQ",
            "YQ.Yg.YQ\0",
            "YQ.Yg.Ý",
        ] {
            assert!(
                matches!(Parts::split(token), Err(Denial::TokenMalformed(_))),
                "{token:?}"
            );
        }
    }

    #[test]
    fn the_longest_token_is_eight_kibibytes() {
        let of_length = |length| format!("YQ.{}.", "A".repeat(length - 4));
        assert!(Parts::split(&of_length(MAX_TOKEN)).is_ok());
        assert!(matches!(
            Parts::split(&of_length(MAX_TOKEN + 4)),
            Err(Denial::TokenMalformed("longer than 8 KiB"))
        ));
    }
}
