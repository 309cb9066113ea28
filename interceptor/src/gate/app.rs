//! Which app makes a call, in addition to who does.

use std::time::SystemTime;

use super::{
    authenticate::nobody,
    credentials::{Headers, read},
    judge,
    layer::Shared,
    patience::{Patience, Refusal, verified},
};
use crate::{denial::Denial, rule::AppCheckRule};

/// An app whose token was verified, and the token, in case it is to count once only.
pub(super) struct ProvenApp<'a> {
    pub(super) token: &'a [u8],
    pub(super) expires_at: SystemTime,
}

// === impl Shared ===

impl Shared {
    /// The app that makes the call. What is wrong with its token says nothing about the caller's.
    pub(super) async fn app<'a>(
        &self,
        rule: &AppCheckRule,
        headers: &Headers<'a>,
        patience: Patience,
    ) -> Result<ProvenApp<'a>, Refusal> {
        let verifier = self.apps.as_ref().ok_or_else(nobody)?;
        let Some(token) = read::app_check(headers).map_err(about_the_app)? else {
            return Err(Denial::AppCheckRequired("the call brought none".to_owned()).into());
        };
        let app = verified(verifier.check(token), || verifier.verify(token), patience).await;
        let app = app.map_err(|refusal| match refusal {
            Refusal::Denied(denial) => Refusal::Denied(about_the_app(denial)),
            Refusal::MustWait => Refusal::MustWait,
        })?;
        judge::app(rule, &app)?;
        Ok(ProvenApp {
            token,
            expires_at: app.expires_at(),
        })
    }
}

fn about_the_app(denial: Denial) -> Denial {
    match denial {
        Denial::KeysUnavailable(_) => denial,
        denial => Denial::AppCheckRequired(denial.to_string()),
    }
}
