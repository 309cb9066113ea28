//! What becomes of refusals, outages and nonsense.

use super::*;

#[tokio::test]
async fn a_refused_token_is_replaced_once() {
    let server = Server::start().await;
    server
        .then(Reply::token("one", 3600))
        .then(error(
            401,
            "Request had invalid authentication credentials.",
        ))
        .then(Reply::token("two", 3600))
        .then(found("ada"));
    assert!(matches!(
        accounts_by_metadata(&server).lookup(ADA).await,
        Ok(Some(_))
    ));
    let asked = server.asked();
    assert_eq!(asked[1].headers["authorization"], "Bearer one");
    assert_eq!(asked[3].headers["authorization"], "Bearer two");
}

#[tokio::test]
async fn a_second_refusal_is_the_end() {
    let server = Server::start().await;
    let accounts = accounts_by_metadata(&server);
    server
        .then(Reply::token("one", 3600))
        .then(error(401, ""))
        .then(Reply::token("two", 3600))
        .then(error(401, ""));
    let result = accounts.lookup(ADA).await;
    assert!(
        matches!(result, Err(AccountsError::Refused(_))),
        "{result:?}"
    );
    assert_eq!(server.asked().len(), 4);
    // A moment later the token is kept: another would not help.
    server.then(error(401, ""));
    let result = accounts.lookup(ADA).await;
    assert!(
        matches!(result, Err(AccountsError::Refused(_))),
        "{result:?}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_refused_secret_is_not_sent_again() {
    let server = Server::start().await;
    server.then(error(401, ""));
    let result = accounts(&server).lookup(ADA).await;
    assert!(
        matches!(result, Err(AccountsError::Refused(_))),
        "{result:?}"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn an_outage_and_a_refusal_are_told_apart() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    for status in [408, 429, 500, 503] {
        server.then(Reply::Status(status, "<html>ada@example.com".to_owned()));
        let words = format!("HTTP status {status}");
        assert_eq!(
            accounts.lookup(ADA).await,
            Err(AccountsError::Unavailable(words))
        );
    }
    server.then(error(400, "QUOTA_EXCEEDED : Exceeded quota"));
    let words = "HTTP status 400, QUOTA_EXCEEDED".to_owned();
    assert_eq!(
        accounts.lookup(ADA).await,
        Err(AccountsError::Unavailable(words))
    );

    server.then(Reply::Status(
        403,
        r#"{"error":{"message":"ada@example.com may not","status":"PERMISSION_DENIED"}}"#
            .to_owned(),
    ));
    let words = "HTTP status 403, PERMISSION_DENIED".to_owned();
    assert_eq!(
        accounts.lookup(ADA).await,
        Err(AccountsError::Refused(words))
    );
}

#[tokio::test]
async fn accounts_that_are_away_are_unavailable() {
    // Nobody listens on the port that was reserved for tcpmux.
    let credentials = Credentials::fixed("secret").expect("a token");
    let accounts = Accounts::new("demo-callgate", credentials)
        .and_then(|it| it.base_url("http://127.0.0.1:1"))
        .expect("good settings");
    let result = accounts.lookup(ADA).await;
    assert!(
        matches!(&result, Err(AccountsError::Unavailable(words)) if words.starts_with("cannot connect")),
        "{result:?}"
    );
}

#[tokio::test]
async fn credentials_that_are_away_make_the_accounts_unavailable() {
    let server = Server::start().await;
    server.then(Reply::Status(503, String::new()));
    let result = accounts_by_metadata(&server).lookup(ADA).await;
    assert!(
        matches!(result, Err(AccountsError::Unavailable(_))),
        "{result:?}"
    );
    assert_eq!(server.asked().len(), 1, "the accounts were not asked");
}

#[tokio::test]
async fn silent_accounts_are_waited_for_no_longer_than_the_timeout() {
    let server = Server::start().await;
    let (_never, reply) = found("ada").held();
    for reply in [Reply::Never, reply] {
        server.then(reply);
        let accounts = accounts(&server).timeout(Duration::from_millis(20));
        let words = "no answer in time".to_owned();
        assert_eq!(
            accounts.lookup(ADA).await,
            Err(AccountsError::Unavailable(words))
        );
    }
}

#[tokio::test]
async fn nonsense_is_no_account() {
    let server = Server::start().await;
    let accounts = accounts(&server);
    let good = r#"{"users":[{"localId":"ada"}]}"#;
    for reply in [
        Reply::ok(""),
        Reply::ok("<html>"),
        Reply::ok("[]"),
        Reply::ok(r#"{"users":{}}"#),
        Reply::ok(r#"{"users":[{}]}"#),
        Reply::ok(r#"{"users":[["ada"]]}"#),
        found("eve"),
        Reply::ok(format!("{good}{}", " ".repeat(256 * 1024))),
        Reply::CutOff(good.to_owned()),
        Reply::Status(204, String::new()),
    ] {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        server.then(reply);
        let result = accounts.lookup(ADA).await;
        assert!(
            matches!(result, Err(AccountsError::Unavailable(_))),
            "{shown}: {result:?}"
        );
    }
}

#[tokio::test]
async fn the_token_follows_no_redirect() {
    let server = Server::start().await;
    let elsewhere = Server::start().await;
    elsewhere.then(found("ada"));
    server.then(Reply::Redirect(elsewhere.url("/")));
    let result = accounts(&server).lookup(ADA).await;
    assert!(
        matches!(result, Err(AccountsError::Unavailable(_))),
        "{result:?}"
    );
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn accounts_are_only_asked_where_the_token_is_safe() {
    let accounts =
        |url: &str| Accounts::new("my-project", Credentials::fixed("secret")?)?.base_url(url);
    for url in [
        "https://identitytoolkit.googleapis.com/",
        "http://localhost:9099/identitytoolkit.googleapis.com",
    ] {
        assert!(accounts(url).is_ok(), "{url}");
    }
    for url in [
        "http://identitytoolkit.googleapis.com",
        "https://user:pass@x",
        "https://x/?a",
        "https://x/#a",
        "/v1",
        "",
    ] {
        assert!(accounts(url).is_err(), "{url}");
    }
}

#[test]
fn a_project_id_is_one() {
    let new = |id| Accounts::new(id, Credentials::fixed("secret").expect("a token"));
    for id in ["my-project", "example.com:my-project", "demo-callgate"] {
        assert!(new(id).is_ok(), "{id}");
    }
    for id in ["", "..", "a/b", "My-Project", "1-project", "a\n"] {
        assert!(new(id).is_err(), "{id}");
    }
}
