//! A wrong setting stops the start, and says which one it is.

use std::time::Duration;

use callgate_serve::{Args, Config, ConfigError, KeySource, LogFormat, ServeError, Server};
use clap::{Args as _, Command};

use crate::fixture;

fn parse(flags: &[&str]) -> Result<Config, ConfigError> {
    Config::try_parse_from(["service"].iter().chain(flags))
}

fn refused(flags: &[&str]) -> ConfigError {
    match parse(flags) {
        Ok(config) => panic!("{flags:?} was taken: {config:?}"),
        Err(error) => error,
    }
}

#[test]
fn every_setting_is_a_flag_and_an_environment_variable() {
    let command = Args::augment_args(Command::new("service"));
    for setting in command.get_arguments() {
        let variable = setting.get_env().expect("a variable");
        let variable = variable.to_str().expect("text");
        assert!(setting.get_long().is_some(), "{variable} has no flag");
        assert!(setting.get_help().is_some(), "{variable} is not explained");
    }
}

#[test]
fn each_setting_is_read() {
    let config = parse(&[
        "--port=0",
        "--bind-address=::1",
        "--project-id=demo-a",
        "--google-cloud-project=b",
        "--tenants=-, pupils-x1b2c",
        "--roles-claim=permissions",
        "--allowed-origins=https://a.example, http://localhost:5173",
        "--clock-skew=500ms",
        "--keys-url-firebase=http://127.0.0.1:9/keys",
        "--accounts-url=https://accounts.example/",
        "--database-url=postgres://u:hidden@localhost/db",
        "--reflection=false",
        "--log-filter=warn",
        "--log-format=json",
        "--max-header-list-size=10000",
        "--max-message-size=1000",
        "--keep-alive-interval=1s",
        "--keep-alive-timeout=2s",
        "--header-timeout=3s",
        "--max-streams-per-connection=4",
        "--max-open-streams=5",
        "--unary-body-timeout=6s",
        "--drain-timeout=7s",
        "--max-connection-age=8m",
        "--connection-grace=9",
    ])
    .expect("right settings");
    assert_eq!(config.address.to_string(), "[::1]:0");
    assert_eq!(config.project_id.as_deref(), Some("demo-a"));
    assert_eq!(config.tenants, ["-", "pupils-x1b2c"]);
    assert_eq!(config.roles_claim, "permissions");
    assert_eq!(
        config.allowed_origins,
        ["https://a.example", "http://localhost:5173"]
    );
    assert_eq!(config.clock_skew, Duration::from_millis(500));
    let url = "http://127.0.0.1:9/keys".parse().expect("a URL");
    assert_eq!(config.keys.firebase, KeySource::Url(url));
    let accounts = config.accounts_url.as_ref().map(ToString::to_string);
    assert_eq!(accounts.as_deref(), Some("https://accounts.example/"));
    assert_eq!(
        config.database_url(),
        Some("postgres://u:hidden@localhost/db")
    );
    assert!(!config.reflection);
    assert_eq!(config.log_filter, "warn");
    assert_eq!(config.log_format, LogFormat::Json);
    let limits = &config.limits;
    assert_eq!(limits.header_list_size, 10_000);
    assert_eq!(limits.message_size, 1000);
    assert_eq!(limits.keep_alive_interval, Duration::from_secs(1));
    assert_eq!(limits.keep_alive_timeout, Duration::from_secs(2));
    assert_eq!(limits.header_timeout, Duration::from_secs(3));
    assert_eq!(limits.streams_per_connection, 4);
    assert_eq!(limits.open_streams, 5);
    assert_eq!(limits.unary_body_timeout, Duration::from_secs(6));
    assert_eq!(limits.drain_timeout, Duration::from_secs(7));
    assert_eq!(limits.connection_age, Duration::from_mins(8));
    assert_eq!(limits.connection_grace, Duration::from_secs(9));

    assert!(!format!("{config:?}").contains("hidden@"), "{config:?}");
}

#[test]
fn an_empty_setting_is_none() {
    let config = parse(&[
        "--project-id=",
        "--google-cloud-project=b-project",
        "--allowed-origins= ",
        "--keys-file-firebase=",
        "--log-format=",
    ])
    .expect("right settings");
    assert_eq!(config.project_id.as_deref(), Some("b-project"));
    assert!(config.allowed_origins.is_empty());
    assert_eq!(config.keys.firebase, KeySource::Google);
}

#[test]
fn a_wrong_setting_is_named_in_one_line() {
    for (flags, variable) in [
        (&["--port=http"][..], "PORT"),
        (&["--port=65536"], "PORT"),
        (&["--bind-address=localhost"], "CALLGATE_BIND_ADDRESS"),
        (&["--project-id=My Project"], "CALLGATE_PROJECT_ID"),
        (&["--project-id=123456"], "CALLGATE_PROJECT_ID"),
        (
            &["--project-id=", "--google-cloud-project=A"],
            "GOOGLE_CLOUD_PROJECT",
        ),
        (&["--allowed-origins=*"], "CALLGATE_ALLOWED_ORIGINS"),
        (&["--allowed-origins=null"], "CALLGATE_ALLOWED_ORIGINS"),
        (
            &["--allowed-origins=https://a.example,https://*.b.example"],
            "CALLGATE_ALLOWED_ORIGINS",
        ),
        (
            &["--allowed-origins=https://a.example/"],
            "CALLGATE_ALLOWED_ORIGINS",
        ),
        (
            &["--allowed-origins=https://a.example/page"],
            "CALLGATE_ALLOWED_ORIGINS",
        ),
        (&["--clock-skew=soon"], "CALLGATE_CLOCK_SKEW"),
        (
            &["--keys-url-firebase=http://keys.example/"],
            "CALLGATE_KEYS_URL_FIREBASE",
        ),
        (&["--keys-url-firebase=keys"], "CALLGATE_KEYS_URL_FIREBASE"),
        (
            &[
                "--keys-url-firebase=https://keys.example/",
                "--keys-file-firebase=keys",
            ],
            "CALLGATE_KEYS_FILE_FIREBASE",
        ),
        (
            &["--accounts-url=http://10.0.0.1/"],
            "CALLGATE_ACCOUNTS_URL",
        ),
        (
            &["--accounts-url=https://u:secret@a.example/"],
            "CALLGATE_ACCOUNTS_URL",
        ),
        (&["--reflection=perhaps"], "CALLGATE_REFLECTION"),
        (&["--log-format=xml"], "LOG_FORMAT"),
        (
            &["--max-header-list-size=1"],
            "CALLGATE_MAX_HEADER_LIST_SIZE",
        ),
        (&["--max-message-size=0"], "CALLGATE_MAX_MESSAGE_SIZE"),
        (&["--keep-alive-interval=0"], "CALLGATE_KEEP_ALIVE_INTERVAL"),
        (&["--keep-alive-timeout=x"], "CALLGATE_KEEP_ALIVE_TIMEOUT"),
        (&["--header-timeout=48h"], "CALLGATE_HEADER_TIMEOUT"),
        (
            &["--max-streams-per-connection=0"],
            "CALLGATE_MAX_STREAMS_PER_CONNECTION",
        ),
        (&["--max-open-streams=-1"], "CALLGATE_MAX_OPEN_STREAMS"),
        (&["--token-cache=much"], "CALLGATE_TOKEN_CACHE"),
        (&["--unary-body-timeout=1d"], "CALLGATE_UNARY_BODY_TIMEOUT"),
        (&["--drain-timeout=0s"], "CALLGATE_DRAIN_TIMEOUT"),
        (&["--max-connection-age=old"], "CALLGATE_MAX_CONNECTION_AGE"),
        (&["--connection-grace=-"], "CALLGATE_CONNECTION_GRACE"),
        (
            &[
                "--keys-url-iap=https://keys.example/",
                "--keys-file-iap=keys",
            ],
            "CALLGATE_KEYS_FILE_IAP",
        ),
        (
            &["--keys-url-app-check=http://keys.example/"],
            "CALLGATE_KEYS_URL_APP_CHECK",
        ),
        (&["--project-number=my-project"], "CALLGATE_PROJECT_NUMBER"),
        (&["--project-number=0"], "CALLGATE_PROJECT_NUMBER"),
        (&["--service-accounts=admin"], "CALLGATE_SERVICE_ACCOUNTS"),
        (&["--service-accounts=admin="], "CALLGATE_SERVICE_ACCOUNTS"),
        (&["--public-origin=*"], "CALLGATE_PUBLIC_ORIGIN"),
        (&["--public-origin=null"], "CALLGATE_PUBLIC_ORIGIN"),
        (
            &["--public-origin=https://a.example,https://b.example"],
            "CALLGATE_PUBLIC_ORIGIN",
        ),
        (
            &["--auth-emulator-host=10.0.0.1:9099"],
            "FIREBASE_AUTH_EMULATOR_HOST",
        ),
        (
            &["--auth-emulator-host=localhost"],
            "FIREBASE_AUTH_EMULATOR_HOST",
        ),
        (&["--colour=blue"], "command line"),
    ] {
        let error = refused(flags);
        assert_eq!(error.variable(), variable, "{flags:?}: {error}");
        let text = error.to_string();
        assert!(
            text.starts_with(variable) && !text.contains('\n'),
            "{text:?}"
        );
        assert!(!text.contains("secret"), "{text:?}");
        // What a `main` that returns the error prints.
        assert_eq!(format!("{:?}", ServeError::from(error)), text);
    }
}

#[test]
fn a_filter_that_is_none_is_named() {
    let error = callgate_serve::logs::subscriber("a=b=c", LogFormat::Json, false, std::io::sink);
    assert_eq!(error.err().map(|e| e.variable()), Some("RUST_LOG"));
}

#[tokio::test]
async fn what_the_verifier_refuses_is_named_too() {
    let wrong = |change: fn(&mut Config)| {
        let mut config = fixture::config();
        change(&mut config);
        config
    };
    for (config, variable) in [
        (
            wrong(|c| c.roles_claim = "email".into()),
            "CALLGATE_ROLES_CLAIM",
        ),
        (
            wrong(|c| c.tenants = vec!["a b".into()]),
            "CALLGATE_TENANTS",
        ),
        (
            wrong(|c| c.clock_skew = Duration::from_hours(1)),
            "CALLGATE_CLOCK_SKEW",
        ),
        (
            wrong(|c| c.keys.firebase = KeySource::File("/no/such/file".into())),
            "CALLGATE_KEYS_FILE_FIREBASE",
        ),
    ] {
        let server = Server::new(config).expect("a server").service(
            callgate_api::votes::v1::vote_service_gate::server(fixture::votes()),
        );
        match server.bind().await.err() {
            Some(ServeError::Config(error)) => assert_eq!(error.variable(), variable, "{error}"),
            other => panic!("{variable}: {other:?}"),
        }
    }
}
