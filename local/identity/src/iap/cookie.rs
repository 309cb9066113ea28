//! The cookie of someone who is signed in at IAP: an ambient credential, sent along by every page of the web, as IAP's own is.

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use super::Person;
use crate::{moment::Moment, sealer::Sealer};

const NAME: &str = "GCP_IAP_AUTH_TOKEN_LOCAL";

/// How long someone stays signed in, in seconds.
const LIFETIME: u64 = 24 * 60 * 60;

/// What the cookie holds, sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct SignedIn {
    #[serde(flatten)]
    pub(super) person: Person,
    /// Seconds since the Unix epoch.
    pub(super) since: u64,
    until: u64,
}

/// The cookie of someone who signs in now, for `set-cookie`.
pub(super) fn of(sealer: &Sealer, person: Person, now: Moment) -> String {
    let signed_in = SignedIn {
        person,
        since: now.secs(),
        until: now.plus_secs(LIFETIME).secs(),
    };
    set(&sealer.seal(&signed_in), LIFETIME)
}

/// Takes the cookie away, for `set-cookie`.
pub(super) fn none() -> String {
    set("", 0)
}

/// Who is signed in by the request's cookie. Two of the name are as good as none.
pub(super) fn read(sealer: &Sealer, headers: &HeaderMap, now: Moment) -> Option<SignedIn> {
    let lines = headers.get_all(header::COOKIE).iter();
    let mut found = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == NAME);
    let (Some((_, value)), None) = (found.next(), found.next()) else {
        return None;
    };
    let signed_in: SignedIn = sealer.open(value)?;
    (now.secs() < signed_in.until).then_some(signed_in)
}

/// Browsers take `Secure` from localhost too; they demand it with `SameSite=None`.
fn set(value: &str, max_age: u64) -> String {
    format!("{NAME}={value}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=None")
}
