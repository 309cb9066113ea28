//! callgate's verdict.

use std::time::Duration;

use callgate::{EndUser, FirebaseVerifier, verify::Check};
use callgate_testkit::FirebaseIssuer;
use serde_json::{Value, json};

use crate::{Case, Settings, Verdict};

/// callgate's verifiers of one issuer's tokens, one for each settings.
#[derive(Debug)]
pub struct Judge {
    issuer: FirebaseIssuer,
    usual: FirebaseVerifier,
    wide_skew: FirebaseVerifier,
}

impl Judge {
    /// Judges by this issuer's keys.
    pub fn new(issuer: &FirebaseIssuer) -> Self {
        let wide_skew = issuer.verifier().clock_skew(Duration::from_mins(5));
        Self {
            issuer: issuer.clone(),
            usual: issuer.verifier(),
            wide_skew: wide_skew.expect("5 minutes are allowed"),
        }
    }

    /// What callgate says of the token.
    pub fn verdict(&self, case: &Case) -> Verdict {
        let check = match case.settings {
            Settings::Usual => self.usual.check(&case.token),
            Settings::WideSkew => self.wide_skew.check(&case.token),
            Settings::Tenant(tenant) => {
                let verifier = self.issuer.verifier().tenants([tenant]);
                verifier
                    .expect("the cases have tenants of the right form")
                    .check(&case.token)
            }
        };
        match check {
            Check::Verified(user) => Verdict::Accepted(facts(&user)),
            Check::Refused(denial) => Verdict::Refused(denial.to_string()),
            Check::Wait => panic!("{case}: fixed keys are always there"),
        }
    }
}

/// What a service goes by, as judge.mjs has it of firebase-admin.
fn facts(user: &EndUser) -> Value {
    json!({
        "uid": user.id().uid,
        "tenant": user.id().tenant,
        "email": user.email(),
        "email_verified": user.email_verified(),
        "sign_in_provider": user.sign_in_provider(),
        "second_factor": user.second_factor(),
    })
}
