//! The checks of an assertion one by one, beyond the first that fails.
//!
//! They are the same as in `IapVerifier::judge`, in its order; tests hold the two together.

use super::{Claims, ISSUER, IapVerifier, is_external};
use crate::{
    caller::InternalUser,
    denial::{Denial, Invalid, loggable},
    explain::{Asked, Explanation, Kind, Steps, say},
    token::Algorithm,
    verify::{
        explain::{NO_CLAIMS, lived, signed_by},
        payload::{self, invalid, non_empty, required},
    },
};

/// The checks beyond the payload's form.
const OF_CLAIMS: [&str; 7] = [
    "issuer",
    "audience",
    "subject",
    "domain",
    "lifetime",
    "not-before",
    "expiry",
];

impl IapVerifier {
    /// Verifies an assertion, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn.
    pub async fn explain(&self, assertion: &str) -> Explanation<InternalUser> {
        let verdict = self.verify(assertion).await;
        let mut steps = Steps::default();
        let refusal = verdict.as_ref().err();
        let payload = signed_by(
            &mut steps,
            assertion,
            Algorithm::Es256,
            self.keys(),
            refusal,
        );
        self.payload(&mut steps, payload.as_deref());
        let asked = Asked::new(Kind::IapAssertion, self.audience());
        Explanation::new(assertion, &asked, verdict, steps)
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
        steps.add("issuer", issuer(claims));
        steps.add("audience", self.is_for(claims));
        steps.add("subject", subject(claims));
        steps.add("domain", hosted_domain(claims));
        steps.add("lifetime", self.lives(claims));
        self.period.explain(
            steps,
            &[("iat", claims.iat), ("nbf", claims.nbf)],
            claims.exp,
        );
    }

    fn is_for(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let aud = required(claims.aud.as_deref(), "aud")?;
        if *aud != *self.audience {
            return Err(Invalid::Audience(loggable(aud)).into());
        }
        Ok(format!("this service, {aud}"))
    }

    fn lives(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let iat = required(claims.iat, "iat")?;
        let exp = required(claims.exp, "exp")?;
        self.lifetime(iat, exp)?;
        Ok(lived(iat, exp))
    }
}

fn issuer(claims: &Claims<'_>) -> Result<String, Denial> {
    let iss = required(claims.iss.as_deref(), "iss")?;
    if iss != ISSUER {
        return Err(Invalid::Issuer(loggable(iss)).into());
    }
    Ok("Identity-Aware Proxy".to_owned())
}

fn subject(claims: &Claims<'_>) -> Result<String, Denial> {
    let sub = non_empty(claims.sub.as_deref(), "sub")?;
    let email = non_empty(claims.email.as_deref(), "email")?;
    let shown = loggable(sub);
    Ok(match is_external(claims.has_gcip, sub, email) {
        true => format!("the user \"{shown}\" of Identity Platform, behind IAP"),
        false => format!("the user \"{shown}\", with an e-mail address"),
    })
}

fn hosted_domain(claims: &Claims<'_>) -> Result<String, Denial> {
    match claims.hd.as_deref() {
        Some("") => Err(invalid("hd is empty")),
        Some(hd) => Ok(format!("\"{}\"", loggable(hd))),
        None => Ok("none: hd is not there, so no rule with hosted_domains is met".to_owned()),
    }
}
