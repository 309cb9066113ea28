//! An explanation says what the verifier says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate::{Clock, Denial, FirebaseVerifier, explain::Outcome, keys::KeyStore, verify::Check};
use callgate_testkit::{FirebaseIssuer, TokenBuilder, flip_bit};
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;

const CLAIMS: [&str; 13] = [
    "iss",
    "aud",
    "sub",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "user_id",
    "firebase",
    "email",
    "email_verified",
    "name",
    "roles",
];

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn issuer() -> FirebaseIssuer {
    FirebaseIssuer::new("demo-callgate").clock(Clock::manual(at(NOW)))
}

fn token() -> TokenBuilder {
    issuer().token("ada").email("ada@example.com")
}

/// Whatever a claim may be set to: every type, near and far times, the right values of other claims.
fn values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(""),
        json!("ada"),
        json!("x".repeat(129)),
        json!("demo-callgate"),
        json!(["demo-callgate"]),
        json!("https://securetoken.google.com/demo-other"),
        json!({}),
        json!({"sign_in_provider": ""}),
        json!({"sign_in_provider": "phone", "tenant": "pupils"}),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
    ];
    let times = [
        0,
        NOW - 86_401,
        NOW - 10,
        NOW - 9,
        NOW,
        NOW + 10,
        NOW + 11,
        NOW + 86_400,
        NOW + 86_401,
    ];
    values.extend(times.map(|time| json!(time)));
    values
}

/// Valid tokens and wrong ones of every sort.
fn variants() -> Vec<String> {
    let mut tokens = vec![
        String::new(),
        "garbage".to_owned(),
        "a.b.c".to_owned(),
        "..".to_owned(),
        "a".repeat(9000),
        token().sign(),
        token().sign_as(""),
        token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        "x.y.SIGNATURE_REMOVED_BY_GOOGLE".to_owned(),
        token()
            .raw_header("x")
            .sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
        token().forged_with(3).sign(),
        token().forged_with(3).expires_at(at(NOW - 60)).sign(),
        token().key(2).sign(),
        token().key(3).sign(),
        token().header("alg", "none").sign_as(""),
        token().header("alg", "HS256").sign(),
        token().header("crit", json!([])).sign(),
        token().header("typ", "JOSE").sign(),
        token().header("kid", "").sign(),
        token().repeat_header("kid", "test-key-1").sign(),
        token().without_header("kid").sign(),
        token().without_header("alg").sign(),
        token().raw_header("[]").sign(),
        token().raw_claims("[]").sign(),
        token().raw_claims("{").sign(),
        token().raw_claims("{}").sign(),
        token().repeat_claim("iss", "x").sign(),
        token().tenant("pupils").sign(),
        token().without_firebase("sign_in_provider").sign(),
        FirebaseIssuer::new("demo-other").token("ada").sign(),
    ];
    for ago in [0, 1, 9, 10, 11] {
        let expires_at = at(NOW - ago);
        tokens.push(
            token()
                .issued_at(at(NOW - 60))
                .expires_at(expires_at)
                .sign(),
        );
    }
    for part in 0..3 {
        for bit in 0..64 {
            tokens.push(flip_bit(&tokens[5], part, bit));
        }
    }
    for claim in CLAIMS {
        tokens.push(token().without(claim).sign());
        for value in values() {
            tokens.push(token().claim(claim, value).sign());
        }
    }
    tokens
}

#[tokio::test]
async fn the_steps_agree_with_the_verifier_on_every_token() {
    let verifiers = [
        issuer().verifier(),
        issuer().verifier().tenants(["pupils"]).unwrap(),
        issuer().verifier().clock_skew(Duration::ZERO).unwrap(),
        issuer().verifier().clock(Clock::manual(at(NOW + 7200))),
    ];
    let mut accepted = 0;
    let tokens = variants();
    for (number, token) in tokens.iter().enumerate() {
        for verifier in &verifiers {
            let explanation = verifier.explain(token).await;
            let first = explanation.first_failure();
            assert_ne!(first.map(|step| step.check), Some("verifier"));
            let failure = first.map(|step| &step.outcome);
            match verifier.check(token) {
                Check::Verified(user) => {
                    accepted += 1;
                    assert_eq!(failure, None, "token {number}");
                    assert_eq!(explanation.verdict, Ok(user), "token {number}");
                    let passed = |step: &callgate::explain::Step| step.outcome == Outcome::Passed;
                    assert!(explanation.steps.iter().all(passed), "token {number}");
                }
                Check::Refused(denial) => {
                    assert_eq!(
                        failure,
                        Some(&Outcome::Failed(denial.clone())),
                        "token {number}"
                    );
                    assert_eq!(explanation.verdict, Err(denial), "token {number}");
                    assert!(
                        explanation
                            .steps
                            .iter()
                            .all(|step| step.check != "verifier")
                    );
                }
                Check::Wait => panic!("the keys are here"),
            }
            assert_eq!(explanation.steps.len(), 13);
        }
    }
    assert!(
        accepted > 20 && tokens.len() > 400,
        "{accepted} of {}",
        tokens.len()
    );
}

#[tokio::test]
async fn without_keys_the_claims_are_still_looked_at() {
    // Nothing listens on the port of a server that is gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", gone.local_addr().unwrap());
    drop(gone);
    let keys = KeyStore::fetched(url.parse().unwrap()).build().unwrap();
    let verifier = FirebaseVerifier::new("demo-callgate", keys)
        .unwrap()
        .clock(Clock::manual(at(NOW)));
    let explanation = verifier
        .explain(&token().expires_at(at(NOW - 180)).sign())
        .await;
    assert!(!explanation.is_judged());
    assert!(matches!(
        explanation.verdict,
        Err(Denial::KeysUnavailable(_))
    ));
    let outcome = |check: &str| {
        let step = explanation.steps.iter().find(|step| step.check == check);
        step.map(|step| step.outcome.clone())
    };
    assert_eq!(outcome("signature"), Some(Outcome::NotJudged));
    assert_eq!(outcome("issuer"), Some(Outcome::Passed));
    assert!(explanation.advice.contains("CALLGATE_KEYS_FILE_FIREBASE"));
}

#[tokio::test]
async fn no_explanation_holds_the_token_an_address_or_a_name() {
    let verifier = issuer().verifier();
    for token in [
        token().name("Ada Lovelace").sign(),
        token().name("Ada Lovelace").forged_with(3).sign(),
        token().name("Ada Lovelace").claim("email", 1).sign(),
    ] {
        let shown = format!("{:?}", verifier.explain(&token).await);
        for secret in [&token[..20], "ada@example.com", "Lovelace"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
