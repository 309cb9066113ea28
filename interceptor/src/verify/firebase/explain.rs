//! The checks of a Firebase ID token one by one, beyond the first that fails.
//!
//! They are the same as in `SignedBy::check` and `EndUsers::judge`, in their order; tests hold the two together.

use super::FirebaseVerifier;
use crate::{
    denial::{Denial, Invalid, loggable},
    explain::{Explanation, Steps, say},
    keys::Find,
    token::{Algorithm, Header, Parts},
    verify::signed_by::unknown_key,
};

/// The checks of header and signature.
const OF_SIGNATURE: [&str; 3] = ["header", "key", "signature"];

impl FirebaseVerifier {
    /// Verifies a token, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn.
    pub async fn explain(&self, token: &str) -> Explanation {
        let verdict = self.verify(token).await;
        let steps = self.steps(token, verdict.as_ref().err());
        Explanation::new(token, self.project_id(), verdict, steps)
    }

    fn steps(&self, token: &str, verdict: Option<&Denial>) -> Steps {
        let mut steps = Steps::default();
        let parts = Parts::split(token);
        steps.add(
            "form",
            say(&parts, "three parts of base64url, with dots between them"),
        );
        let payload = match parts {
            Ok(parts) => {
                self.signature(&mut steps, &parts, verdict);
                Some(parts.payload)
            }
            Err(denial) => {
                steps.skip(&OF_SIGNATURE, "there is no signature to check");
                // All but the signature may still be there to be looked at.
                let removed = denial == Invalid::SignatureRemoved.into();
                removed.then(|| unsigned_payload(token)).flatten()
            }
        };
        self.users.explain(&mut steps, payload.as_deref());
        steps
    }

    fn signature(&self, steps: &mut Steps, parts: &Parts<'_>, verdict: Option<&Denial>) {
        let header = match Header::read(&parts.header, Algorithm::Rs256) {
            Ok(header) => header,
            Err(denial) => {
                steps.add("header", Err(denial));
                steps.skip(&["key", "signature"], "the header names no key for RS256");
                return;
            }
        };
        let kid = loggable(&header.kid);
        steps.add("header", Ok(format!("RS256, by the key \"{kid}\"")));
        match (self.keys().find(&header.kid), verdict) {
            (_, Some(Denial::KeysUnavailable(why))) => {
                steps.skip(&["key", "signature"], &format!("there are no keys: {why}"));
            }
            (Find::Key(key), _) if key.algorithm() == Algorithm::Rs256 => {
                steps.add("key", Ok("it is one of the issuer's".to_owned()));
                let matches = key.verify(parts.signed.as_bytes(), &parts.signature);
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
                steps.add("key", Err(unknown_key(&header.kid)));
                steps.skip(&["signature"], "there is no key to check it with");
            }
        }
    }
}

/// The payload of a token whose signature is gone.
fn unsigned_payload(token: &str) -> Option<Vec<u8>> {
    let (signed, _) = token.rsplit_once('.')?;
    Some(Parts::split(&format!("{signed}.")).ok()?.payload)
}
