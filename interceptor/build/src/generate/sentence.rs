//! Rules in words, for the documentation of the handlers.

use std::time::Duration;

use crate::rules::{
    Admits, AppCheckRule, Callers, EndUserRule, InternalUserRule, Rule, ServiceAccountRule,
};

/// The rule in words.
pub(super) fn of(rule: &Rule) -> String {
    let mut sentence = match &rule.admits {
        Admits::Everyone => {
            "Rule: `public`. Everyone may call; the caller is not looked at.".to_owned()
        }
        Admits::Callers(callers) => of_callers(callers),
    };
    if let Some(app) = &rule.app_check {
        sentence.push_str(&of_app_check(app));
    }
    sentence
}

fn of_callers(callers: &Callers) -> String {
    let kinds = [
        callers
            .end_user
            .as_ref()
            .map(|rule| ("`end_user`", end_user(rule))),
        callers
            .internal_user
            .as_ref()
            .map(|rule| ("`internal_user`", internal_user(rule))),
        callers
            .service_account
            .as_ref()
            .map(|rule| ("`service_account`", service_account(rule))),
    ];
    let (names, callers): (Vec<_>, Vec<_>) = kinds.into_iter().flatten().unzip();
    format!(
        "Rule: {}. The caller is {}.",
        names.join(" or "),
        callers.join("; or ")
    )
}

fn end_user(rule: &EndUserRule) -> String {
    let who = match (rule.may_be_absent, rule.anonymous) {
        (true, _) => "an `Option<EndUser>`, which is `None` for a call without a token",
        (false, true) => "an `EndUser`, who may have an anonymous account",
        (false, false) => "an `EndUser`, who is signed in and no anonymous account",
    };
    let mut caller = vec![who.to_owned()];
    caller.extend(conditions(rule));
    caller.join(", ")
}

fn internal_user(rule: &InternalUserRule) -> String {
    let mut caller = vec!["an `InternalUser`".to_owned()];
    if !rule.hosted_domains.is_empty() {
        caller.push(format!(
            "of the organization {}",
            any_of(&rule.hosted_domains)
        ));
    }
    if rule.external {
        caller.push("external users too".to_owned());
    }
    if rule.service_accounts {
        caller.push("programs too".to_owned());
    }
    caller.join(", ")
}

fn service_account(rule: &ServiceAccountRule) -> String {
    let names = any_of(&rule.names);
    match &rule.on_behalf_of {
        None => format!("the `ServiceAccount` {names}"),
        Some(user) => format!("the service {names} `OnBehalfOf` {}", end_user(user)),
    }
}

fn of_app_check(rule: &AppCheckRule) -> String {
    let apps = match rule.apps.is_empty() {
        true => "any app of the project".to_owned(),
        false => format!("the app {}", any_of(&rule.apps)),
    };
    let once = if rule.consume {
        ", by a token that counts once"
    } else {
        ""
    };
    format!(" The call comes from {apps}, proven by App Check{once}.")
}

fn conditions(rule: &EndUserRule) -> Vec<String> {
    let mut conditions = Vec::new();
    if rule.email_verified {
        conditions.push("with a verified e-mail address".to_owned());
    }
    if rule.second_factor {
        conditions.push("with a second factor".to_owned());
    }
    if !rule.roles.is_empty() {
        conditions.push(format!("with the role {}", any_of(&rule.roles)));
    }
    if !rule.sign_in_providers.is_empty() {
        conditions.push(format!("signed in by {}", any_of(&rule.sign_in_providers)));
    }
    if let Some(within) = rule.signed_in_within {
        conditions.push(format!("signed in at most {} ago", in_words(within)));
    }
    if let Some(within) = rule.revocation_checked_within {
        conditions.push(match within {
            Duration::ZERO => "whose account is looked up for every call".to_owned(),
            _ => format!(
                "whose account was looked up at most {} ago",
                in_words(within)
            ),
        });
    }
    if rule.session_cookie {
        conditions.push("by an ID token or a session cookie".to_owned());
    }
    if !rule.tenants.is_empty() {
        conditions.push(format!("of the tenant {}", any_of(&rule.tenants)));
    }
    conditions
}

fn any_of(entries: &[String]) -> String {
    let quoted: Vec<_> = entries.iter().map(|entry| format!("`{entry}`")).collect();
    quoted.join(" or ")
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds if duration.subsec_nanos() == 0 && seconds % 60 == 0 => {
            format!("{} min", seconds / 60)
        }
        _ => format!("{} s", duration.as_secs_f64()),
    }
}
