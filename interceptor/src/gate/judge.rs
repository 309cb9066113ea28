//! Whether a verified caller is one that the rule names.

use std::time::SystemTime;

use crate::{
    caller::{EndUser, InternalUser, ServiceAccount},
    denial::Denial,
    rule::{AppCheckRule, EndUserRule, InternalUserRule, ServiceAccountRule},
    verify::App,
};

/// How a rule names the project's own pool of users, those without a tenant.
const OWN_POOL: &str = "-";

/// Each condition of the rule, the ones that a user can do the least about first.
pub(super) fn end_user(
    rule: &EndUserRule,
    user: &EndUser,
    now: impl FnOnce() -> SystemTime,
) -> Result<(), Denial> {
    let in_a_tenant = || rule.tenants.contains(&user.id().tenant.unwrap_or(OWN_POOL));
    if !rule.tenants.is_empty() && !in_a_tenant() {
        return Err(Denial::TenantNotAllowed);
    }
    if !rule.anonymous && user.is_anonymous() {
        return Err(Denial::AnonymousNotAllowed);
    }
    if !rule.sign_in_providers.is_empty()
        && !rule.sign_in_providers.contains(&user.sign_in_provider())
    {
        return Err(Denial::ProviderNotAllowed);
    }
    if !rule.roles.is_empty() && !rule.roles.iter().any(|role| user.has_role(role)) {
        return Err(Denial::RoleRequired);
    }
    if rule.email_verified && !(user.email().is_some() && user.email_verified()) {
        return Err(Denial::EmailNotVerified);
    }
    if rule.second_factor && user.second_factor().is_none() {
        return Err(Denial::SecondFactorRequired);
    }
    if let Some(within) = rule.signed_in_within {
        // A sign-in in the future passed as clock skew: it is recent.
        let ago = now()
            .duration_since(user.signed_in_at())
            .unwrap_or_default();
        if ago > within {
            return Err(Denial::RecentSignInRequired);
        }
    }
    Ok(())
}

/// IAP's assertion alone makes nobody a member of the organization (G8).
pub(super) fn internal_user(rule: &InternalUserRule, user: &InternalUser) -> Result<(), Denial> {
    if user.is_external() && !rule.external {
        return Err(Denial::CallerNotAllowed("an external user behind IAP"));
    }
    if user.is_service_account() && !rule.service_accounts {
        return Err(Denial::CallerNotAllowed("a service account behind IAP"));
    }
    let is_listed = |domain: &str| rule.hosted_domains.contains(&domain);
    if !rule.hosted_domains.is_empty() && !user.hosted_domain().is_some_and(is_listed) {
        return Err(Denial::DomainNotAllowed);
    }
    Ok(())
}

/// A service is one that the rule names (G9).
pub(super) fn service_account(
    rule: &ServiceAccountRule,
    service: &ServiceAccount,
) -> Result<(), Denial> {
    match rule.names.contains(&service.name()) {
        true => Ok(()),
        false => Err(Denial::ServiceNotAllowed),
    }
}

/// The app is one that the rule names, where it names any.
pub(super) fn app(rule: &AppCheckRule, app: &App) -> Result<(), Denial> {
    match rule.apps.is_empty() || rule.apps.contains(&app.id()) {
        true => Ok(()),
        false => Err(Denial::AppNotAllowed),
    }
}

impl EndUserRule {
    /// Whether the rule admits this user at this time, by the gate's own judgement.
    ///
    /// # Errors
    ///
    /// The first condition that the user does not meet.
    pub fn judge(&self, user: &EndUser, now: SystemTime) -> Result<(), Denial> {
        end_user(self, user, || now)
    }
}

impl InternalUserRule {
    /// Whether the rule admits this user, by the gate's own judgement.
    ///
    /// # Errors
    ///
    /// The first condition that the user does not meet.
    pub fn judge(&self, user: &InternalUser) -> Result<(), Denial> {
        internal_user(self, user)
    }
}

impl ServiceAccountRule {
    /// Whether the rule names this service, by the gate's own judgement. The end user for whom it calls is not looked at.
    ///
    /// # Errors
    ///
    /// Where it does not.
    pub fn judge(&self, service: &ServiceAccount) -> Result<(), Denial> {
        service_account(self, service)
    }
}

impl AppCheckRule {
    /// Whether the rule admits this app, by the gate's own judgement. Whether its token was used before is not looked at.
    ///
    /// # Errors
    ///
    /// Where it names others only.
    pub fn judge(&self, app: &App) -> Result<(), Denial> {
        self::app(self, app)
    }
}

#[cfg(test)]
mod tests;
