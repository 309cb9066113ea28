//! The settings that say where the accounts are.

use std::io::Write as _;

use callgate_profiles::AccountsArgs;
use tempfile::NamedTempFile;

fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content.as_bytes()).expect("a file");
    file
}

fn path(file: &NamedTempFile) -> String {
    file.path().to_str().expect("a path").to_owned()
}

/// What is wrong with these settings; empty where nothing is.
fn problem(args: &AccountsArgs, url: Option<&str>) -> String {
    let url = url.map(|url| url.parse().expect("a URL"));
    let accounts = args.accounts("demo-callgate", url.as_ref());
    accounts.map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn without_settings_the_metadata_server_is_asked() {
    assert_eq!(problem(&AccountsArgs::default(), None), "");
    let at = |host: &str| AccountsArgs {
        metadata_host: Some(host.to_owned()),
        ..AccountsArgs::default()
    };
    assert_eq!(problem(&at("127.0.0.1:1"), None), "");
    assert_eq!(problem(&at(""), None), "", "an empty value counts as none");
    assert!(problem(&at("a/b"), None).starts_with("GCE_METADATA_HOST: "));
}

#[test]
fn the_secret_of_a_stand_in_comes_from_a_file() {
    const STAND_IN: Option<&str> = Some("http://127.0.0.1:9099/identitytoolkit.googleapis.com");
    let secret = file("secret\n");
    let args = AccountsArgs {
        accounts_token_file: Some(path(&secret)),
        ..AccountsArgs::default()
    };
    assert_eq!(problem(&args, STAND_IN), "");
    assert!(problem(&args, None).contains("CALLGATE_ACCOUNTS_URL"));
    assert!(problem(&args, Some("http://example.com")).contains("use https"));

    let both = AccountsArgs {
        credentials_file: Some(path(&secret)),
        ..args
    };
    assert!(problem(&both, STAND_IN).contains("contradicts"));

    for content in ["", "two words", &"x".repeat(9000)] {
        let wrong = file(content);
        let args = AccountsArgs {
            accounts_token_file: Some(path(&wrong)),
            ..AccountsArgs::default()
        };
        let problem = problem(&args, STAND_IN);
        assert!(
            problem.starts_with("CALLGATE_ACCOUNTS_TOKEN_FILE: "),
            "{problem}"
        );
    }
}

#[test]
fn a_file_that_is_no_key_stops_the_start() {
    let wrong = file("{}");
    for credentials_file in [path(&wrong), "/nowhere/key.json".to_owned()] {
        let args = AccountsArgs {
            credentials_file: Some(credentials_file),
            ..AccountsArgs::default()
        };
        let problem = problem(&args, None);
        assert!(
            problem.starts_with("GOOGLE_APPLICATION_CREDENTIALS: "),
            "{problem}"
        );
    }
}
