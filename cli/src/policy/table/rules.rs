//! The conditions for each kind of caller, as in the proto, and in words.
//!
//! Every type of `callgate`'s rules is taken apart by name, so that no condition can be forgotten.

use callgate::{AppCheckRule, EndUserRule, InternalUserRule, ServiceAccountRule};
use serde::{Deserialize, Serialize};

use crate::policy::words::{any, span};

/// The conditions for end users.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::policy) struct EndUser {
    pub(in crate::policy) may_be_absent: bool,
    pub(in crate::policy) anonymous: bool,
    pub(in crate::policy) email_verified: bool,
    pub(in crate::policy) second_factor: bool,
    pub(in crate::policy) roles: Vec<String>,
    pub(in crate::policy) sign_in_providers: Vec<String>,
    pub(in crate::policy) signed_in_within_seconds: Option<u64>,
    pub(in crate::policy) revocation_checked_within_seconds: Option<u64>,
    pub(in crate::policy) tenants: Vec<String>,
    pub(in crate::policy) session_cookie: bool,
}

/// The conditions for internal users.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::policy) struct InternalUser {
    pub(in crate::policy) hosted_domains: Vec<String>,
    pub(in crate::policy) external: bool,
    pub(in crate::policy) service_accounts: bool,
}

/// The conditions for services.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::policy) struct ServiceAccount {
    pub(in crate::policy) names: Vec<String>,
    /// Null where a service calls for itself.
    pub(in crate::policy) on_behalf_of: Option<EndUser>,
}

/// The conditions for the app, whoever calls.
#[derive(Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::policy) struct App {
    pub(in crate::policy) apps: Vec<String>,
    pub(in crate::policy) consume: bool,
}

// === impl EndUser ===

impl EndUser {
    pub(in crate::policy) fn of(rule: &EndUserRule) -> Self {
        let EndUserRule {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles,
            sign_in_providers,
            signed_in_within,
            revocation_checked_within,
            tenants,
            session_cookie,
        } = *rule;
        Self {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles: owned(roles),
            sign_in_providers: owned(sign_in_providers),
            signed_in_within_seconds: signed_in_within.map(|within| within.as_secs()),
            revocation_checked_within_seconds: revocation_checked_within
                .map(|within| within.as_secs()),
            tenants: owned(tenants),
            session_cookie,
        }
    }

    /// What is demanded, condition by condition.
    pub(in crate::policy) fn words(&self) -> Vec<String> {
        let Self {
            may_be_absent,
            anonymous,
            email_verified,
            second_factor,
            roles,
            sign_in_providers,
            signed_in_within_seconds,
            revocation_checked_within_seconds,
            tenants,
            session_cookie,
        } = self;
        let mut words = vec![
            match (may_be_absent, anonymous) {
                (false, false) => "signed in",
                (false, true) => "signed in, guests too",
                (true, false) => "signed in or without a token",
                (true, true) => "signed in, guests too, or without a token",
            }
            .to_owned(),
        ];
        if *session_cookie {
            words.push("by a session cookie too".to_owned());
        }
        if *email_verified {
            words.push("with a verified e-mail address".to_owned());
        }
        if *second_factor {
            words.push("with a second factor".to_owned());
        }
        if !roles.is_empty() {
            words.push(format!("with the role {}", any(roles)));
        }
        if !sign_in_providers.is_empty() {
            words.push(format!("by {}", any(sign_in_providers)));
        }
        if let Some(seconds) = signed_in_within_seconds {
            words.push(format!("at most {} ago", span(*seconds)));
        }
        match revocation_checked_within_seconds {
            None => {}
            Some(0) => words.push("whose account is asked about at each call".to_owned()),
            Some(seconds) => words.push(format!(
                "whose account was asked about at most {} ago",
                span(*seconds)
            )),
        }
        if !tenants.is_empty() {
            words.push(format!("of the tenant {}", any(tenants)));
        }
        words
    }
}

// === impl InternalUser ===

impl InternalUser {
    pub(in crate::policy) fn of(rule: &InternalUserRule) -> Self {
        let InternalUserRule {
            hosted_domains,
            external,
            service_accounts,
        } = *rule;
        Self {
            hosted_domains: owned(hosted_domains),
            external,
            service_accounts,
        }
    }

    /// What is demanded, condition by condition.
    pub(in crate::policy) fn words(&self) -> Vec<String> {
        let Self {
            hosted_domains,
            external,
            service_accounts,
        } = self;
        let mut words = vec![match hosted_domains.as_slice() {
            [] => "let through by IAP".to_owned(),
            domains => format!("of the organization {}", any(domains)),
        }];
        if *external {
            words.push("external users too".to_owned());
        }
        if *service_accounts {
            words.push("programs too".to_owned());
        }
        words
    }
}

// === impl ServiceAccount ===

impl ServiceAccount {
    pub(in crate::policy) fn of(rule: &ServiceAccountRule) -> Self {
        let ServiceAccountRule {
            names,
            on_behalf_of,
        } = rule;
        Self {
            names: owned(names),
            on_behalf_of: on_behalf_of.as_ref().map(EndUser::of),
        }
    }

    /// What is demanded, condition by condition.
    pub(in crate::policy) fn words(&self) -> Vec<String> {
        let Self {
            names,
            on_behalf_of,
        } = self;
        let mut words = vec![match names.as_slice() {
            [] => "none".to_owned(),
            names => any(names),
        }];
        if let Some(user) = on_behalf_of {
            let mut demands = user.words().into_iter();
            words.extend(
                demands
                    .next()
                    .map(|first| format!("for an end user {first}")),
            );
            words.extend(demands);
        }
        words
    }
}

// === impl App ===

impl App {
    pub(in crate::policy) fn of(rule: &AppCheckRule) -> Self {
        let AppCheckRule { apps, consume } = *rule;
        Self {
            apps: owned(apps),
            consume,
        }
    }

    /// What is demanded, condition by condition.
    pub(in crate::policy) fn words(&self) -> Vec<String> {
        let Self { apps, consume } = self;
        let mut words = vec![match apps.as_slice() {
            [] => "any of the project".to_owned(),
            apps => any(apps),
        }];
        if *consume {
            words.push("each token once".to_owned());
        }
        words
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
