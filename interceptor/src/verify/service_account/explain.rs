//! The checks of a service account's token one by one, beyond the first that fails.
//!
//! They are the same as in `ServiceAccountVerifier::judge`, in its order; tests hold the two together.

use super::{Claims, ISSUERS, ServiceAccountVerifier};
use crate::{
    caller::ServiceAccount,
    denial::{Denial, Invalid, loggable},
    explain::{Asked, Explanation, Kind, Steps, say},
    token::Algorithm,
    verify::{
        explain::{NO_CLAIMS, lived, signed_by},
        payload::{self, invalid, non_empty, required},
    },
};

/// The checks beyond the payload's form.
const OF_CLAIMS: [&str; 8] = [
    "issuer",
    "audience",
    "subject",
    "account",
    "lifetime",
    "not-before",
    "expiry",
    "name",
];

impl ServiceAccountVerifier {
    /// Verifies a token, waiting for keys where they have to be fetched, and says why it is accepted or refused: for people,
    /// not for calls, since it tells more than a caller should learn.
    pub async fn explain(&self, token: &str) -> Explanation<ServiceAccount> {
        let verdict = self.verify(token).await;
        let mut steps = Steps::default();
        let refusal = verdict.as_ref().err();
        let payload = signed_by(&mut steps, token, Algorithm::Rs256, self.keys(), refusal);
        self.payload(&mut steps, payload.as_deref());
        let asked = Asked::new(Kind::ServiceAccountToken, self.audiences.join(","));
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
        steps.add("issuer", issuer(claims));
        steps.add("audience", self.is_for(claims));
        steps.add("subject", subject(claims));
        steps.add("account", account(claims));
        steps.add("lifetime", self.lives(claims));
        self.period.explain(
            steps,
            &[("iat", claims.iat), ("nbf", claims.nbf)],
            claims.exp,
        );
        match (claims.email.as_deref(), claims.sub.as_deref()) {
            (Some(email), Some(sub)) => self.name(steps, email, sub),
            _ => steps.skip(&["name"], "it does not say whose it is"),
        }
    }

    fn is_for(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let aud = required(claims.aud.as_deref(), "aud")?;
        if !self.audiences.iter().any(|audience| audience == aud) {
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

    /// The name that the configuration gives the account. Its address is not shown.
    fn name(&self, steps: &mut Steps, email: &str, sub: &str) {
        match self.accounts.name(email, sub) {
            Some(name) => steps.add("name", Ok(format!("the configuration calls it \"{name}\""))),
            None => steps.fail(
                "name",
                Denial::ServiceNotAllowed,
                format!(
                    "the configuration has no name for the account of the unique id \"{}\"",
                    loggable(sub)
                ),
            ),
        }
    }
}

fn issuer(claims: &Claims<'_>) -> Result<String, Denial> {
    let iss = required(claims.iss.as_deref(), "iss")?;
    if !ISSUERS.contains(&iss) {
        return Err(Invalid::Issuer(loggable(iss)).into());
    }
    Ok("Google".to_owned())
}

fn subject(claims: &Claims<'_>) -> Result<String, Denial> {
    let sub = non_empty(claims.sub.as_deref(), "sub")?;
    Ok(format!(
        "the account of the unique id \"{}\"",
        loggable(sub)
    ))
}

fn account(claims: &Claims<'_>) -> Result<String, Denial> {
    non_empty(claims.email.as_deref(), "email")?;
    match required(claims.email_verified, "email_verified")? {
        true => Ok("it has an e-mail address, which Google has verified".to_owned()),
        false => Err(invalid("email_verified is false")),
    }
}
