//! The settings that say where the accounts are, and the gate that asks them.

use std::io::Write as _;

use callgate_serve::Config;
use tempfile::NamedTempFile;

fn file(content: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(content.as_bytes()).expect("a file");
    file
}

fn path(file: &NamedTempFile) -> String {
    file.path().to_str().expect("a path").to_owned()
}

/// What is wrong with these flags; empty where nothing is.
async fn problem(flags: &[&str]) -> String {
    let flags = ["test", "--project-id=demo-callgate"].iter().chain(flags);
    let accounts = match Config::try_parse_from(flags) {
        Ok(mut config) => config.accounts().await.map(drop),
        Err(error) => Err(error),
    };
    accounts.map_or_else(|error| error.to_string(), |()| String::new())
}

#[tokio::test]
async fn without_settings_the_metadata_server_is_asked() {
    assert_eq!(problem(&[]).await, "");
    let empty = ["--credentials-file=", "--accounts-token-file="];
    assert_eq!(problem(&empty).await, "", "an empty value counts as none");
}

#[tokio::test]
async fn the_secret_of_a_stand_in_comes_from_a_file() {
    const STAND_IN: &str = "--accounts-url=http://127.0.0.1:9099/identitytoolkit.googleapis.com";
    let secret = file("secret\n");
    let token_file = format!("--accounts-token-file={}", path(&secret));
    let key_file = format!("--credentials-file={}", path(&secret));
    assert_eq!(problem(&[&token_file, STAND_IN]).await, "");
    assert!(
        problem(&[&token_file])
            .await
            .contains("CALLGATE_ACCOUNTS_URL")
    );
    assert!(
        problem(&[&token_file, &key_file, STAND_IN])
            .await
            .contains("leave one of them unset")
    );

    for content in ["", "two words", &"x".repeat(9000)] {
        let wrong = file(content);
        let token_file = format!("--accounts-token-file={}", path(&wrong));
        let problem = problem(&[&token_file, STAND_IN]).await;
        assert!(
            problem.starts_with("CALLGATE_ACCOUNTS_TOKEN_FILE: "),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_no_key_stops_the_start() {
    let wrong = file("{}");
    for key_file in [path(&wrong), "/nowhere/key.json".to_owned()] {
        let problem = problem(&[&format!("--credentials-file={key_file}")]).await;
        assert!(
            problem.starts_with("GOOGLE_APPLICATION_CREDENTIALS: "),
            "{problem}"
        );
    }
}
