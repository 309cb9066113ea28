//! The checks of an App Check token one by one, beyond the first that fails.
//!
//! They are the same as in `AppCheckVerifier::judge`, in its order; tests hold the two together. Whether a token was used before is
//! not asked, since asking uses it up.

use super::{App, AppCheckVerifier, Claims, ISSUER_PREFIX, MAX_APP_ID, MAX_LIFETIME, is_typed};
use crate::{
    denial::{Denial, Invalid, loggable},
    explain::{Asked, Explanation, Kind, Steps, say},
    token::{Algorithm, Parts},
    verify::{
        explain::{NO_CLAIMS, lived, signed_by},
        payload::{self, invalid, non_empty, required},
        period::lifetime,
    },
};

/// The checks beyond the payload's form.
const OF_CLAIMS: [&str; 6] = [
    "issuer",
    "audience",
    "subject",
    "lifetime",
    "not-before",
    "expiry",
];

impl AppCheckVerifier {
    /// Verifies a token, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn. It is not used up.
    pub async fn explain(&self, token: &str) -> Explanation<App> {
        let verdict = self.verify(token).await;
        let mut steps = Steps::default();
        let refusal = verdict.as_ref().err();
        let payload = signed_by(&mut steps, token, Algorithm::Rs256, self.keys(), refusal);
        match Parts::split(token) {
            Ok(_) => steps.add(
                "type",
                is_typed(token.as_bytes()).map(|()| "the header says that it is a JWT".to_owned()),
            ),
            Err(_) => steps.skip(&["type"], "there is no header to read"),
        }
        self.payload(&mut steps, payload.as_deref());
        let number = self.issuer.strip_prefix(ISSUER_PREFIX);
        let asked = Asked::new(Kind::AppCheckToken, number.unwrap_or_default());
        Explanation::new(token, &asked, verdict, steps)
    }

    fn payload(&self, steps: &mut Steps, payload: Option<&[u8]>) {
        let Some(payload) = payload else {
            steps.skip(&["claims"], NO_CLAIMS);
            return steps.skip(&OF_CLAIMS, NO_CLAIMS);
        };
        let mut claims = Claims::default();
        let read = payload::read(payload, &mut claims);
        steps.add(
            "claims",
            say(&read, "JSON, each claim once and of its type"),
        );
        match read {
            Ok(()) => self.claims(steps, &claims),
            Err(_) => steps.skip(&OF_CLAIMS, NO_CLAIMS),
        }
    }

    fn claims(&self, steps: &mut Steps, claims: &Claims<'_>) {
        steps.add("issuer", self.is_by(claims));
        steps.add("audience", self.is_for(claims));
        steps.add("subject", subject(claims));
        steps.add("lifetime", lives(claims));
        self.period.explain(
            steps,
            &[("iat", claims.iat), ("nbf", claims.nbf)],
            claims.exp,
        );
    }

    fn is_by(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let iss = required(claims.iss.as_deref(), "iss")?;
        if *iss != *self.issuer {
            return Err(Invalid::Issuer(loggable(iss)).into());
        }
        Ok("App Check, for this project".to_owned())
    }

    fn is_for(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let aud = required(claims.aud.as_ref(), "aud")?;
        match aud.iter().find(|aud| self.is_ours(aud)) {
            Some(ours) => Ok(format!("this project, {ours}")),
            None => Err(Invalid::Audience(loggable(&aud.join(", "))).into()),
        }
    }
}

fn subject(claims: &Claims<'_>) -> Result<String, Denial> {
    let sub = non_empty(claims.sub.as_deref(), "sub")?;
    if sub.len() > MAX_APP_ID {
        return Err(invalid("sub is longer than 128 bytes"));
    }
    Ok(format!("the app \"{}\"", loggable(sub)))
}

fn lives(claims: &Claims<'_>) -> Result<String, Denial> {
    let iat = required(claims.iat, "iat")?;
    let exp = required(claims.exp, "exp")?;
    lifetime(iat, exp, MAX_LIFETIME, "7 days")?;
    Ok(lived(iat, exp))
}
