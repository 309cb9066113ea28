//! Tenants are pools of users of their own (G13).

use callgate::{FirebaseVerifier, UserId};
use serde_json::json;

use super::{accepted, assert_refused, issuer, refusal, token};

fn verifier(tenants: &[&str]) -> FirebaseVerifier {
    issuer()
        .verifier()
        .tenants(tenants.iter().copied())
        .expect("tenants")
}

#[test]
fn without_tenants_a_token_of_one_is_refused() {
    assert_refused([(
        "of a tenant",
        token().tenant("pupils").sign(),
        "TOKEN_INVALID invalid token: claims: firebase.tenant is not a configured tenant",
    )]);
    assert_eq!(
        refusal(&verifier(&[]), &token().tenant("pupils").sign()).reason(),
        "TOKEN_INVALID"
    );
    accepted(&verifier(&[]), &token().sign());
}

#[test]
fn with_tenants_all_others_are_refused() {
    let verifier = verifier(&["pupils", "teachers"]);
    for tenant in ["pupils", "teachers"] {
        let user = accepted(&verifier, &token().tenant(tenant).sign());
        let id = UserId {
            tenant: Some(tenant),
            uid: "ada",
        };
        assert_eq!(user.id(), id);
    }
    for other in ["parents", "Pupils", "pupils ", "pupil", "-", ""] {
        let denial = refusal(&verifier, &token().tenant(other).sign());
        assert_eq!(denial.reason(), "TOKEN_INVALID", "{other:?}");
    }
    let denial = refusal(&verifier, &token().sign());
    assert_eq!(denial.reason(), "TOKEN_INVALID", "the project's own pool");
}

#[test]
fn a_hyphen_in_the_list_is_the_projects_own_pool() {
    let both = verifier(&["-", "pupils"]);
    assert_eq!(accepted(&both, &token().sign()).id().tenant, None);
    accepted(&both, &token().tenant("pupils").sign());
    let own = verifier(&["-"]);
    accepted(&own, &token().sign());
    for tenant in ["pupils", "-"] {
        let denial = refusal(&own, &token().tenant(tenant).sign());
        assert_eq!(denial.reason(), "TOKEN_INVALID", "{tenant:?}");
    }
}

#[test]
fn a_tenant_is_a_string() {
    let expected = "TOKEN_INVALID invalid token: claims: firebase.tenant is not a string";
    for tenant in [json!(null), json!(1), json!(["pupils"]), json!({})] {
        assert_refused([(
            tenant.to_string(),
            token().firebase("tenant", tenant.clone()).sign(),
            expected,
        )]);
    }
}

#[test]
fn a_tenant_elsewhere_than_in_firebase_is_none() {
    let user = accepted(
        &issuer().verifier(),
        &token().claim("tenant", "pupils").sign(),
    );
    assert_eq!(user.id().tenant, None);
}

#[test]
fn a_verifier_tells_which_tenants_it_accepts() {
    let none = issuer().verifier();
    assert!(none.accepts_tenant("-") && !none.accepts_tenant("pupils"));
    let one = verifier(&["pupils"]);
    assert!(!one.accepts_tenant("-") && one.accepts_tenant("pupils"));
    assert!(!one.accepts_tenant("teachers") && !one.accepts_tenant(""));
}

#[test]
fn what_cannot_be_a_tenant_makes_no_verifier() {
    assert!(issuer().verifier().tenants(["pupils, teachers"]).is_err());
    assert!(issuer().verifier().tenants([""]).is_err());
}
