//! What to do about a token. One sentence or two for a person, true for the token at hand.

mod foreign;
mod other;
mod own;

use super::{Asked, Glance, Kind, Step};
use crate::denial::Denial;

/// What to do with a valid one.
pub(super) fn valid(kind: Kind) -> &'static str {
    match kind {
        Kind::SessionCookie => {
            "Send it as the cookie `__session` or as `authorization: Bearer <token>`, to methods whose rule has session_cookie."
        }
        Kind::IapAssertion => {
            "IAP sends it by itself, in `x-goog-iap-jwt-assertion`; a browser's call needs an `Origin` that is allowed, too."
        }
        Kind::ServiceAccountToken => {
            "Send it as `authorization: Bearer <token>`; where Cloud Run checks IAM, the same in `x-serverless-authorization` too."
        }
        Kind::AppCheckToken => "Send it as `x-firebase-appcheck`, beside the caller's own token.",
        _ => "Send it as `authorization: Bearer <token>`.",
    }
}

/// What to do about one that is refused.
pub(super) fn of(
    glance: &Glance<'_>,
    asked: &Asked<'_>,
    denial: &Denial,
    steps: &[Step],
) -> String {
    if matches!(denial, Denial::KeysUnavailable(_)) {
        return format!(
            "Nothing is proven without the issuer's keys: give them in a file ({}), or try again where Google can be reached.",
            asked.keys_file()
        );
    }
    let kind = glance.kind();
    match asked.is(kind) {
        true => own::of(glance, asked, denial, steps),
        false => other::of(kind, asked),
    }
}
