//! Rules that no method of our own API has.

use std::time::SystemTime;

use callgate::{
    AppCheckRule, Callers, EndUserRule, Method, Rule, ServiceAccountRule, explain::Explanation,
};
use callgate_testkit::{AppCheckIssuer, FirebaseIssuer, GoogleIssuer};

use super::{Verdict, judge};
use crate::{explain::proven::Proven, kind::Kind};

const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

static FOR_A_USER: Method = Method {
    path: "/a.v1.A/ForAUser",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::any_of(Callers {
        service_account: Some(ServiceAccountRule {
            names: &["admin"],
            on_behalf_of: Some(EndUserRule {
                email_verified: true,
                ..EndUserRule::SIGNED_IN
            }),
        }),
        ..Callers::NOBODY
    }),
};

static BY_AN_APP: Method = Method {
    path: "/a.v1.A/ByAnApp",
    client_streaming: false,
    server_streaming: false,
    rule: Rule::end_user(EndUserRule::SIGNED_IN).with_app_check(AppCheckRule {
        apps: &["1:1:web:ada"],
        consume: true,
    }),
};

fn google() -> GoogleIssuer {
    GoogleIssuer::new("https://votes.example.com")
}

async fn service() -> Explanation<Proven> {
    let verifier = google().verifier([("admin", ADMIN)]);
    let explanation = verifier.explain(&google().token(ADMIN).sign()).await;
    explanation.map(Proven::ServiceAccount)
}

async fn user(email_verified: bool) -> Explanation<Proven> {
    let issuer = FirebaseIssuer::new("demo-callgate");
    let token = issuer.token("ada").email("ada@example.com");
    let token = token.email_verified(email_verified).sign();
    issuer.verifier().explain(&token).await.map(Proven::EndUser)
}

async fn app(id: &str) -> Explanation<Proven> {
    let issuer = AppCheckIssuer::new("demo-callgate", 1);
    let explanation = issuer.verifier().explain(&issuer.token(id).sign()).await;
    explanation.map(Proven::App)
}

fn rule(method: &'static Method, explanation: &Explanation<Proven>, kind: Kind) -> Verdict {
    judge(method, explanation, kind, "token", SystemTime::now())
}

#[track_caller]
fn assert_says(verdict: &Verdict, reason: Option<&str>, sentences: &[&str]) {
    let is = verdict.denial().map(callgate::Denial::reason);
    assert_eq!(is, reason, "{}", verdict.detail);
    for sentence in sentences {
        assert!(verdict.detail.contains(sentence), "{}", verdict.detail);
    }
}

#[tokio::test]
async fn a_service_that_acts_for_a_user_needs_the_users_token_beside_its_own() {
    let verdict = rule(&FOR_A_USER, &service().await, Kind::Google);
    let sentences = [
        "if the call brings the user's own token too, in x-end-user-authorization",
        "with a verified e-mail address",
        "it demands: the service admin",
    ];
    assert_says(&verdict, None, &sentences);
    assert!(verdict.answer.is_some());
}

#[tokio::test]
async fn a_user_for_whom_a_service_may_call_may_not_call() {
    for (email_verified, words) in [
        (true, "in x-end-user-authorization: it is met; it demands"),
        (
            false,
            "in x-end-user-authorization: the user's e-mail address is not verified",
        ),
    ] {
        let verdict = rule(&FOR_A_USER, &user(email_verified).await, Kind::Firebase);
        assert_says(&verdict, Some("CALLER_NOT_ALLOWED"), &[words]);
    }
}

#[tokio::test]
async fn an_app_is_judged_beside_its_user() {
    let verdict = rule(&BY_AN_APP, &app("1:1:web:ada").await, Kind::AppCheck);
    let sentences = [
        "if the token was not used before",
        "if the call brings a caller's token too",
    ];
    assert_says(&verdict, None, &sentences);

    let verdict = rule(&BY_AN_APP, &app("1:1:web:eve").await, Kind::AppCheck);
    assert_says(
        &verdict,
        Some("APP_NOT_ALLOWED"),
        &["it demands: 1:1:web:ada, each token once"],
    );

    let verdict = rule(&BY_AN_APP, &user(true).await, Kind::Firebase);
    let sentences =
        ["the app must prove itself too, in x-firebase-appcheck: 1:1:web:ada, each token once"];
    assert_says(&verdict, None, &sentences);
}
