//! Header, key and signature of an assertion.

use callgate::{
    Clock, Denial, IapVerifier, Invalid,
    keys::{KeySet, KeyStore},
    verify::Check,
};
use callgate_testkit::{EcKey, KeyServer, RsaKey, SigningKey, flip_bit, key_server::Answer};
use serde_json::json;

use super::{
    super::{NOW, at},
    ADA, AUDIENCE, answer, assert_answers, assertion, issuer,
};

#[test]
fn the_algorithm_is_es256_and_nothing_else() {
    let wrong = "TOKEN_INVALID invalid token: the algorithm is not";
    for alg in [
        "none", "HS256", "RS256", "ES384", "ES512", "ES256K", "es256",
    ] {
        assert_answers([(alg, assertion().header("alg", alg).sign(), wrong)]);
    }
    let header = "TOKEN_INVALID invalid token: header:";
    assert_answers([
        (
            "unsigned",
            assertion().header("alg", "none").sign_as(""),
            wrong,
        ),
        ("alg", assertion().without_header("alg").sign(), header),
        ("kid", assertion().without_header("kid").sign(), header),
        ("typ", assertion().header("typ", "at+jwt").sign(), header),
        (
            "crit",
            assertion().header("crit", vec!["exp"]).sign(),
            header,
        ),
    ]);
}

#[test]
fn the_signature_is_of_the_named_key() {
    let forged = "TOKEN_INVALID invalid token: the signature does not match";
    let removed = "TOKEN_INVALID invalid token: the signature was removed by Google";
    let good = assertion().sign();
    let (signed, _) = good.rsplit_once('.').unwrap();
    assert_answers([
        ("another key", assertion().forged_with(2).sign(), forged),
        (
            "an unpublished key",
            assertion().forged_with(3).sign(),
            forged,
        ),
        (
            "an RSA key",
            assertion().forged_with_any(SigningKey::Rsa(1)).sign(),
            forged,
        ),
        ("none", format!("{signed}."), forged),
        ("zeros", format!("{signed}.{}", "A".repeat(86)), forged),
        (
            "removed",
            assertion().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
            removed,
        ),
        (
            "a key unknown",
            assertion().key(3).sign(),
            "TOKEN_INVALID invalid token: the issuer has no key \"test-ec-key-3\"",
        ),
        ("another key, named", assertion().key(2).sign(), ADA),
    ]);
    let verifier = issuer().verifier();
    for (part, bytes) in good.split('.').map(|part| part.len() * 3 / 4).enumerate() {
        for bit in (0..bytes * 8).step_by(7) {
            let changed = flip_bit(&good, part, bit);
            assert!(
                matches!(verifier.check(&changed), Check::Refused(_)),
                "bit {bit} of part {part}"
            );
        }
    }
}

#[test]
fn a_key_of_another_algorithm_is_no_key_for_an_assertion() {
    let mut rsa = RsaKey::number(1).jwk();
    rsa["kid"] = json!("shared");
    let keys = json!({ "keys": [rsa, EcKey::number(1).jwk()] }).to_string();
    let keys = KeyStore::fixed(KeySet::parse(keys.as_bytes()).unwrap());
    let verifier = IapVerifier::new(AUDIENCE, keys)
        .unwrap()
        .clock(Clock::manual(at(NOW)));
    let named = assertion().header("kid", "shared");
    let unknown = Denial::TokenInvalid(Invalid::UnknownKey("shared".to_owned()));
    for token in [
        named.clone(),
        named.clone().forged_with_any(SigningKey::Rsa(1)),
    ] {
        assert_eq!(
            verifier.check(&token.sign()),
            Check::Refused(unknown.clone())
        );
    }
    let as_rsa = named
        .header("alg", "RS256")
        .forged_with_any(SigningKey::Rsa(1));
    assert_eq!(
        verifier.check(&as_rsa.sign()),
        Check::Refused(Denial::TokenInvalid(Invalid::Algorithm))
    );
    assert_eq!(answer(&verifier, &assertion().sign()), ADA);
}

#[tokio::test]
async fn keys_are_waited_for_and_their_outage_is_ours() {
    let server = KeyServer::start(Answer::status(503)).await.unwrap();
    let fetching = |server: &KeyServer| {
        let clock = Clock::manual(at(NOW));
        let keys = KeyStore::fetched(server.url()).clock(clock.clone());
        IapVerifier::new(AUDIENCE, keys.build().unwrap())
            .unwrap()
            .clock(clock)
    };
    let away = fetching(&server);
    let good = assertion().sign();
    assert_eq!(away.check(&good), Check::Wait);
    let denial = away.verify(&good).await.unwrap_err();
    assert_eq!(denial.reason(), "KEYS_UNAVAILABLE");

    server.always(Answer::keys(issuer().jwks()));
    let verifier = fetching(&server);
    let user = verifier.verify(&good).await.unwrap();
    assert_eq!(verifier.check(&good), Check::Verified(user));
    let unknown = verifier.verify(&assertion().key(3).sign()).await;
    assert_eq!(unknown.unwrap_err().reason(), "TOKEN_INVALID");
}
