//! Where keys may come from.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use callgate::keys::{Find, KeyError, KeySet, KeyStore, KeyStoreError};

use super::{Issuer, SECOND, jwks, keys};

fn url(url: &str) -> Result<KeyStore, KeyStoreError> {
    KeyStore::fetched(url.parse().expect("a URL")).build()
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for allowed in [
        "https://www.googleapis.com/oauth2/v3/certs",
        "http://127.0.0.1:8080/keys",
        "http://[::1]:8080/keys",
        "http://localhost:8080/keys",
    ] {
        assert!(url(allowed).is_ok(), "{allowed}");
    }
    for refused in [
        "http://www.googleapis.com/oauth2/v3/certs",
        "http://10.0.0.1/keys",
        "http://localhost.example.com/keys",
        "file:///keys.json",
        "https://user:password@example.com/keys",
    ] {
        assert!(
            matches!(url(refused), Err(KeyStoreError::Url(_))),
            "{refused}"
        );
    }
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    let settings = || KeyStore::fetched("https://example.com".parse().expect("a URL"));
    let nothing = Duration::ZERO;
    for (name, refused) in [
        ("cooldown", settings().cooldown(nothing)),
        ("age", settings().max_age_total(SECOND)),
        ("time-out", settings().fetch_timeout(nothing)),
        ("backoff", settings().backoff(nothing, SECOND)),
        ("longest", settings().backoff(2 * SECOND, SECOND)),
        ("waiters", settings().max_waiters(0)),
    ] {
        let built = refused.build();
        assert!(matches!(built, Err(KeyStoreError::Setting(..))), "{name}");
    }
    assert!(settings().build().is_ok());
}

fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("a file");
    path
}

#[tokio::test]
async fn keys_of_a_file_serve_for_ever_and_alone() {
    let store = KeyStore::file(file("keys-good.json", &jwks(&["one"]))).expect("keys");
    assert!(store.is_ready());
    store.ready().await;
    assert!(matches!(store.find("one"), Find::Key(_)));
    assert!(matches!(store.find("two"), Find::Unknown));
    assert_eq!(store.wait("two").await.err(), Some(KeyError::Unknown));
    assert_eq!((store.age(), store.fetches()), (None, 0));
}

#[test]
fn a_bad_file_is_refused_with_its_name_and_the_reason() {
    let text = |path: PathBuf| KeyStore::file(path).expect_err("no keys").to_string();
    let missing = text(PathBuf::from("/nowhere/keys.json"));
    assert!(missing.contains("/nowhere/keys.json"), "{missing}");
    assert!(missing.contains("No such file"), "{missing}");

    let weak = text(file("keys-weak.json", &jwks(&["weak"])));
    assert!(weak.contains("keys-weak.json"), "{weak}");
    assert!(weak.contains("shorter than 2048 bits"), "{weak}");

    let large = text(file("keys-large.json", &" ".repeat(64 * 1024 + 1)));
    assert!(large.contains("larger than 65536 bytes"), "{large}");
}

#[test]
fn fixed_keys_need_no_runtime() {
    let store = KeyStore::fixed(KeySet::parse(jwks(&["one"]).as_bytes()).expect("keys"));
    assert!(matches!(store.find("one"), Find::Key(_)));
    assert!(matches!(store.find("two"), Find::Unknown));
}

/// The environment of a process is read when a client is made, and cannot be changed safely while tests run; so this test runs
/// itself again, in a process of its own with a proxy that leads nowhere.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_used() {
    const CHILD: &str = "CALLGATE_TEST_WITH_PROXY";
    if std::env::var_os(CHILD).is_some() {
        let issuer = Issuer::new(keys(&["one"])).await;
        assert_eq!(issuer.wait("one").await, Ok("one".to_owned()));
        return;
    }
    let mut child = Command::new(std::env::current_exe().expect("this test"));
    child.args([
        "--exact",
        "keys::sources::a_proxy_of_the_environment_is_not_used",
    ]);
    child.env(CHILD, "1");
    for name in [
        "http_proxy",
        "HTTP_PROXY",
        "https_proxy",
        "all_proxy",
        "ALL_PROXY",
    ] {
        child.env(name, "http://127.0.0.1:1");
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY");
    let output = child.output().expect("a process");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && report.contains("1 passed"),
        "{report}"
    );
}
