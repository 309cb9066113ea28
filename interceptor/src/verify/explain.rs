//! What the explanations of all kinds of tokens have in common: form, header, key, signature; and the times.
//!
//! They are the same checks as in `SignedBy` and `Period`, in their order; tests hold the two together.

use std::time::{Duration, UNIX_EPOCH};

use super::period::Period;
use crate::{
    denial::{Denial, Invalid, loggable},
    explain::{Steps, ago, moment, say},
    keys::{Find, KeyStore},
    token::{Algorithm, Header, Parts},
};

/// The checks of header and signature.
const OF_SIGNATURE: [&str; 3] = ["header", "key", "signature"];

/// Why checks of claims could not be made.
pub(super) const NO_CLAIMS: &str = "the claims cannot be read";

/// From the text of a token to its payload, wherever that can be decoded: looked at by people, so signed or not.
///
/// `refusal` is the verifier's own, which has waited for keys.
pub(super) fn signed_by(
    steps: &mut Steps,
    token: &str,
    algorithm: Algorithm,
    keys: &KeyStore,
    refusal: Option<&Denial>,
) -> Option<Vec<u8>> {
    match form(steps, token) {
        Ok(parts) => {
            signature(steps, &parts, algorithm, keys, refusal);
            Some(parts.payload)
        }
        Err(denial) => {
            steps.skip(&OF_SIGNATURE, "there is no signature to check");
            // All but the signature may still be there to be looked at.
            let removed = denial == Invalid::SignatureRemoved.into();
            removed.then(|| unsigned_payload(token)).flatten()
        }
    }
}

/// Whether the token has the form of one.
pub(super) fn form<'t>(steps: &mut Steps, token: &'t str) -> Result<Parts<'t>, Denial> {
    let parts = Parts::split(token);
    steps.add(
        "form",
        say(&parts, "three parts of base64url, with dots between them"),
    );
    parts
}

fn signature(
    steps: &mut Steps,
    parts: &Parts<'_>,
    algorithm: Algorithm,
    keys: &KeyStore,
    refusal: Option<&Denial>,
) {
    let name = algorithm.name();
    let header = match Header::read(&parts.header, algorithm) {
        Ok(header) => header,
        Err(denial) => {
            steps.add("header", Err(denial));
            let why = format!("the header names no key for {name}");
            return steps.skip(&["key", "signature"], &why);
        }
    };
    let kid = loggable(&header.kid);
    steps.add("header", Ok(format!("{name}, by the key \"{kid}\"")));
    match (keys.find(&header.kid), refusal) {
        (_, Some(Denial::KeysUnavailable(why))) => {
            steps.skip(&["key", "signature"], &format!("there are no keys: {why}"));
        }
        (Find::Key(key), _) if key.algorithm() == algorithm => {
            steps.add("key", Ok("it is one of the issuer's".to_owned()));
            let matches = key.verify(parts.signed, &parts.signature);
            steps.add(
                "signature",
                match matches {
                    true => Ok("it matches: nothing was changed".to_owned()),
                    false => Err(Invalid::Signature.into()),
                },
            );
        }
        // A key of another algorithm is none of this issuer's either.
        (Find::Key(_) | Find::Unknown | Find::Wait, _) => {
            steps.add("key", Err(Invalid::UnknownKey(kid).into()));
            steps.skip(&["signature"], "there is no key to check it with");
        }
    }
}

/// The payload of a token whose signature is gone.
fn unsigned_payload(token: &str) -> Option<Vec<u8>> {
    let (signed, _) = token.rsplit_once('.')?;
    Some(Parts::split(&format!("{signed}.")).ok()?.payload)
}

/// From when on a token counts, and how long it lives.
pub(super) fn lived(iat: Duration, exp: Duration) -> String {
    format!(
        "{} from {}",
        ago(exp.abs_diff(iat)),
        moment(UNIX_EPOCH + iat)
    )
}

impl Period {
    /// Whether everything that has to be past is, and the end is not.
    pub(super) fn explain(
        &self,
        steps: &mut Steps,
        past: &[(&'static str, Option<Duration>)],
        exp: Option<Duration>,
    ) {
        self.not_before(steps, past);
        match exp {
            Some(exp) => self.expiry(steps, exp),
            None => steps.skip(&["expiry"], "exp is missing"),
        }
    }

    fn not_before(&self, steps: &mut Steps, past: &[(&'static str, Option<Duration>)]) {
        let now = self.now();
        let early = past.iter().find_map(|(name, time)| {
            time.filter(|time| *time > now + self.skew)
                .map(|time| (*name, time))
        });
        let Some((name, time)) = early else {
            let detail = "none of its times is in the future".to_owned();
            return steps.add("not-before", Ok(detail));
        };
        let detail = format!(
            "{name} is {} in the future ({}), while the clock here says {}",
            ago(time.abs_diff(now)),
            moment(UNIX_EPOCH + time),
            moment(UNIX_EPOCH + Duration::from_secs(now.as_secs()))
        );
        steps.fail("not-before", Denial::TokenNotYetValid(name), detail);
    }

    fn expiry(&self, steps: &mut Steps, exp: Duration) {
        let now = self.now();
        let at = moment(UNIX_EPOCH + exp);
        let since = ago(now.abs_diff(exp));
        if now < exp {
            let detail = format!("valid for another {since}, until {at}");
            steps.add("expiry", Ok(detail));
        } else if now < exp + self.skew {
            let skew = ago(self.skew);
            let detail = format!("expired {since} ago, within the clock skew of {skew}");
            steps.add("expiry", Ok(detail));
        } else {
            let detail = format!("expired {since} ago, at {at}");
            steps.fail("expiry", Denial::TokenExpired, detail);
        }
    }
}
