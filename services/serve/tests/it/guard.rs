//! What weakens verification does not start in production, nor beside a real project (G22).

use callgate_serve::{Config, KeySource, Keys, Platform, Server};

use crate::fixture;

fn firebase(source: KeySource) -> Keys {
    Keys {
        firebase: source,
        ..Keys::default()
    }
}

/// The keys of one kind from this address, for each kind, with the variable that says so.
fn of_each_kind(url: &url::Url) -> [(&'static str, Keys); 5] {
    let source = || KeySource::Url(url.clone());
    let mut keys: [(&str, Keys); 5] = [
        ("CALLGATE_KEYS_URL_FIREBASE", Keys::default()),
        ("CALLGATE_KEYS_URL_SESSION_COOKIE", Keys::default()),
        ("CALLGATE_KEYS_URL_IAP", Keys::default()),
        ("CALLGATE_KEYS_URL_GOOGLE", Keys::default()),
        ("CALLGATE_KEYS_URL_APP_CHECK", Keys::default()),
    ];
    keys[0].1.firebase = source();
    keys[1].1.session_cookie = source();
    keys[2].1.iap = source();
    keys[3].1.google = source();
    keys[4].1.app_check = source();
    keys
}

#[test]
fn nothing_that_weakens_verification_starts_in_production() {
    let keys: url::Url = "http://127.0.0.1:9/keys".parse().expect("a URL");
    let weak = |platform| Config {
        platform,
        keys: firebase(KeySource::Url(keys.clone())),
        ..fixture::config()
    };
    for production in ["K_SERVICE", "CLOUD_RUN_JOB", "KUBERNETES_SERVICE_HOST"] {
        let platform = Platform::from_variables(|name| name == production);
        let error = Server::new(weak(platform))
            .err()
            .expect("a refusal")
            .to_string();
        assert!(
            error.starts_with("CALLGATE_KEYS_URL_FIREBASE: ") && error.contains(production),
            "{error}"
        );

        for (variable, keys) in of_each_kind(&keys) {
            let config = Config {
                platform,
                keys,
                ..fixture::config()
            };
            let error = Server::new(config).err().expect("a refusal").to_string();
            assert!(error.starts_with(&format!("{variable}: ")), "{error}");
        }

        let accounts = Config {
            platform,
            accounts_url: Some("http://localhost:9/".parse().expect("a URL")),
            ..fixture::config()
        };
        let error = Server::new(accounts).err().expect("a refusal").to_string();
        assert!(error.starts_with("CALLGATE_ACCOUNTS_URL: "), "{error}");
    }
    assert!(Server::new(weak(Platform::DEVELOPMENT)).is_ok());
}

#[test]
fn nothing_that_weakens_verification_stands_beside_a_real_project() {
    let parse = |flags: &[&str]| Config::try_parse_from(["service"].iter().chain(flags));
    let weak = ["--keys-url-firebase=http://127.0.0.1:9/keys"];
    for project in [
        &["--project-id=my-project"][..],
        &["--project-id=", "--google-cloud-project="],
    ] {
        let error = parse(&[&weak, project].concat()).expect_err("a refusal");
        assert_eq!(error.variable(), "CALLGATE_PROJECT_ID", "{error}");
    }
    parse(&[&weak[..], &["--project-id=demo-project"]].concat()).expect("a demonstration");
}

#[test]
fn a_configuration_made_in_code_may_not_fetch_keys_by_plain_http_either() {
    let config = Config {
        keys: firebase(KeySource::Url(
            "http://keys.example/".parse().expect("a URL"),
        )),
        ..fixture::config()
    };
    let error = Server::new(config).err().expect("a refusal").to_string();
    assert!(error.starts_with("CALLGATE_KEYS_URL_FIREBASE: "), "{error}");
}
