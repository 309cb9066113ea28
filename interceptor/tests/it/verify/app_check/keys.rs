//! App Check's keys are never older than six hours (G15), and an outage there is no fault of the token.

use std::time::Duration;

use callgate::{
    AppCheckVerifier, Clock, Denial,
    keys::{KeyStore, KeyStoreBuilder},
    verify::{APP_CHECK_KEYS_URL, Check, VerifierError},
};
use callgate_testkit::{KeyServer, jwks, key_server::Answer};

use super::{NOW, at, issuer};

const HOUR: Duration = Duration::from_hours(1);

fn made_with(keys: KeyStoreBuilder) -> Result<AppCheckVerifier, VerifierError> {
    let keys = keys.build().expect("a store");
    AppCheckVerifier::new("demo-callgate", 123_456_789_012, keys)
}

#[tokio::test]
async fn a_store_that_could_keep_keys_for_longer_makes_no_verifier() {
    let url = || APP_CHECK_KEYS_URL.parse().expect("a URL");
    let refused = Some(VerifierError::AppCheckKeys);
    assert_eq!(made_with(KeyStore::fetched(url())).err(), refused);
    let longer = KeyStore::fetched(url()).max_age_total(6 * HOUR + Duration::from_millis(1));
    assert_eq!(made_with(longer).err(), refused);
    let changed = AppCheckVerifier::fetched_keys(url()).max_age_total(24 * HOUR);
    assert_eq!(made_with(changed).err(), refused);
    assert!(made_with(AppCheckVerifier::fetched_keys(url())).is_ok());
    assert!(made_with(KeyStore::fetched(url()).max_age_total(HOUR)).is_ok());
}

#[tokio::test]
async fn keys_of_six_hours_are_given_up_whatever_max_age_says() {
    let clock = Clock::manual(at(NOW));
    let issuer = issuer().clock(clock.clone());
    let server = KeyServer::start(Answer::keys(jwks(&[7])).max_age(86_400))
        .await
        .unwrap();
    let keys = AppCheckVerifier::fetched_keys(server.url()).clock(clock.clone());
    let verifier = made_with(keys).unwrap().clock(clock.clone());
    let token = || issuer.token("1:1:web:1").sign();

    assert_eq!(verifier.check(&token()), Check::Wait);
    assert!(verifier.verify(&token()).await.is_ok());
    server.always(Answer::status(503));
    clock.advance(5 * HOUR + Duration::from_secs(3599));
    assert!(matches!(verifier.check(&token()), Check::Verified(_)));
    clock.advance(Duration::from_secs(1));
    let answer = verifier.verify(&token()).await;
    assert!(
        matches!(answer, Err(Denial::KeysUnavailable(_))),
        "{answer:?}"
    );
}
