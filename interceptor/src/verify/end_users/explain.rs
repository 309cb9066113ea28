//! The checks of an end user's token that read its payload, one by one and beyond the first that fails.
//!
//! They are the same as in `EndUsers::judge`, in its order; tests hold the two together.

use super::{Claims, EndUsers, Kind, MAX_UID, invalid, required};
use crate::{
    denial::{Denial, Invalid, loggable},
    explain::{Steps, say},
    verify::explain::{NO_CLAIMS, lived},
};

/// The checks beyond the payload's form.
const OF_CLAIMS: [&str; 8] = [
    "issuer",
    "audience",
    "subject",
    "sign-in",
    "tenant",
    "lifetime",
    "not-before",
    "expiry",
];

impl EndUsers {
    /// Looks at the claims of a token, where its payload could be decoded at all.
    pub(in crate::verify) fn explain(&self, steps: &mut Steps, payload: Option<&[u8]>) {
        let Some(payload) = payload else {
            steps.skip(&["claims"], NO_CLAIMS);
            steps.skip(&OF_CLAIMS, NO_CLAIMS);
            return;
        };
        let claims = Claims::read(payload, &self.roles_claim);
        steps.add(
            "claims",
            say(&claims, "JSON, each claim once and of its type"),
        );
        match claims {
            Ok(claims) => self.claims(steps, &claims),
            Err(_) => steps.skip(&OF_CLAIMS, NO_CLAIMS),
        }
    }

    fn claims(&self, steps: &mut Steps, claims: &Claims<'_>) {
        steps.add("issuer", self.issuer(claims));
        steps.add("audience", self.audience(claims));
        steps.add("subject", subject(claims));
        steps.add("sign-in", sign_in(claims));
        match &claims.firebase {
            Some(firebase) => steps.add("tenant", self.tenant(firebase.tenant.as_deref())),
            None => steps.skip(&["tenant"], "the claim firebase is missing"),
        }
        steps.add("lifetime", self.kind.explain_lifetime(claims));
        self.period.explain(
            steps,
            &[
                ("iat", claims.iat),
                ("auth_time", claims.auth_time),
                ("nbf", claims.nbf),
            ],
            claims.exp,
        );
    }

    fn issuer(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let iss = required(claims.iss.as_deref(), "iss")?;
        if *iss != *self.issuer {
            return Err(Invalid::Issuer(loggable(iss)).into());
        }
        Ok(match self.kind.is_session_cookie {
            true => format!(
                "Firebase's of session cookies, for project {}",
                self.project_id
            ),
            false => format!("Firebase, for project {}", self.project_id),
        })
    }

    fn audience(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let aud = required(claims.aud.as_deref(), "aud")?;
        if *aud != *self.project_id {
            return Err(Invalid::Audience(loggable(aud)).into());
        }
        Ok(format!("project {}", self.project_id))
    }

    fn tenant(&self, tenant: Option<&str>) -> Result<String, Denial> {
        match (self.tenants.accepts(tenant), tenant) {
            (true, None) => Ok("the project's own users".to_owned()),
            (true, Some(tenant)) => Ok(format!("the tenant \"{}\"", loggable(tenant))),
            (false, Some(_)) => Err(invalid("firebase.tenant is not a configured tenant")),
            (false, None) => Err(invalid(
                "firebase.tenant is missing, and the project's own users are not configured",
            )),
        }
    }
}

fn subject(claims: &Claims<'_>) -> Result<String, Denial> {
    let sub = required(claims.sub.as_deref(), "sub")?;
    if sub.is_empty() {
        return Err(invalid("sub is empty"));
    }
    if sub.encode_utf16().count() > MAX_UID {
        return Err(invalid("sub is longer than 128 characters"));
    }
    if claims
        .user_id
        .as_deref()
        .is_some_and(|user_id| user_id != sub)
    {
        return Err(invalid("user_id is not sub"));
    }
    Ok(format!("the user \"{}\"", loggable(sub)))
}

fn sign_in(claims: &Claims<'_>) -> Result<String, Denial> {
    let firebase = required(claims.firebase.as_ref(), "firebase")?;
    let provider = required(
        firebase.sign_in_provider.as_deref(),
        "firebase.sign_in_provider",
    )?;
    if provider.is_empty() {
        return Err(invalid("firebase.sign_in_provider is empty"));
    }
    Ok(match &firebase.second_factor {
        Some(factor) => format!("by \"{}\" and \"{}\"", loggable(provider), loggable(factor)),
        None => format!("by \"{}\"", loggable(provider)),
    })
}

impl Kind {
    fn explain_lifetime(&self, claims: &Claims<'_>) -> Result<String, Denial> {
        let iat = required(claims.iat, "iat")?;
        required(claims.auth_time, "auth_time")?;
        let exp = required(claims.exp, "exp")?;
        self.lifetime(iat, exp)?;
        Ok(lived(iat, exp))
    }
}
