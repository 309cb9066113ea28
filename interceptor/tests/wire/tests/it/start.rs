//! A gate that lacks what one of its rules needs is not built (G9, G11, G20).

use callgate::{
    AppCheckRule, Callers, EndUserRule, FirebaseVerifier, Gate, GateError, InternalUserRule,
    Method, Policy, Rule, ServiceAccountRule, gate::GateBuilder, google::Credentials,
};
use callgate_testkit::{
    AppCheckIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
};
use callgate_wire_tests::{
    accounts::accounts_at,
    callers_server::{ADMIN, AUDIENCE, IAP_AUDIENCE, ORIGIN, PROJECT_NUMBER},
    server::PROJECT,
};

const PATH: &str = "/fake.v1.FakeService/Call";

/// A policy of one method, kept for the rest of the test.
fn policy(rule: Rule) -> Policy {
    Policy::of(Box::leak(Box::new([Method {
        path: PATH,
        client_streaming: false,
        server_streaming: false,
        rule,
    }])))
}

const USER: Rule = Rule::end_user(EndUserRule::SIGNED_IN);
const TENANT: Rule = Rule::end_user(EndUserRule {
    tenants: &["-", "red"],
    ..EndUserRule::SIGNED_IN
});
const STANDING: EndUserRule = EndUserRule {
    revocation_checked_within: Some(std::time::Duration::ZERO),
    ..EndUserRule::SIGNED_IN
};
const SESSION: Rule = Rule::end_user(EndUserRule {
    session_cookie: true,
    ..STANDING
});
const INTERNAL: Callers = Callers {
    internal_user: Some(InternalUserRule::ANYONE),
    ..Callers::NOBODY
};
const SERVICE: ServiceAccountRule = ServiceAccountRule {
    names: &["admin"],
    on_behalf_of: None,
};

const fn service(rule: ServiceAccountRule) -> Callers {
    Callers {
        service_account: Some(rule),
        ..Callers::NOBODY
    }
}

const fn app(consume: bool) -> Rule {
    Rule::PUBLIC.with_app_check(AppCheckRule { apps: &[], consume })
}

fn end_users() -> FirebaseVerifier {
    let verifier = FirebaseIssuer::new(PROJECT).verifier();
    verifier.tenants(["-", "blue"]).unwrap()
}

fn origins(gate: GateBuilder) -> GateBuilder {
    gate.origins([ORIGIN]).unwrap()
}

fn sessions(gate: GateBuilder) -> GateBuilder {
    let sessions = SessionCookieIssuer::new(PROJECT);
    let verifier = sessions.verifier_like(&end_users());
    gate.end_users(end_users())
        .accounts(accounts_at("http://127.0.0.1:9"))
        .session_cookies(verifier)
}

fn services(gate: GateBuilder) -> GateBuilder {
    gate.service_accounts(GoogleIssuer::new(AUDIENCE).verifier([("admin", ADMIN)]))
}

fn internal_users(gate: GateBuilder) -> GateBuilder {
    gate.internal_users(IapIssuer::new(IAP_AUDIENCE).verifier())
}

type Change = fn(GateBuilder) -> GateBuilder;

fn build(rule: Rule, change: Change) -> Option<GateError> {
    change(Gate::builder(policy(rule))).build().err()
}

#[tokio::test]
async fn what_a_rule_needs_and_the_gate_was_not_given_is_named() {
    let on_behalf = service(ServiceAccountRule {
        on_behalf_of: Some(STANDING),
        ..SERVICE
    });
    let unnamed = service(ServiceAccountRule {
        names: &["admin", "cron"],
        ..SERVICE
    });
    let method = PATH;
    let cases: [(Rule, Change, GateError); 14] = [
        (USER, |gate| gate, GateError::NoEndUserVerifier { method }),
        (
            TENANT,
            |gate| gate.end_users(end_users()),
            GateError::UnknownTenant {
                method,
                tenant: "red",
            },
        ),
        (
            Rule::end_user(STANDING),
            |gate| gate.end_users(end_users()),
            GateError::NoAccounts { method },
        ),
        // Of the user for whom a service calls as of one who calls.
        (
            Rule::any_of(on_behalf),
            services,
            GateError::NoEndUserVerifier { method },
        ),
        (
            Rule::any_of(on_behalf),
            |gate| services(gate).end_users(end_users()),
            GateError::NoAccounts { method },
        ),
        (
            SESSION,
            |gate| {
                origins(gate)
                    .end_users(end_users())
                    .accounts(accounts_at("http://127.0.0.1:9"))
            },
            GateError::NoSessionCookieVerifier { method },
        ),
        // The cookies' verifier has the tenants of another one.
        (
            SESSION,
            |gate| {
                let others = SessionCookieIssuer::new(PROJECT).verifier();
                origins(sessions(gate)).session_cookies(others)
            },
            GateError::NoSessionCookieVerifier { method },
        ),
        (SESSION, sessions, GateError::NoOrigins { method }),
        (
            Rule::any_of(INTERNAL),
            origins,
            GateError::NoInternalUserVerifier { method },
        ),
        (
            Rule::any_of(INTERNAL),
            internal_users,
            GateError::NoOrigins { method },
        ),
        (
            Rule::any_of(service(SERVICE)),
            |gate| gate,
            GateError::NoServiceAccountVerifier { method },
        ),
        (
            Rule::any_of(unnamed),
            services,
            GateError::UnknownService {
                method,
                name: "cron",
            },
        ),
        (
            app(false),
            |gate| gate,
            GateError::NoAppCheckVerifier { method },
        ),
        (
            app(true),
            |gate| gate.apps(AppCheckIssuer::new(PROJECT, PROJECT_NUMBER).verifier()),
            GateError::NoAppCheckCredentials { method },
        ),
    ];
    for (rule, change, expected) in cases {
        let error = build(rule, change).unwrap_or_else(|| panic!("built without {expected:?}"));
        assert_eq!(error, expected);
        assert!(error.to_string().contains(PATH), "{error}");
    }
}

#[tokio::test]
async fn a_gate_that_has_what_its_rules_need_is_built() {
    let cases: [(Rule, Change); 5] = [
        (USER, |gate| gate.end_users(end_users())),
        (SESSION, |gate| origins(sessions(gate))),
        (Rule::any_of(INTERNAL), |gate| origins(internal_users(gate))),
        (Rule::any_of(service(SERVICE)), services),
        (app(true), |gate| {
            let apps = AppCheckIssuer::new(PROJECT, PROJECT_NUMBER).verifier();
            gate.apps(apps.credentials(Credentials::fixed("secret").unwrap()))
        }),
    ];
    for (rule, change) in cases {
        assert_eq!(build(rule, change), None, "{rule:?}");
    }
}
