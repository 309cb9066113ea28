//! An explanation says what the verifier says.

mod tally;
mod variants;

use std::{fmt::Debug, time::Duration};

use callgate::{
    AppCheckVerifier, Clock, Denial, FirebaseVerifier, IapVerifier, ServiceAccountVerifier,
    explain::{Explanation, Kind, Outcome},
    keys::{KeySet, KeyStore},
};
use callgate_testkit::{
    AppCheckIssuer, EmulatorIssuer, FirebaseIssuer, GoogleIssuer, IapIssuer, SessionCookieIssuer,
    TokenBuilder, jwks,
};

use tally::Tally;
use variants::{NOW, at};

const PROJECT: &str = "demo-callgate";
const AUDIENCE: &str = "/projects/1/locations/europe-west1/services/admin";
const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

fn now() -> Clock {
    Clock::manual(at(NOW))
}

fn issuer() -> FirebaseIssuer {
    FirebaseIssuer::new(PROJECT).clock(now())
}

fn token() -> TokenBuilder {
    issuer().token("ada").email("ada@example.com")
}

fn google() -> GoogleIssuer {
    GoogleIssuer::new("https://votes.example.com").clock(now())
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_id_token() {
    let verifiers = [
        issuer().verifier(),
        issuer().verifier().tenants(["pupils"]).unwrap(),
        issuer().verifier().clock_skew(Duration::ZERO).unwrap(),
        issuer().verifier().clock(Clock::manual(at(NOW + 7200))),
    ];
    let mut tokens = variants::of(&token());
    tokens.push(token().tenant("pupils").sign());
    tokens.push(token().without_firebase("sign_in_provider").sign());
    tokens.push(FirebaseIssuer::new("demo-other").token("ada").sign());
    let mut tally = Tally::default();
    for token in &tokens {
        for verifier in &verifiers {
            let explained = verifier.explain(token).await;
            tally.agree(token, &explained, verifier.check(token), 13);
        }
    }
    tally.is_more_than(50, 1000);
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_session_cookie() {
    let issuer = SessionCookieIssuer::new(PROJECT).clock(now());
    let mut tokens = variants::of(&issuer.cookie("ada"));
    tokens.push(token().sign());
    let mut tally = Tally::default();
    for token in &tokens {
        let verifier = issuer.verifier();
        let explained = verifier.explain(token).await;
        tally.agree(token, &explained, verifier.check(token), 13);
    }
    tally.is_more_than(50, 300);
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_token_of_the_emulator() {
    let issuer = EmulatorIssuer::new(PROJECT).clock(now());
    let mut tokens = variants::of(&issuer.token("ada"));
    tokens.push(token().sign());
    let mut tally = Tally::default();
    for token in &tokens {
        let verifier = issuer.verifier();
        let explained = verifier.explain(token);
        tally.agree(token, &explained, verifier.check(token), 11);
    }
    tally.is_more_than(50, 300);
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_assertion() {
    let issuer = IapIssuer::new(AUDIENCE).clock(now());
    let verifiers = [
        issuer.verifier(),
        issuer.verifier().clock_skew(Duration::ZERO).unwrap(),
        issuer.verifier().clock(Clock::manual(at(NOW + 7200))),
    ];
    let mut tokens = variants::of(&issuer.assertion("eve").hosted_domain("example.com"));
    tokens.push(issuer.assertion("eve").external(PROJECT, "eve").sign());
    tokens.push(token().sign());
    let mut tally = Tally::default();
    for token in &tokens {
        for verifier in &verifiers {
            let explained = verifier.explain(token).await;
            tally.agree(token, &explained, verifier.check(token), 12);
        }
    }
    tally.is_more_than(50, 1000);
}

#[tokio::test]
async fn a_key_of_another_algorithm_is_no_key_of_the_issuer() {
    let issuer = IapIssuer::new(AUDIENCE).clock(now());
    // One set for two verifiers, as a file may have it.
    let keys = [issuer.jwks(), jwks(&[1])].map(|keys| {
        let inner = keys.strip_prefix("{\"keys\":[").expect("a JWK set");
        inner.strip_suffix("]}").expect("a JWK set").to_owned()
    });
    let keys =
        KeySet::parse(format!("{{\"keys\":[{}]}}", keys.join(",")).as_bytes()).expect("keys");
    let verifier = IapVerifier::new(AUDIENCE, KeyStore::fixed(keys))
        .expect("an audience")
        .clock(now());
    let mut tally = Tally::default();
    for kid in ["test-ec-key-1", "test-key-1"] {
        let token = issuer.assertion("eve").header("kid", kid).sign();
        let explained = verifier.explain(&token).await;
        tally.agree(&token, &explained, verifier.check(&token), 12);
    }
    assert_eq!(tally.counts(), (1, 1));
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_token_of_a_service() {
    let issuer = google();
    let mapped = |account: &str| issuer.verifier([("admin", account)]);
    let verifiers = [
        mapped(ADMIN),
        mapped(&format!("{ADMIN}#1")),
        mapped(ADMIN).clock(Clock::manual(at(NOW + 7200))),
        issuer.verifier([]),
    ];
    let mut tokens = variants::of(&issuer.token(ADMIN));
    tokens.push(issuer.token(ADMIN).unique_id("1").sign());
    tokens.push(token().sign());
    let mut tally = Tally::default();
    for token in &tokens {
        for verifier in &verifiers {
            let explained = verifier.explain(token).await;
            tally.agree(token, &explained, verifier.check(token), 13);
        }
    }
    tally.is_more_than(50, 1000);
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_app_check_token() {
    let issuer = AppCheckIssuer::new(PROJECT, 1).clock(now());
    let mut tokens = variants::of(&issuer.token("1:1:web:ada"));
    tokens.push(token().sign());
    tokens.push(callgate::verify::APP_CHECK_NO_TOKEN.to_owned());
    let mut tally = Tally::default();
    for token in &tokens {
        let verifier = issuer.verifier();
        let explained = verifier.explain(token).await;
        tally.agree(token, &explained, verifier.check(token), 12);
    }
    tally.is_more_than(50, 300);
}

/// A store of keys that cannot be had: nobody listens on the port that was reserved for tcpmux.
fn no_keys() -> KeyStore {
    KeyStore::fetched("http://127.0.0.1:1/keys".parse().expect("a URL"))
        .max_age_total(Duration::from_hours(6))
        .build()
        .expect("a store")
}

fn assert_unjudged<C: Debug>(explained: &Explanation<C>, variable: &str) {
    assert!(!explained.is_judged());
    assert!(matches!(explained.verdict, Err(Denial::KeysUnavailable(_))));
    let outcome = |check: &str| {
        let step = explained.steps.iter().find(|step| step.check == check);
        step.map(|step| step.outcome.clone())
    };
    assert_eq!(outcome("signature"), Some(Outcome::NotJudged));
    assert_eq!(outcome("issuer"), Some(Outcome::Passed));
    assert!(
        explained.advice.contains(&format!("({variable})")),
        "{}",
        explained.advice
    );
}

#[tokio::test]
async fn without_keys_the_claims_are_still_looked_at() {
    let verifier = FirebaseVerifier::new(PROJECT, no_keys()).unwrap();
    let late = token().expires_at(at(NOW - 180)).sign();
    let explained = verifier.clock(now()).explain(&late).await;
    assert_unjudged(&explained, "CALLGATE_KEYS_FILE_FIREBASE");

    let verifier = IapVerifier::new(AUDIENCE, no_keys()).unwrap();
    let assertion = IapIssuer::new(AUDIENCE).assertion("eve").sign();
    assert_unjudged(
        &verifier.explain(&assertion).await,
        "CALLGATE_KEYS_FILE_IAP",
    );

    let verifier = ServiceAccountVerifier::new([google().audience()], no_keys()).unwrap();
    assert_unjudged(
        &verifier.explain(&google().token(ADMIN).sign()).await,
        "CALLGATE_KEYS_FILE_GOOGLE",
    );

    let verifier = AppCheckVerifier::new(PROJECT, 1, no_keys()).unwrap();
    let token = AppCheckIssuer::new(PROJECT, 1).token("1:1:web:ada").sign();
    assert_unjudged(
        &verifier.explain(&token).await,
        "CALLGATE_KEYS_FILE_APP_CHECK",
    );
}

#[tokio::test]
async fn no_explanation_holds_the_token_an_address_or_a_name() {
    fn assert_silent<C: Debug>(token: &str, explained: &Explanation<C>) {
        let shown = format!("{explained:?}");
        for secret in [
            &token[..20],
            "ada@example.com",
            ADMIN,
            "Lovelace",
            "gserviceaccount",
        ] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    for token in [
        token().name("Ada Lovelace").sign(),
        token().name("Ada Lovelace").forged_with(3).sign(),
        token().name("Ada Lovelace").claim("email", 1).sign(),
    ] {
        assert_silent(&token, &issuer().verifier().explain(&token).await);
    }
    let iap = IapIssuer::new(AUDIENCE).clock(now());
    for token in [iap.assertion("ada"), iap.assertion("ada").key(3)] {
        let token = token.sign();
        assert_silent(&token, &iap.verifier().explain(&token).await);
    }
    for accounts in [vec![], vec![("admin", ADMIN)]] {
        let token = google().token(ADMIN).sign();
        assert_silent(&token, &google().verifier(accounts).explain(&token).await);
    }
}

#[tokio::test]
async fn each_kind_offered_as_each_other_is_told_what_it_is_and_what_was_wanted() {
    let (iap, apps) = (
        IapIssuer::new(AUDIENCE).clock(now()),
        AppCheckIssuer::new(PROJECT, 1).clock(now()),
    );
    let cookies = SessionCookieIssuer::new(PROJECT).clock(now());
    let emulator = EmulatorIssuer::new(PROJECT).clock(now());
    let tokens = [
        (Kind::FirebaseIdToken, token().sign()),
        (Kind::SessionCookie, cookies.cookie("ada").sign()),
        (Kind::EmulatorToken, emulator.token("ada").sign()),
        (Kind::IapAssertion, iap.assertion("eve").sign()),
        (Kind::ServiceAccountToken, google().token(ADMIN).sign()),
        (Kind::AppCheckToken, apps.token("1:1:web:ada").sign()),
    ];
    let mut advice = Vec::new();
    for (kind, token) in &tokens {
        let explained = [
            issuer().verifier().explain(token).await.map(drop),
            cookies.verifier().explain(token).await.map(drop),
            emulator.verifier().explain(token).map(drop),
            iap.verifier().explain(token).await.map(drop),
            google()
                .verifier([("admin", ADMIN)])
                .explain(token)
                .await
                .map(drop),
            apps.verifier().explain(token).await.map(drop),
        ];
        for (explained, (judged_as, _)) in explained.into_iter().zip(&tokens) {
            assert_eq!(explained.kind, *kind);
            assert_eq!(explained.judged_as, *judged_as);
            assert_eq!(explained.verdict.is_ok(), kind == judged_as);
            advice.push(explained.advice);
        }
    }
    advice.sort();
    advice.dedup();
    // Two kinds are sent the same way once they are valid.
    assert_eq!(advice.len(), 35, "{advice:#?}");
}
