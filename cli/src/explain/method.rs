//! Whether the caller whom a token proves may call a method, by the gate's own judgement.

use std::time::SystemTime;

use anyhow::Context;
use callgate::{
    Admits, AppCheckRule, Callers, Denial, EndUserRule, InternalUserRule, Method, Rule,
    ServiceAccountRule, explain::Explanation,
};

use super::proven::Proven;
use crate::{kind::Kind, policy};

/// What the rule of a method says.
pub(super) struct Verdict {
    pub(super) path: &'static str,
    /// None where the rule was not asked: the token was refused before, or the method does not look at this kind.
    pub(super) answer: Answer,
    pub(super) detail: String,
}

type Answer = Option<Result<(), Denial>>;

// === impl Verdict ===

impl Verdict {
    /// Why the rule refuses a caller whose token is valid.
    pub(super) fn denial(&self) -> Option<&Denial> {
        self.answer.as_ref()?.as_ref().err()
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
    explanation: &Explanation<Proven>,
    kind: Kind,
    token: &str,
    now: SystemTime,
) -> Verdict {
    let Rule { admits, app_check } = &method.rule;
    let case = Case {
        method,
        explanation,
        token,
        now,
    };
    let (answer, mut detail) = match (kind, admits) {
        (Kind::AppCheck, _) => case.app(app_check.as_ref()),
        (_, Admits::Everyone) => (
            Some(Ok(())),
            "the method is public: the gate does not look at the token, good or bad".to_owned(),
        ),
        (Kind::Firebase | Kind::Emulator, Admits::Callers(callers)) => case.end_user(callers),
        (Kind::SessionCookie, Admits::Callers(callers)) => case.session_cookie(callers),
        (Kind::Iap, Admits::Callers(callers)) => case.internal_user(callers.internal_user.as_ref()),
        (Kind::Google, Admits::Callers(callers)) => {
            case.service_account(callers.service_account.as_ref())
        }
    };
    if let (Some(rule), Some(Ok(())), true) = (app_check, &answer, kind != Kind::AppCheck) {
        let words = policy::app_words(rule);
        detail += "; the app must prove itself too, in x-firebase-appcheck: ";
        detail += &words;
    }
    Verdict {
        path: method.path,
        answer,
        detail,
    }
}

/// One token before the rule of one method.
struct Case<'a> {
    method: &'static Method,
    explanation: &'a Explanation<Proven>,
    token: &'a str,
    now: SystemTime,
}

// === impl Case ===

impl Case<'_> {
    /// Whoever brings an ID token in `authorization`.
    fn end_user(&self, callers: &Callers) -> (Answer, String) {
        let Some(rule) = &callers.end_user else {
            return self.forwarded(callers);
        };
        if rule.may_be_absent && self.token.is_empty() {
            let detail = "the method may be called without a token".to_owned();
            return (Some(Ok(())), detail);
        }
        self.verdict(&policy::words(rule), &if_it_stands(rule), |proven| {
            self.judge_end_user(rule, proven)
        })
    }

    /// An end user who may not call, but for whom a service may.
    fn forwarded(&self, callers: &Callers) -> (Answer, String) {
        let service = callers.service_account.as_ref();
        let (answer, detail) = self.not_admitted("an end user");
        let Some(rule) = service.and_then(|service| service.on_behalf_of.as_ref()) else {
            return (answer, detail);
        };
        let (_, of_user) = self.verdict(&policy::words(rule), &if_it_stands(rule), |proven| {
            self.judge_end_user(rule, proven)
        });
        let detail = format!(
            "{detail}; as the token of the user for whom a service calls, beside the service's own and in \
             x-end-user-authorization: {of_user}"
        );
        (answer, detail)
    }

    fn session_cookie(&self, callers: &Callers) -> (Answer, String) {
        match &callers.end_user {
            Some(rule) if rule.session_cookie => {
                let mut conditions = if_it_stands(rule);
                conditions.push("as a cookie, if the call comes from an allowed Origin");
                self.verdict(&policy::words(rule), &conditions, |proven| {
                    self.judge_end_user(rule, proven)
                })
            }
            _ => self.not_admitted("an end user with a session cookie"),
        }
    }

    fn internal_user(&self, rule: Option<&InternalUserRule>) -> (Answer, String) {
        let Some(rule) = rule else {
            return self.not_admitted("an internal user");
        };
        let conditions = ["if the call comes from an allowed Origin"];
        self.verdict(
            &policy::internal_user_words(rule),
            &conditions,
            |proven| match proven {
                Proven::InternalUser(user) => rule.judge(user),
                _ => Err(Denial::CallerNotAllowed("no internal user")),
            },
        )
    }

    fn service_account(&self, rule: Option<&ServiceAccountRule>) -> (Answer, String) {
        let Some(rule) = rule else {
            return self.not_admitted("a service account");
        };
        let needed = rule.on_behalf_of.as_ref().map(|user| {
            format!(
                "if the call brings the user's own token too, in x-end-user-authorization, of whom is demanded: {}",
                policy::words(user)
            )
        });
        let conditions: Vec<&str> = needed.as_deref().into_iter().collect();
        let demands = format!("the service {}", policy::any(rule.names));
        self.verdict(&demands, &conditions, |proven| match proven {
            Proven::ServiceAccount(service) => rule.judge(service),
            _ => Err(Denial::CallerNotAllowed("no service account")),
        })
    }

    /// The app is judged beside whoever calls.
    fn app(&self, rule: Option<&AppCheckRule>) -> (Answer, String) {
        let Some(rule) = rule else {
            let detail = "not asked: the method wants no proof of the app, and an App Check token makes nobody a caller";
            return (None, detail.to_owned());
        };
        let mut conditions = Vec::new();
        if rule.consume {
            conditions.push("if the token was not used before, which is not asked here");
        }
        if self.method.rule.callers().is_some() {
            conditions.push("if the call brings a caller's token too");
        }
        self.verdict(
            &policy::app_words(rule),
            &conditions,
            |proven| match proven {
                Proven::App(app) => rule.judge(app),
                _ => Err(Denial::CallerNotAllowed("no app")),
            },
        )
    }

    fn judge_end_user(&self, rule: &EndUserRule, proven: &Proven) -> Result<(), Denial> {
        match proven {
            Proven::EndUser(user) => rule.judge(user, self.now),
            _ => Err(Denial::CallerNotAllowed("no end user")),
        }
    }

    /// The rule's verdict on whom the token proves. `conditions` are met or not by what is not here to be judged.
    fn verdict(
        &self,
        demands: &str,
        conditions: &[&str],
        judge: impl FnOnce(&Proven) -> Result<(), Denial>,
    ) -> (Answer, String) {
        let Ok(proven) = &self.explanation.verdict else {
            let why = format!("not asked, since the token is refused; it demands: {demands}");
            return (None, why);
        };
        match judge(proven) {
            Ok(()) => {
                let met = [&["it is met"], conditions].concat().join(", ");
                (Some(Ok(())), format!("{met}; it demands: {demands}"))
            }
            Err(denial) => {
                let detail = format!("{denial}; it demands: {demands}");
                (Some(Err(denial)), detail)
            }
        }
    }

    fn not_admitted(&self, who: &'static str) -> (Answer, String) {
        let denial = Denial::CallerNotAllowed(who);
        let detail = format!("{denial}; who may: {}", policy::who(self.method));
        (Some(Err(denial)), detail)
    }
}

fn if_it_stands(rule: &EndUserRule) -> Vec<&'static str> {
    match rule.revocation_checked_within {
        Some(_) => vec!["if the account still stands, which is not asked here"],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
