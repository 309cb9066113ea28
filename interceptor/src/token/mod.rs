//! The form of a token (RFC 7515, RFC 7519), read strictly and trusted for nothing.
//!
//! Whatever a lenient reader and a strict one would understand differently is refused: padding, stray bits, another alphabet,
//! a fourth part, a member that is there twice.

mod header;
pub(crate) mod json;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::denial::{Denial, Invalid};

pub(crate) use header::{Algorithm, Header};

/// The longest token that is looked at, in bytes (G5).
pub(crate) const MAX_TOKEN: usize = 8 * 1024;

/// What Google Cloud puts in the place of the signature once it has checked a token for IAM itself.
const REMOVED_SIGNATURE: &str = "SIGNATURE_REMOVED_BY_GOOGLE";

/// A token taken apart. Nothing of it is verified.
pub(crate) struct Parts<'a> {
    /// What the signature covers: header and payload, as they came.
    pub(crate) signed: &'a str,
    pub(crate) header: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, Denial> {
        if token.len() > MAX_TOKEN {
            return Err(Denial::TokenMalformed("longer than 8 KiB"));
        }
        let not_three = Denial::TokenMalformed("not three parts");
        let Some((signed, signature)) = token.rsplit_once('.') else {
            return Err(not_three);
        };
        let Some((header, payload)) = signed.split_once('.') else {
            return Err(not_three);
        };
        if payload.contains('.') {
            return Err(not_three);
        }
        if signature == REMOVED_SIGNATURE {
            return Err(Invalid::SignatureRemoved.into());
        }
        Ok(Self {
            signed,
            header: decode(header)?,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }
}

/// Decodes canonical base64url: one text for the same bytes, so that one token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, Denial> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| Denial::TokenMalformed("a part is not canonical base64url"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_parts_are_taken_apart() {
        let parts = Parts::split("YQ.Yg.-_8").expect("three parts");
        assert_eq!(parts.signed, "YQ.Yg");
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
