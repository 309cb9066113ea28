use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::caller::{EndUserClaims, InternalUserClaims, ServiceAccountClaims};

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
        token: [].into(),
    }
}

fn judge(rule: EndUserRule, claims: EndUserClaims) -> Result<(), Denial> {
    end_user(&rule, &EndUser::verified(claims), || NOW)
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
        end_user(&recent, &user, || NOW + Duration::from_mins(5)),
        Ok(())
    );
    assert_eq!(
        end_user(&recent, &user, || NOW + Duration::from_secs(301)),
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

fn eve() -> InternalUserClaims {
    InternalUserClaims {
        sub: "accounts.google.com:1".into(),
        email: "eve@example.com".into(),
        hosted_domain: Some("example.com".into()),
        is_external: false,
        issued_at: NOW,
        expires_at: NOW + Duration::from_mins(10),
    }
}

fn judge_internal(rule: InternalUserRule, claims: InternalUserClaims) -> Result<(), Denial> {
    internal_user(&rule, &InternalUser::verified(claims))
}

#[test]
fn an_external_user_behind_iap_is_admitted_only_where_the_rule_says_so() {
    let external = || InternalUserClaims {
        is_external: true,
        ..eve()
    };
    let rule = InternalUserRule {
        external: true,
        ..InternalUserRule::ANYONE
    };
    let refused = judge_internal(InternalUserRule::ANYONE, external());
    assert!(matches!(refused, Err(Denial::CallerNotAllowed(_))));
    assert_eq!(judge_internal(rule, external()), Ok(()));
    assert_eq!(judge_internal(rule, eve()), Ok(()));
}

#[test]
fn a_program_behind_iap_is_admitted_only_where_the_rule_says_so() {
    let program = || InternalUserClaims {
        email: "job@my-project.iam.gserviceaccount.com".into(),
        hosted_domain: None,
        ..eve()
    };
    let rule = InternalUserRule {
        service_accounts: true,
        ..InternalUserRule::ANYONE
    };
    let refused = judge_internal(InternalUserRule::ANYONE, program());
    assert!(matches!(refused, Err(Denial::CallerNotAllowed(_))));
    assert_eq!(judge_internal(rule, program()), Ok(()));
}

#[test]
fn an_organization_is_told_by_hd_and_nothing_else() {
    let rule = InternalUserRule {
        hosted_domains: &["example.com", "example.org"],
        ..InternalUserRule::ANYONE
    };
    assert_eq!(judge_internal(rule, eve()), Ok(()));
    for hosted_domain in [
        None,
        Some("example.net"),
        Some("Example.com"),
        Some("sub.example.com"),
    ] {
        // The e-mail address says example.com all the same.
        let claims = InternalUserClaims {
            hosted_domain: hosted_domain.map(Into::into),
            ..eve()
        };
        let verdict = judge_internal(rule, claims);
        assert_eq!(verdict, Err(Denial::DomainNotAllowed), "{hosted_domain:?}");
    }
}

#[test]
fn a_service_is_one_that_the_rule_names() {
    let service = ServiceAccount::verified(ServiceAccountClaims {
        name: "admin".into(),
        email: "admin@my-project.iam.gserviceaccount.com".into(),
        unique_id: "1".into(),
        issued_at: NOW,
        expires_at: NOW + Duration::from_hours(1),
    });
    let rule = |names| ServiceAccountRule {
        names,
        on_behalf_of: None,
    };
    assert_eq!(
        service_account(&rule(&["votes", "admin"]), &service),
        Ok(())
    );
    for names in [&[][..], &["votes"], &["Admin"], &["admin "]] {
        let verdict = service_account(&rule(names), &service);
        assert_eq!(verdict, Err(Denial::ServiceNotAllowed), "{names:?}");
    }
}
