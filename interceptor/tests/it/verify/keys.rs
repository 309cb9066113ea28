//! Where the key comes from: the issuer's own store, by name, and an outage there is no fault of the token.

use std::time::Duration;

use callgate::{
    Clock, Denial, FirebaseVerifier, IapVerifier, Invalid,
    keys::{KeySet, KeyStore},
    verify::Check,
};
use callgate_testkit::{
    FirebaseIssuer, IapIssuer, KeyServer, SigningKey, ec_jwks, flip_bit, jwks, key_server::Answer,
};

use super::{NOW, assert_refused, at, issuer, refusal, token};

const FORGED: &str = "TOKEN_INVALID invalid token: the signature does not match";

fn fetching(from: &KeyServer, clock: &Clock) -> FirebaseVerifier {
    let keys = KeyStore::fetched(from.url())
        .clock(clock.clone())
        .build()
        .expect("a store");
    FirebaseVerifier::new("demo-callgate", keys)
        .expect("a verifier")
        .clock(clock.clone())
}

#[test]
fn the_signature_is_of_the_named_key() {
    let good = token().sign();
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let other = token().name("Eve").sign();
    let (_, signature_of_other) = other.rsplit_once('.').unwrap();
    assert_refused([
        ("an unpublished key", token().forged_with(3).sign(), FORGED),
        (
            "another published key",
            token().forged_with(2).sign(),
            FORGED,
        ),
        (
            "named another published key",
            token().key(2).forged_with(1).sign(),
            FORGED,
        ),
        ("no signature", format!("{signed}."), FORGED),
        (
            "another token's",
            format!("{signed}.{signature_of_other}"),
            FORGED,
        ),
        (
            "half of it",
            format!("{signed}.{}", &signature[..171 - 3]),
            FORGED,
        ),
        (
            "more than it",
            format!("{signed}.{}{}", &signature[..340], "AAAA"),
            FORGED,
        ),
        ("zeros", format!("{signed}.{}", "A".repeat(342)), FORGED),
    ]);
}

#[test]
fn a_key_of_another_algorithm_is_no_key_for_a_token() {
    let keys = KeySet::parse(ec_jwks(&[1]).as_bytes()).unwrap();
    let verifier = FirebaseVerifier::new("demo-callgate", KeyStore::fixed(keys)).unwrap();
    let named = token().header("kid", "test-ec-key-1");
    let unknown = Denial::TokenInvalid(Invalid::UnknownKey("test-ec-key-1".to_owned()));
    for token in [named.clone(), named.forged_with_any(SigningKey::Ec(1))] {
        assert_eq!(refusal(&verifier, &token.sign()), unknown);
    }
}

#[test]
fn verifiers_of_two_algorithms_may_share_a_store() {
    let mut both: serde_json::Value = serde_json::from_str(&jwks(&[1])).unwrap();
    let ec: serde_json::Value = serde_json::from_str(&ec_jwks(&[1])).unwrap();
    both["keys"]
        .as_array_mut()
        .unwrap()
        .push(ec["keys"][0].clone());
    let keys = KeyStore::fixed(KeySet::parse(both.to_string().as_bytes()).unwrap());
    let clock = Clock::manual(at(NOW));
    let of_iap = IapIssuer::new("/projects/1/global/backendServices/1").clock(clock.clone());
    let iap = IapVerifier::new(of_iap.audience(), keys.clone())
        .unwrap()
        .clock(clock.clone());
    let firebase = FirebaseVerifier::new("demo-callgate", keys)
        .unwrap()
        .clock(clock);

    let (assertion, token) = (of_iap.assertion("1").sign(), token().sign());
    // The second time the headers are known.
    for _ in 0..2 {
        assert!(matches!(iap.check(&assertion), Check::Verified(_)));
        super::accepted(&firebase, &token);
        let of_another_algorithm = Denial::TokenInvalid(Invalid::Algorithm);
        assert_eq!(refusal(&firebase, &assertion), of_another_algorithm);
        assert_eq!(iap.check(&token), Check::Refused(of_another_algorithm));
    }
}

#[test]
fn no_bit_of_a_token_can_be_changed() {
    let token = token().sign();
    let verifier = issuer().verifier();
    for (part, bytes) in token.split('.').map(|part| part.len() * 3 / 4).enumerate() {
        for bit in (0..bytes * 8).step_by(7) {
            let changed = flip_bit(&token, part, bit);
            assert!(
                matches!(verifier.check(&changed), Check::Refused(_)),
                "bit {bit} of part {part}"
            );
        }
    }
}

#[test]
fn each_published_key_will_do() {
    for key in [1, 2] {
        super::accepted(&issuer().verifier(), &token().key(key).sign());
    }
}

#[tokio::test]
async fn a_key_that_the_issuer_does_not_have_is_the_tokens_fault() {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::keys(issuer().jwks()))
        .await
        .unwrap();
    let verifier = fetching(&server, &clock);
    let token = token().key(3).sign();
    assert_eq!(verifier.check(&token), Check::Wait);
    let unknown = Denial::TokenInvalid(Invalid::UnknownKey("test-key-3".to_owned()));
    assert_eq!(verifier.verify(&token).await, Err(unknown.clone()));
    assert_eq!(refusal(&verifier, &token), unknown);
}

#[tokio::test]
async fn keys_that_cannot_be_had_are_our_outage() {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::status(503)).await.unwrap();
    let verifier = fetching(&server, &clock);
    for token in [
        token().sign(),
        token().key(3).sign(),
        token().forged_with(2).sign(),
    ] {
        let denial = verifier.verify(&token).await.unwrap_err();
        assert_eq!(denial.reason(), "KEYS_UNAVAILABLE");
    }
    // Keys have no part in these.
    for token in [token().header("alg", "none").sign(), "x".to_owned()] {
        let denial = verifier.verify(&token).await.unwrap_err();
        assert_ne!(denial.reason(), "KEYS_UNAVAILABLE");
    }
}

#[tokio::test]
async fn the_first_token_waits_for_the_keys_and_the_next_does_not() {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::keys(issuer().jwks()))
        .await
        .unwrap();
    let verifier = fetching(&server, &clock);
    let token = token().sign();
    assert_eq!(verifier.check(&token), Check::Wait);
    let user = verifier.verify(&token).await.unwrap();
    assert_eq!(verifier.check(&token), Check::Verified(user));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_new_key_is_known_as_soon_as_a_token_names_it_and_an_old_one_until_it_is_gone() {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::keys(jwks(&[1, 2])).max_age(3600))
        .await
        .unwrap();
    let verifier = fetching(&server, &clock);
    let issuer = FirebaseIssuer::new("demo-callgate").clock(clock.clone());
    let old = issuer.token("ada").expires_at(at(NOW + 36_000)).sign();
    verifier.verify(&old).await.unwrap();

    server.always(Answer::keys(jwks(&[2, 3])).max_age(3600));
    clock.advance(Duration::from_mins(1));
    assert!(matches!(verifier.check(&old), Check::Verified(_)));
    let new = issuer.token("ada").key(3).sign();
    verifier.verify(&new).await.unwrap();
    assert!(matches!(verifier.check(&new), Check::Verified(_)));

    let denial = verifier.verify(&old).await.unwrap_err();
    assert_eq!(
        denial,
        Denial::TokenInvalid(Invalid::UnknownKey("test-key-1".to_owned()))
    );
}

#[tokio::test]
async fn a_name_that_changes_its_key_ends_the_tokens_of_the_old_one() {
    let clock = Clock::manual(at(NOW));
    let server = KeyServer::start(Answer::keys(jwks(&[1])).max_age(600))
        .await
        .unwrap();
    let verifier = fetching(&server, &clock);
    let token = token().sign();
    verifier.verify(&token).await.unwrap();

    let renamed = jwks(&[2]).replace("test-key-2", "test-key-1");
    server.always(Answer::keys(renamed));
    clock.advance(Duration::from_hours(2));
    let clock_of_token = Clock::manual(at(NOW + 7200));
    let fresh = FirebaseIssuer::new("demo-callgate")
        .clock(clock_of_token)
        .token("ada")
        .sign();
    assert_eq!(
        verifier.verify(&fresh).await,
        Err(Denial::TokenInvalid(Invalid::Signature))
    );
}
