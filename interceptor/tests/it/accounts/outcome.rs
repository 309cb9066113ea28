//! Whether a change that failed may have been made all the same: an audit has to know.

use super::*;

/// What becomes of an update that is answered like this.
async fn update(reply: Reply) -> AccountsError {
    let server = Server::start().await;
    let never = matches!(reply, Reply::Never);
    server.then(reply);
    let accounts = accounts(&server).timeout(PATIENCE);
    let update = AccountUpdate::new().disabled(true);
    let update = accounts.update(ADA, &update);
    let update = async {
        match never {
            true => unanswered(&server, 1, update).await,
            false => update.await,
        }
    };
    update.await.expect_err("no success")
}

/// Longer than an answer takes on any machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The outcome of a call that gets no answer to the last of so many requests.
async fn unanswered<T>(server: &Server, requests: usize, call: impl Future<Output = T>) -> T {
    let mut call = std::pin::pin!(call);
    tokio::select! {
        _ = call.as_mut() => panic!("there is no answer yet"),
        () = server.asked_times(requests) => {}
    }
    // From here on time passes by itself, whenever everything waits.
    tokio::time::pause();
    let outcome = call.await;
    tokio::time::resume();
    outcome
}

#[tokio::test]
async fn a_change_without_a_plain_answer_may_have_been_made() {
    let long = "x".repeat(256 * 1024 + 1);
    for reply in [
        Reply::Status(500, String::new()),
        Reply::Status(503, String::new()),
        Reply::Status(408, String::new()),
        Reply::Status(204, String::new()),
        Reply::Redirect("http://127.0.0.1:1".to_owned()),
        Reply::ok("<html>"),
        Reply::ok(""),
        Reply::ok(long),
        Reply::CutOff("{".to_owned()),
        Reply::Never,
    ] {
        let shown = format!("{reply:?}").chars().take(80).collect::<String>();
        let error = update(reply).await;
        assert!(
            matches!(error, AccountsError::OutcomeUnknown(_)),
            "{shown}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_change_that_was_refused_was_not_made() {
    for (reply, expected) in [
        (error(400, "USER_NOT_FOUND"), AccountsError::NotFound),
        (
            error(400, "INVALID_CLAIMS"),
            AccountsError::Refused("HTTP status 400, INVALID_CLAIMS".to_owned()),
        ),
        (
            Reply::Status(403, "x".repeat(256 * 1024 + 1)),
            AccountsError::Refused("HTTP status 403".to_owned()),
        ),
        (
            Reply::Status(429, String::new()),
            AccountsError::Unavailable("HTTP status 429".to_owned()),
        ),
        (
            error(400, "QUOTA_EXCEEDED : Exceeded quota"),
            AccountsError::Unavailable("HTTP status 400, QUOTA_EXCEEDED".to_owned()),
        ),
    ] {
        assert_eq!(update(reply).await, expected);
    }
    let refused = update(error(401, "")).await;
    assert!(matches!(refused, AccountsError::Refused(_)), "{refused:?}");
}

#[tokio::test]
async fn a_change_that_was_not_sent_was_not_made() {
    let update = AccountUpdate::new().disabled(true);
    // Nobody listens on the port that was reserved for tcpmux.
    let away = Accounts::new(
        "demo-callgate",
        Credentials::fixed("secret").expect("a token"),
    )
    .and_then(|it| it.base_url("http://127.0.0.1:1"))
    .expect("good settings");
    let server = Server::start().await;
    server.then(Reply::Never);
    let without_token = accounts_by_metadata(&server).timeout(Duration::from_millis(50));
    for accounts in [away, without_token] {
        let error = accounts.update(ADA, &update).await.expect_err("no success");
        assert!(matches!(error, AccountsError::Unavailable(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_change_whose_token_was_refused_was_not_made_while_another_token_is_awaited() {
    let server = Server::start().await;
    server
        .then(Reply::token("one", 3600))
        .then(error(401, ""))
        .then(Reply::Never);
    let accounts = accounts_by_metadata(&server).timeout(PATIENCE);
    let result = unanswered(&server, 3, accounts.revoke(ADA)).await;
    assert!(
        matches!(result, Err(AccountsError::Unavailable(_))),
        "{result:?}"
    );
}
