//! Header, key and signature of an ID token of a service account.

use callgate::{
    Clock, Denial, Invalid, ServiceAccountVerifier,
    keys::{KeySet, KeyStore},
    verify::Check,
};
use callgate_testkit::{EcKey, KeyServer, SigningKey, key_server::Answer};
use serde_json::json;

use super::{
    super::{NOW, at},
    ADMIN, AUDIENCE, assert_answers, issuer, token,
};

#[test]
fn header_and_signature_are_as_google_makes_them() {
    let algorithm = "TOKEN_INVALID invalid token: the algorithm is not";
    let forged = "TOKEN_INVALID invalid token: the signature does not match";
    assert_answers([
        ("none", token().header("alg", "none").sign_as(""), algorithm),
        ("ES256", token().header("alg", "ES256").sign(), algorithm),
        ("HS256", token().header("alg", "HS256").sign(), algorithm),
        (
            "no kid",
            token().without_header("kid").sign(),
            "TOKEN_INVALID invalid token: header",
        ),
        ("forged", token().forged_with(1).sign(), forged),
        (
            "another published key",
            token().forged_with(4).sign(),
            forged,
        ),
        (
            "an EC key",
            token().forged_with_any(SigningKey::Ec(1)).sign(),
            forged,
        ),
        ("unsigned", token().sign_as(""), forged),
        (
            "unknown",
            token().key(1).sign(),
            "TOKEN_INVALID invalid token: the issuer has no key",
        ),
        (
            "removed",
            token().sign_as("SIGNATURE_REMOVED_BY_GOOGLE"),
            "TOKEN_INVALID invalid token: the signature was removed",
        ),
    ]);
}

#[test]
fn a_key_of_another_algorithm_is_no_key_for_an_id_token() {
    let keys = json!({ "keys": [EcKey::number(1).jwk()] }).to_string();
    let keys = KeyStore::fixed(KeySet::parse(keys.as_bytes()).unwrap());
    let verifier = ServiceAccountVerifier::new([AUDIENCE], keys).unwrap();
    let named = token().header("kid", "test-ec-key-1");
    let unknown = Denial::TokenInvalid(Invalid::UnknownKey("test-ec-key-1".to_owned()));
    for token in [named.clone(), named.forged_with_any(SigningKey::Ec(1))] {
        assert_eq!(
            verifier.check(&token.sign()),
            Check::Refused(unknown.clone())
        );
    }
}

#[tokio::test]
async fn keys_are_waited_for_and_their_outage_is_ours() {
    let server = KeyServer::start(Answer::status(503)).await.unwrap();
    let fetching = |server: &KeyServer| {
        let clock = Clock::manual(at(NOW));
        let keys = KeyStore::fetched(server.url()).clock(clock.clone());
        ServiceAccountVerifier::new([AUDIENCE], keys.build().unwrap())
            .and_then(|verifier| verifier.accounts([("admin", ADMIN)]))
            .unwrap()
            .clock(clock)
    };
    let good = token().sign();
    let away = fetching(&server);
    assert_eq!(away.check(&good), Check::Wait);
    let denial = away.verify(&good).await.unwrap_err();
    assert_eq!(denial.reason(), "KEYS_UNAVAILABLE");

    server.always(Answer::keys(issuer().jwks()));
    let verifier = fetching(&server);
    let service = verifier.verify(&good).await.unwrap();
    assert_eq!(verifier.check(&good), Check::Verified(service));
}
