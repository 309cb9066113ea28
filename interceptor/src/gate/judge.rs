//! Whether a verified caller is one that the rule names.

use std::time::SystemTime;

use crate::{caller::EndUser, denial::Denial, rule::EndUserRule};

/// How a rule names the project's own pool of users, those without a tenant.
const OWN_POOL: &str = "-";

/// Each condition of the rule, the ones that a user can do the least about first.
pub(super) fn end_user(rule: &EndUserRule, user: &EndUser, now: SystemTime) -> Result<(), Denial> {
    let tenant = user.id().tenant.unwrap_or(OWN_POOL);
    if !rule.tenants.is_empty() && !rule.tenants.contains(&tenant) {
        return Err(Denial::TenantNotAllowed);
    }
    if user.is_anonymous() && !rule.anonymous {
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
        let ago = now.duration_since(user.signed_in_at()).unwrap_or_default();
        if ago > within {
            return Err(Denial::RecentSignInRequired);
        }
    }
    Ok(())
}

impl EndUserRule {
    /// Whether the rule admits this user at this time, by the gate's own judgement.
    ///
    /// # Errors
    ///
    /// The first condition that the user does not meet.
    pub fn judge(&self, user: &EndUser, now: SystemTime) -> Result<(), Denial> {
        end_user(self, user, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::caller::EndUserClaims;

    const NOW: SystemTime = UNIX_EPOCH;
    const ANYONE: EndUserRule = EndUserRule::SIGNED_IN;

    fn ada() -> EndUserClaims {
        EndUserClaims {
            uid: "ada".into(),
            tenant: None,
            email: Some("ada@example.com".into()),
            email_verified: true,
            name: None,
            picture: None,
            phone_number: None,
            sign_in_provider: "password".into(),
            second_factor: Some("totp".into()),
            roles: Box::new(["editor".into()]),
            signed_in_at: NOW,
            issued_at: NOW,
            expires_at: NOW + Duration::from_hours(1),
            session_cookie: false,
            token: "".into(),
        }
    }

    fn judge(rule: EndUserRule, claims: EndUserClaims) -> Result<(), Denial> {
        end_user(&rule, &EndUser::verified(claims), NOW)
    }

    #[test]
    fn each_condition_admits_who_meets_it() {
        let rule = EndUserRule {
            email_verified: true,
            second_factor: true,
            roles: &["admin", "editor"],
            sign_in_providers: &["google.com", "password"],
            signed_in_within: Some(Duration::ZERO),
            tenants: &["-"],
            ..ANYONE
        };
        assert_eq!(judge(rule, ada()), Ok(()));
    }

    #[test]
    fn each_condition_refuses_who_does_not_with_its_own_reason() {
        let anonymous = EndUserClaims {
            sign_in_provider: "anonymous".into(),
            ..ada()
        };
        assert_eq!(judge(ANYONE, anonymous), Err(Denial::AnonymousNotAllowed));

        let email_verified = EndUserRule {
            email_verified: true,
            ..ANYONE
        };
        let unverified = EndUserClaims {
            email_verified: false,
            ..ada()
        };
        assert_eq!(
            judge(email_verified, unverified),
            Err(Denial::EmailNotVerified)
        );
        let without_email = EndUserClaims {
            email: None,
            ..ada()
        };
        assert_eq!(
            judge(email_verified, without_email),
            Err(Denial::EmailNotVerified)
        );

        let second_factor = EndUserRule {
            second_factor: true,
            ..ANYONE
        };
        let one_factor = EndUserClaims {
            second_factor: None,
            ..ada()
        };
        assert_eq!(
            judge(second_factor, one_factor),
            Err(Denial::SecondFactorRequired)
        );

        let roles = EndUserRule {
            roles: &["admin", "Editor", "edit"],
            ..ANYONE
        };
        assert_eq!(judge(roles, ada()), Err(Denial::RoleRequired));

        let providers = EndUserRule {
            sign_in_providers: &["google.com"],
            ..ANYONE
        };
        assert_eq!(judge(providers, ada()), Err(Denial::ProviderNotAllowed));

        let tenants = EndUserRule {
            tenants: &["blue"],
            ..ANYONE
        };
        assert_eq!(judge(tenants, ada()), Err(Denial::TenantNotAllowed));
        let own_pool = EndUserRule {
            tenants: &["-"],
            ..ANYONE
        };
        let blue = EndUserClaims {
            tenant: Some("blue".into()),
            ..ada()
        };
        assert_eq!(judge(own_pool, blue), Err(Denial::TenantNotAllowed));

        let recent = EndUserRule {
            signed_in_within: Some(Duration::from_mins(5)),
            ..ANYONE
        };
        let user = EndUser::verified(ada());
        assert_eq!(
            end_user(&recent, &user, NOW + Duration::from_mins(5)),
            Ok(())
        );
        assert_eq!(
            end_user(&recent, &user, NOW + Duration::from_secs(301)),
            Err(Denial::RecentSignInRequired)
        );
    }

    #[test]
    fn anonymous_accounts_are_admitted_where_the_rule_says_so() {
        let anonymous = EndUserClaims {
            sign_in_provider: "anonymous".into(),
            ..ada()
        };
        let rule = EndUserRule {
            anonymous: true,
            ..ANYONE
        };
        assert_eq!(judge(rule, anonymous), Ok(()));
    }
}
