//! Whether a gate has what the rules of its policy need. It does not start otherwise (G20).

use super::{GateBuilder, end_users::EndUsers};
use crate::{
    policy::Method,
    rule::{AppCheckRule, EndUserRule, InternalUserRule, ServiceAccountRule},
    verify::VerifierError,
};

/// Why a gate cannot be built: the configuration lacks what a rule needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// A verifier that the gate was to make for itself cannot be made.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// A rule admits end users, whom nothing can verify.
    #[error("{method} admits end users: give the gate a verifier for them with `.end_users(..)`")]
    NoEndUserVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule names a tenant whose tokens the verifier refuses.
    #[error(
        "{method} names the tenant {tenant:?}, whose tokens are refused: configure it as one of the tenants"
    )]
    UnknownTenant {
        /// The path of the method.
        method: &'static str,
        /// The tenant.
        tenant: &'static str,
    },
    /// A rule asks for revocation, of which nothing is known.
    #[error(
        "{method} has revocation_checked_within: give the gate the accounts to ask with `.accounts(..)`"
    )]
    NoAccounts {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule admits internal users, whom nothing can verify.
    #[error(
        "{method} admits internal users: give the gate a verifier for them with `.internal_users(..)`"
    )]
    NoInternalUserVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule admits service accounts, which nothing can verify.
    #[error(
        "{method} admits service accounts: give the gate a verifier for them with `.service_accounts(..)`"
    )]
    NoServiceAccountVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule names a service that the configuration gives no account (G9).
    #[error(
        "{method} names the service {name:?}, which no account is mapped to: give its e-mail address to `.accounts(..)` of the \
         verifier"
    )]
    UnknownService {
        /// The path of the method.
        method: &'static str,
        /// The service.
        name: &'static str,
    },
    /// A rule accepts session cookies, which nothing can verify, or only by other settings than the ID tokens.
    #[error(
        "{method} accepts session cookies: give the gate a verifier for them with `.session_cookies(..)`, made like the one of the \
         ID tokens"
    )]
    NoSessionCookieVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule demands App Check, which nothing can verify.
    #[error("{method} has app_check: give the gate a verifier for it with `.apps(..)`")]
    NoAppCheckVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule demands App Check tokens that count once, and nothing can ask whether one was used.
    #[error(
        "{method} has app_check with consume: give the verifier of apps the credentials to ask with, by `.credentials(..)`"
    )]
    NoAppCheckCredentials {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule admits callers whom the browser's cookies prove, and no page may make such calls (G11).
    #[error(
        "{method} admits callers by what a browser sends by itself: name the pages that may call with `.origins(..)`"
    )]
    NoOrigins {
        /// The path of the method.
        method: &'static str,
    },
    /// This is not exactly what a browser sends as its origin.
    #[error(
        "{0:?} is not one exact origin: write it as a browser sends it, such as https://app.example.com"
    )]
    Origin(String),
}

/// Whether the gate can judge the callers of this method.
pub(super) fn method(gate: &GateBuilder, method: &'static Method) -> Result<(), GateError> {
    let path = method.path;
    if let Some(rule) = &method.rule.app_check {
        app_check(gate, path, rule)?;
    }
    let Some(callers) = method.rule.callers() else {
        return Ok(());
    };
    for rule in callers.end_user_rules() {
        end_user(gate, path, rule)?;
    }
    if let Some(rule) = &callers.internal_user {
        internal_user(gate, path, rule)?;
    }
    if let Some(rule) = &callers.service_account {
        service_account(gate, path, rule)?;
    }
    Ok(())
}

fn end_user(gate: &GateBuilder, method: &'static str, rule: &EndUserRule) -> Result<(), GateError> {
    let Some(verifier) = &gate.end_users else {
        return Err(GateError::NoEndUserVerifier { method });
    };
    if let Some(tenant) = rule.tenants.iter().find(|t| !verifier.accepts_tenant(t)) {
        return Err(GateError::UnknownTenant { method, tenant });
    }
    if rule.revocation_checked_within.is_some() && gate.accounts.is_none() {
        return Err(GateError::NoAccounts { method });
    }
    match (rule.session_cookie, &gate.session_cookies, verifier) {
        (false, ..) => Ok(()),
        (true, Some(cookies), EndUsers::Firebase(id_tokens)) if cookies.is_like(id_tokens) => {
            origins(gate, method)
        }
        // The emulator's cookies are unsigned like its tokens: they are refused.
        #[cfg(feature = "emulator")]
        (true, None, EndUsers::Emulator(_)) => origins(gate, method),
        (true, ..) => Err(GateError::NoSessionCookieVerifier { method }),
    }
}

fn origins(gate: &GateBuilder, method: &'static str) -> Result<(), GateError> {
    match gate.origins.is_empty() {
        true => Err(GateError::NoOrigins { method }),
        false => Ok(()),
    }
}

fn app_check(
    gate: &GateBuilder,
    method: &'static str,
    rule: &AppCheckRule,
) -> Result<(), GateError> {
    match &gate.apps {
        None => Err(GateError::NoAppCheckVerifier { method }),
        Some(apps) if rule.consume && !apps.can_consume() => {
            Err(GateError::NoAppCheckCredentials { method })
        }
        Some(_) => Ok(()),
    }
}

fn internal_user(
    gate: &GateBuilder,
    method: &'static str,
    _: &InternalUserRule,
) -> Result<(), GateError> {
    if gate.internal_users.is_none() {
        return Err(GateError::NoInternalUserVerifier { method });
    }
    origins(gate, method)
}

fn service_account(
    gate: &GateBuilder,
    method: &'static str,
    rule: &ServiceAccountRule,
) -> Result<(), GateError> {
    let Some(verifier) = &gate.service_accounts else {
        return Err(GateError::NoServiceAccountVerifier { method });
    };
    let is_unknown = |name: &&&'static str| !verifier.names().any(|known| known == **name);
    match rule.names.iter().find(is_unknown) {
        Some(name) => Err(GateError::UnknownService { method, name }),
        None => Ok(()),
    }
}
