//! Who judges: the verifier of each kind of token, and the rule if one was asked for.

use std::cell::OnceCell;

use callgate::{
    AppCheckVerifier, Clock, EmulatorVerifier, FirebaseVerifier, IapVerifier, Method,
    ServiceAccountVerifier, SessionCookieVerifier,
    explain::{self, Explanation},
};

use super::{
    Status,
    method::{self, Verdict},
    proven::Proven,
};
use crate::{kind::Kind, settings::Settings};

pub(super) struct Judge {
    settings: Settings,
    clock: Clock,
    method: Option<&'static Method>,
    verifiers: Verifiers,
}

/// The verifiers that were needed so far, or what is wrong with their settings.
#[derive(Default)]
struct Verifiers {
    firebase: Made<FirebaseVerifier>,
    session_cookies: Made<SessionCookieVerifier>,
    iap: Made<IapVerifier>,
    service_accounts: Made<ServiceAccountVerifier>,
    apps: Made<AppCheckVerifier>,
    emulator: Made<EmulatorVerifier>,
}

type Made<V> = OnceCell<Result<V, String>>;

/// What a token came to.
pub(super) struct Judged {
    /// As what it was judged, or was to be.
    pub(super) kind: Kind,
    pub(super) outcome: Outcome,
}

pub(super) enum Outcome {
    Explained(Explanation<Proven>, Option<Verdict>),
    /// A setting is missing or wrong.
    NotConfigured {
        looks: explain::Kind,
        why: String,
    },
}

// === impl Judge ===

impl Judge {
    pub(super) fn new(settings: Settings, clock: Clock, method: Option<&'static Method>) -> Self {
        Self {
            settings,
            clock,
            method,
            verifiers: Verifiers::default(),
        }
    }

    /// Judges a token as this kind of one, or as what it says it is.
    pub(super) async fn judge(&self, token: &str, kind: Option<Kind>) -> Judged {
        let looks = explain::Kind::of(token);
        let kind = kind.unwrap_or_else(|| Kind::to_judge(looks, self.settings.is_emulated()));
        let outcome = match self.explain(token, kind).await {
            Ok(explanation) => {
                let rule = self.method.map(|method| {
                    method::judge(method, &explanation, kind, token, self.clock.now())
                });
                Outcome::Explained(explanation, rule)
            }
            Err(why) => Outcome::NotConfigured {
                looks,
                why: why.clone(),
            },
        };
        Judged { kind, outcome }
    }

    async fn explain(&self, token: &str, kind: Kind) -> Result<Explanation<Proven>, &String> {
        let Self {
            settings,
            verifiers,
            ..
        } = self;
        Ok(match kind {
            Kind::Firebase => {
                let verifier = made(&verifiers.firebase, || settings.firebase())?;
                verifier.explain(token).await.map(Proven::EndUser)
            }
            Kind::SessionCookie => {
                let verifier = made(&verifiers.session_cookies, || settings.session_cookies())?;
                verifier.explain(token).await.map(Proven::EndUser)
            }
            Kind::Iap => {
                let verifier = made(&verifiers.iap, || settings.iap())?;
                verifier.explain(token).await.map(Proven::InternalUser)
            }
            Kind::Google => {
                let verifier = made(&verifiers.service_accounts, || settings.service_accounts())?;
                verifier.explain(token).await.map(Proven::ServiceAccount)
            }
            Kind::AppCheck => {
                let verifier = made(&verifiers.apps, || settings.apps())?;
                verifier.explain(token).await.map(Proven::App)
            }
            Kind::Emulator => {
                let verifier = made(&verifiers.emulator, || settings.emulator())?;
                verifier.explain(token).map(Proven::EndUser)
            }
        })
    }
}

/// The verifier, made now if it was not yet.
fn made<V>(place: &Made<V>, make: impl FnOnce() -> anyhow::Result<V>) -> Result<&V, &String> {
    place
        .get_or_init(|| make().map_err(|error| format!("{error:#}")))
        .as_ref()
}

// === impl Judged ===

impl Judged {
    pub(super) fn status(&self) -> Status {
        let Outcome::Explained(explanation, rule) = &self.outcome else {
            return Status::NotJudged;
        };
        let refused_by_rule = rule.as_ref().and_then(Verdict::denial).is_some();
        if !explanation.is_judged() {
            Status::NotJudged
        } else if explanation.verdict.is_err() || refused_by_rule {
            Status::Refused
        } else {
            Status::Accepted
        }
    }
}
