//! Time-based one-time passwords: RFC 6238, with SHA-1, six digits and steps of 30 seconds, as every authenticator app knows them.

use aws_lc_rs::hmac;

use crate::moment::Moment;

/// Seconds.
pub(super) const PERIOD: u64 = 30;

/// Digits.
pub(super) const DIGITS: u32 = 6;

/// A step before and a step after the present one will do: clocks differ.
const WINDOW: u64 = 1;

/// The step whose code this is, if it is near `now` and after `last_step`.
pub(super) fn matching_step(secret: &[u8], code: &str, now: Moment, last_step: u64) -> Option<u64> {
    if code.len() != DIGITS as usize || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let code: u32 = code.parse().ok()?;
    let present = now.secs() / PERIOD;
    (present.saturating_sub(WINDOW)..=present + WINDOW)
        .filter(|step| *step > last_step)
        .find(|step| code_at(secret, *step) == code)
}

/// RFC 4226, 5.3.
fn code_at(secret: &[u8], step: u64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0x0f);
    let mut word = [0; 4];
    word.copy_from_slice(&tag[offset..offset + 4]);
    (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(DIGITS)
}

/// RFC 4648 base32 without padding, as authenticator apps take secrets. The length must be a multiple of five bytes.
pub(super) fn base32(secret: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    secret
        .chunks_exact(5)
        .flat_map(|five| {
            let bits = five
                .iter()
                .fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            (0..8)
                .rev()
                .map(move |place| char::from(ALPHABET[(bits >> (place * 5) & 31) as usize]))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use callgate::Clock;

    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    fn at(secs: u64) -> Moment {
        Moment::of(&Clock::manual(UNIX_EPOCH + Duration::from_secs(secs)))
    }

    /// RFC 6238, appendix B, the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        for (secs, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_234_567_890, 5_924),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_at(SECRET, secs / PERIOD), code);
        }
    }

    #[test]
    fn a_code_is_good_for_its_own_step_and_its_neighbours() {
        let code = format!("{:06}", code_at(SECRET, 100));
        for (step, found) in [
            (98, None),
            (99, Some(100)),
            (100, Some(100)),
            (101, Some(100)),
            (102, None),
        ] {
            assert_eq!(matching_step(SECRET, &code, at(step * PERIOD), 0), found);
        }
        assert_eq!(
            matching_step(SECRET, &code, at(100 * PERIOD), 100),
            None,
            "each code once"
        );
        assert_eq!(matching_step(SECRET, &code[1..], at(100 * PERIOD), 0), None);
    }

    /// RFC 4648, section 10.
    #[test]
    fn secrets_are_written_as_apps_read_them() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
    }
}
