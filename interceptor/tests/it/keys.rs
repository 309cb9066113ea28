//! Key stores, against a real HTTP server on loopback and by a clock that stands still.

mod age;
mod answers;
mod ec;
mod flights;
mod outage;
mod rotation;
mod set;
mod sources;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use callgate::{
    Clock,
    keys::{Find, KeyError, KeyStore, KeyStoreBuilder},
};
use callgate_testkit::key_server::{Answer, KeyServer};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

/// A public key of the fixture, as a JWK.
fn jwk(kid: &str) -> Value {
    let keys: Value = serde_json::from_str(include_str!("keys/keys.json")).expect("JSON");
    assert!(keys[kid].is_object(), "no key {kid}");
    keys[kid].clone()
}

/// A set of these keys.
fn jwks(kids: &[&str]) -> String {
    let keys: Vec<Value> = kids.iter().map(|kid| jwk(kid)).collect();
    json!({ "keys": keys }).to_string()
}

/// A set of these keys, fresh for an hour.
fn keys(kids: &[&str]) -> Answer {
    Answer::keys(jwks(kids)).max_age(3600)
}

fn start_of_time() -> SystemTime {
    UNIX_EPOCH + 500_000 * HOUR
}

/// An issuer, and a store of its keys.
struct Issuer {
    server: KeyServer,
    clock: Clock,
    store: KeyStore,
}

impl Issuer {
    async fn new(standing: Answer) -> Self {
        Self::with(standing, |settings| settings).await
    }

    async fn with(
        standing: Answer,
        settings: impl FnOnce(KeyStoreBuilder) -> KeyStoreBuilder,
    ) -> Self {
        let server = KeyServer::start(standing).await.expect("a port");
        let clock = Clock::manual(start_of_time());
        // A busy machine must not fail a test.
        let builder = KeyStore::fetched(server.url())
            .clock(clock.clone())
            .max_wait(20 * SECOND);
        let store = settings(builder).build().expect("a store");
        Self {
            server,
            clock,
            store,
        }
    }

    /// What the store says at once of a key: its name, or why not.
    fn find(&self, kid: &str) -> String {
        match self.store.find(kid) {
            Find::Key(key) => key.kid().to_owned(),
            Find::Unknown => "unknown".to_owned(),
            Find::Wait => "wait".to_owned(),
        }
    }

    async fn wait(&self, kid: &str) -> Result<String, KeyError> {
        Ok(self.store.wait(kid).await?.kid().to_owned())
    }
}

fn unavailable(reason: &'static str) -> Result<String, KeyError> {
    Err(KeyError::Unavailable(reason))
}

/// Lets the background get on with it until this holds.
async fn until(holds: impl Fn() -> bool) {
    in_time(async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// What hangs, fails.
async fn in_time(work: impl Future<Output = ()>) {
    let ended = tokio::time::timeout(20 * SECOND, work).await;
    ended.expect("an end within 20 seconds");
}
