//! callgate's verdict.

use std::time::Duration;

use callgate::{
    EndUser, FirebaseVerifier,
    verify::{Check, SessionCookieVerifier},
};
use serde_json::{Value, json};

use crate::{Case, Issuers, Kind, Settings, Verdict};

/// callgate's verifiers of the issuers' tokens.
#[derive(Debug)]
pub struct Judge {
    issuers: Issuers,
    usual: Verifiers,
    wide_skew: Verifiers,
}

/// The verifiers of the same settings, one a kind.
#[derive(Debug)]
struct Verifiers {
    id_tokens: FirebaseVerifier,
    session_cookies: SessionCookieVerifier,
}

// === impl Judge ===

impl Judge {
    /// Judges by these issuers' keys.
    pub fn new(issuers: &Issuers) -> Self {
        let usual = issuers.id_tokens.verifier();
        let wide_skew = usual.clone().clock_skew(Duration::from_mins(5));
        Self {
            issuers: issuers.clone(),
            usual: Verifiers::new(issuers, usual),
            wide_skew: Verifiers::new(issuers, wide_skew.expect("5 minutes are allowed")),
        }
    }

    /// What callgate says of the token.
    pub fn verdict(&self, case: &Case) -> Verdict {
        let check = match case.settings {
            Settings::Usual => self.usual.check(case),
            Settings::WideSkew => self.wide_skew.check(case),
            Settings::Tenant(tenant) => {
                let verifier = self.issuers.id_tokens.verifier().tenants([tenant]);
                let verifier = verifier.expect("the cases have tenants of the right form");
                Verifiers::new(&self.issuers, verifier).check(case)
            }
        };
        match check {
            Check::Verified(user) => {
                let by_cookie = case.kind == Kind::SessionCookie;
                assert_eq!(user.by_session_cookie(), by_cookie, "{case}");
                Verdict::Accepted(facts(&user))
            }
            Check::Refused(denial) => Verdict::Refused(denial.to_string()),
            Check::Wait => panic!("{case}: fixed keys are always there"),
        }
    }
}

// === impl Verifiers ===

impl Verifiers {
    fn new(issuers: &Issuers, id_tokens: FirebaseVerifier) -> Self {
        Self {
            session_cookies: issuers.session_cookies.verifier_like(&id_tokens),
            id_tokens,
        }
    }

    fn check(&self, case: &Case) -> Check<EndUser> {
        match case.kind {
            Kind::IdToken => self.id_tokens.check(&case.token),
            Kind::SessionCookie => self.session_cookies.check(&case.token),
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
