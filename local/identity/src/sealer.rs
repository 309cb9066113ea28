//! What is handed out and comes back: sealed, so that it need not be kept, and cannot be lost.

use aws_lc_rs::hmac;
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::error::OpenError;

/// Seals things of one kind, and opens those that it sealed itself.
pub(crate) struct Sealer(hmac::Key);

/// A new sealing key, base64.
pub(crate) fn new_key() -> Result<String, OpenError> {
    let mut random = [0; 32];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| OpenError::Crypto)?;
    Ok(BASE64_STANDARD.encode(random))
}

impl Sealer {
    /// Seals refresh tokens.
    pub(crate) fn new(key: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()))
    }

    /// Seals something else: what is sealed as one kind of thing does not open as another. `kind` holds a space, so that it is
    /// nothing that [`Self::new`] ever seals.
    pub(crate) fn of_kind(key: &str, kind: &str) -> Self {
        let derived = hmac::sign(&Self::new(key).0, kind.as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    pub(crate) fn seal(&self, thing: &impl Serialize) -> String {
        let thing = BASE64_URL_SAFE_NO_PAD.encode(json!(thing).to_string());
        let seal = BASE64_URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, thing.as_bytes()));
        format!("{thing}.{seal}")
    }

    pub(crate) fn open<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let (thing, seal) = sealed.split_once('.')?;
        let seal = BASE64_URL_SAFE_NO_PAD.decode(seal).ok()?;
        hmac::verify(&self.0, thing.as_bytes(), &seal).ok()?;
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(thing).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_as_one_kind_opens_as_no_other() {
        let key = new_key().unwrap();
        let sealers = [
            Sealer::new(&key),
            Sealer::of_kind(&key, "kind a"),
            Sealer::of_kind(&key, "kind b"),
            Sealer::new(&new_key().unwrap()),
        ];
        for (at, sealer) in sealers.iter().enumerate() {
            let sealed = sealer.seal(&7);
            for (other, opener) in sealers.iter().enumerate() {
                assert_eq!(opener.open(&sealed), (at == other).then_some(7));
            }
        }
    }

    #[test]
    fn a_changed_seal_or_thing_does_not_open() {
        let sealer = Sealer::new("key");
        let (one, two) = (sealer.seal(&1), sealer.seal(&2));
        let seal = |sealed: &str| sealed.split_once('.').unwrap().1.to_owned();
        let thing = |sealed: &str| sealed.split_once('.').unwrap().0.to_owned();
        for forged in [
            thing(&one),
            format!("{}.", thing(&one)),
            format!("{}.{}", thing(&one), seal(&two)),
            format!("{}.{}.{}", thing(&one), seal(&one), seal(&one)),
        ] {
            assert_eq!(sealer.open::<u8>(&forged), None, "{forged}");
        }
    }
}
