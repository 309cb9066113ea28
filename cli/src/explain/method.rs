//! Whether the caller whom a token proves may call a method, by the gate's own judgement.

use std::time::SystemTime;

use anyhow::Context;
use callgate::{Admits, Callers, Denial, Method, explain::Explanation};

use crate::policy;

/// What the rule of a method says.
pub(crate) struct Verdict {
    pub(crate) path: &'static str,
    /// None where the token was refused before the rule was asked.
    pub(crate) answer: Option<Result<(), Denial>>,
    pub(crate) detail: String,
}

// === impl Verdict ===

impl Verdict {
    /// Why the rule refuses a caller whose token is valid.
    pub(super) fn denial(&self) -> Option<&Denial> {
        self.answer.as_ref()?.as_ref().err()
    }
}

/// What to do, about the rule where it is what refuses, else about the token.
pub(super) fn what_to_do<'a>(explanation: &'a Explanation, rule: Option<&Verdict>) -> &'a str {
    match rule.and_then(Verdict::denial) {
        Some(denial) => advice(denial),
        None => &explanation.advice,
    }
}

/// The method of this path, with or without the slash that it begins with.
pub(super) fn find(path: &str) -> anyhow::Result<&'static Method> {
    policy::methods()
        .find(|method| method.path == path || &method.path[1..] == path)
        .with_context(|| {
            let known: Vec<&str> = policy::methods().map(|method| method.path).collect();
            format!(
                "--method: there is no such method; these are:\n  {}",
                known.join("\n  ")
            )
        })
}

pub(super) fn judge(
    method: &'static Method,
    explanation: &Explanation,
    token: &str,
    now: SystemTime,
) -> Verdict {
    let (answer, detail) = match &method.rule.admits {
        Admits::Everyone => (
            Some(Ok(())),
            "the method is public: the gate does not look at the token, good or bad".to_owned(),
        ),
        Admits::Callers(callers) => callers_verdict(callers, explanation, token, now),
    };
    Verdict {
        path: method.path,
        answer,
        detail,
    }
}

fn callers_verdict(
    Callers { end_user, .. }: &Callers,
    explanation: &Explanation,
    token: &str,
    now: SystemTime,
) -> (Option<Result<(), Denial>>, String) {
    let Some(rule) = end_user else {
        let denial = Denial::CallerNotAllowed("the rule admits no end users");
        let detail = denial.to_string();
        return (Some(Err(denial)), detail);
    };
    let demands = policy::words(rule);
    match &explanation.verdict {
        Err(_) if token.is_empty() && rule.may_be_absent => (
            Some(Ok(())),
            "the method may be called without a token".to_owned(),
        ),
        Err(_) => (
            None,
            format!("not asked, since the token is refused; it demands: {demands}"),
        ),
        Ok(user) => match rule.judge(user, now) {
            Ok(()) if rule.revocation_checked_within.is_some() => (
                Some(Ok(())),
                format!(
                    "it is met, if the account still stands, which is not asked here; it demands: {demands}"
                ),
            ),
            Ok(()) => (Some(Ok(())), format!("it is met; it demands: {demands}")),
            Err(denial) => {
                let detail = format!("{denial}; it demands: {demands}");
                (Some(Err(denial)), detail)
            }
        },
    }
}

/// What the user or the app can do about it.
fn advice(denial: &Denial) -> &'static str {
    match denial {
        Denial::AnonymousNotAllowed => {
            "Link an account to the guest (linkWithPopup, linkWithCredential)."
        }
        Denial::EmailNotVerified => {
            "Have the user verify the address (sendEmailVerification), then renew the token: user.getIdToken(true)."
        }
        Denial::SecondFactorRequired => {
            "Have the user enrol a second factor, and sign in again with it."
        }
        Denial::RoleRequired => {
            "Give the user the role in the custom claims, then renew the token: user.getIdToken(true)."
        }
        Denial::ProviderNotAllowed => "Have the user sign in in one of these ways.",
        Denial::TenantNotAllowed => "Sign in to one of these tenants (auth.tenantId).",
        Denial::RecentSignInRequired => {
            "Have the user sign in again (reauthenticateWithPopup): a renewed token keeps the time of the sign-in."
        }
        _ => "This method is not for end users: see `callgate policy` for who may call it.",
    }
}
