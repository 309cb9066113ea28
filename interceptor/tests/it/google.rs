//! Access tokens from the metadata server, and what else it is asked.

use std::time::{Duration, SystemTime};

use callgate::{
    Clock,
    google::{Credentials, CredentialsError, Metadata},
};
use futures_util::future::join_all;

use crate::google_server::{Reply, Server};

struct Setting {
    server: Server,
    clock: Clock,
    credentials: Credentials,
}

impl Setting {
    async fn new() -> Self {
        let server = Server::start().await;
        let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        let metadata = Metadata::at(&server.address.to_string()).expect("a host");
        Self {
            credentials: Credentials::metadata_server(&metadata).clock(clock.clone()),
            server,
            clock,
        }
    }

    async fn token(&self) -> Result<String, CredentialsError> {
        let token = self.credentials.access_token().await?;
        Ok(token.secret().to_owned())
    }

    fn seconds_pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn unavailable(result: &Result<String, CredentialsError>) -> &str {
    match result {
        Err(CredentialsError::Unavailable(words)) => words,
        other => panic!("not unavailable: {other:?}"),
    }
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept() {
    let it = Setting::new().await;
    it.server.then(Reply::token("one", 3600));
    assert_eq!(it.token().await.as_deref(), Ok("one"));
    it.seconds_pass(3000);
    assert_eq!(it.token().await.as_deref(), Ok("one"));

    let asked = it.server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].target,
        "/computeMetadata/v1/instance/service-accounts/default/token\
         ?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fidentitytoolkit%2C\
         https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
    );
    assert_eq!(asked[0].headers["metadata-flavor"], "Google");
}

#[tokio::test]
async fn a_thousand_first_calls_make_one_request() {
    let it = Setting::new().await;
    let (release, reply) = Reply::token("one", 3600).held();
    it.server.then(reply);
    let calls = join_all((0..1000).map(|_| it.token()));
    let released = async {
        it.server.asked_times(1).await;
        release.send(true).expect("the server waits");
    };
    let (tokens, ()) = tokio::join!(calls, released);
    assert!(tokens.iter().all(|token| token.as_deref() == Ok("one")));
    assert_eq!(it.server.asked().len(), 1);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_in_the_background_of_a_call() {
    let it = Setting::new().await;
    let (release, reply) = Reply::token("two", 3600).held();
    it.server.then(Reply::token("one", 3600)).then(reply);
    assert_eq!(it.token().await.as_deref(), Ok("one"));

    it.seconds_pass(3600 - 200);
    assert_eq!(
        it.token().await.as_deref(),
        Ok("one"),
        "the call does not wait"
    );
    it.server.asked_times(2).await;
    assert_eq!(it.token().await.as_deref(), Ok("one"), "nor does the next");

    release.send(true).expect("the server waits");
    while it.token().await.as_deref() == Ok("one") {
        tokio::task::yield_now().await;
    }
    assert_eq!(it.token().await.as_deref(), Ok("two"));
    assert_eq!(it.server.asked().len(), 2);
}

#[tokio::test]
async fn a_token_with_a_short_life_is_not_renewed_at_every_call() {
    let it = Setting::new().await;
    // Their whole life is shorter than the time ahead of its end at which a token is renewed.
    it.server
        .then(Reply::token("one", 100))
        .then(Reply::token("two", 100));
    while it.token().await.as_deref() != Ok("two") {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        assert_eq!(it.token().await.as_deref(), Ok("two"));
        tokio::task::yield_now().await;
    }
    assert_eq!(it.server.asked().len(), 2);

    it.seconds_pass(10);
    it.server.then(Reply::token("three", 100));
    while it.token().await.as_deref() != Ok("three") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_life_beyond_belief_is_cut_short() {
    let it = Setting::new().await;
    it.server
        .then(Reply::token("one", u64::MAX))
        .then(Reply::token("two", 3600));
    assert_eq!(it.token().await.as_deref(), Ok("one"));
    it.seconds_pass(12 * 60 * 60);
    assert_eq!(it.token().await.as_deref(), Ok("two"));
}

#[tokio::test]
async fn a_token_at_its_end_is_not_used_even_if_there_is_no_other() {
    let it = Setting::new().await;
    it.server.then(Reply::token("one", 3600));
    assert_eq!(it.token().await.as_deref(), Ok("one"));
    it.seconds_pass(3596);
    assert!(unavailable(&it.token().await).contains("HTTP status 500"));
}

#[tokio::test]
async fn an_outage_is_asked_about_once_a_second_and_ends_by_itself() {
    let it = Setting::new().await;
    it.server
        .then(Reply::Status(503, String::new()))
        .then(Reply::token("one", 3600));
    let first = it.token().await;
    assert_eq!(it.token().await, first, "the cooldown answers");
    assert_eq!(it.server.asked().len(), 1);
    it.seconds_pass(1);
    assert_eq!(it.token().await.as_deref(), Ok("one"));
}

#[tokio::test]
async fn a_404_is_not_for_ever() {
    let it = Setting::new().await;
    it.server
        .then(Reply::Status(404, String::new()))
        .then(Reply::token("one", 3600));
    assert_eq!(
        unavailable(&it.token().await),
        "the metadata server: HTTP status 404"
    );
    it.seconds_pass(1);
    assert_eq!(it.token().await.as_deref(), Ok("one"));
}

#[tokio::test]
async fn a_silent_server_is_waited_for_no_longer_than_the_timeout() {
    let mut it = Setting::new().await;
    it.credentials = it.credentials.timeout(Duration::from_millis(20));
    it.server.then(Reply::Never);
    assert_eq!(
        unavailable(&it.token().await),
        "the metadata server: no answer in time"
    );
}

#[tokio::test]
async fn a_request_that_a_frozen_instance_never_finished_is_passed_over() {
    let mut it = Setting::new().await;
    it.credentials = it.credentials.timeout(Duration::from_mins(1));
    it.server.then(Reply::Never).then(Reply::token("one", 3600));
    {
        let first = it.token();
        tokio::pin!(first);
        tokio::select! {
            _ = &mut first => panic!("there is no answer yet"),
            () = it.server.asked_times(1) => {}
        }
    }
    it.seconds_pass(62);
    assert_eq!(it.token().await.as_deref(), Ok("one"));
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_cancel_the_request() {
    let it = Setting::new().await;
    let (release, reply) = Reply::token("one", 3600).held();
    it.server.then(reply);
    {
        let gone = it.token();
        tokio::pin!(gone);
        tokio::select! {
            _ = &mut gone => panic!("there is no answer yet"),
            () = it.server.asked_times(1) => {}
        }
    }
    release.send(true).expect("the server waits");
    assert_eq!(it.token().await.as_deref(), Ok("one"));
    assert_eq!(it.server.asked().len(), 1);
}

#[tokio::test]
async fn nonsense_is_no_token() {
    let it = Setting::new().await;
    let good = r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#;
    for answer in [
        "",
        "<html>",
        r#"["t",3600,"Bearer"]"#,
        r#"{"access_token":"t","expires_in":3600}"#,
        r#"{"access_token":"t","token_type":"Bearer"}"#,
        r#"{"access_token":"","expires_in":3600,"token_type":"Bearer"}"#,
        r#"{"access_token":"a b","expires_in":3600,"token_type":"Bearer"}"#,
        r#"{"access_token":"t","expires_in":-1,"token_type":"Bearer"}"#,
        r#"{"access_token":"t","expires_in":3600,"token_type":"MAC"}"#,
        r#"{"access_token":"t","access_token":"t","expires_in":3600,"token_type":"Bearer"}"#,
        &format!("{good}{}", " ".repeat(64 * 1024)),
    ] {
        it.server.then(Reply::Metadata(answer.to_owned()));
        unavailable(&it.token().await);
        it.seconds_pass(2);
    }
    it.server.then(Reply::CutOff(good.to_owned()));
    unavailable(&it.token().await);
    it.seconds_pass(2);
    it.server.then(Reply::ok(good));
    assert!(unavailable(&it.token().await).contains("not a metadata server's"));
    it.seconds_pass(2);
    it.server.then(Reply::Metadata(good.to_owned()));
    assert_eq!(
        it.token().await.as_deref(),
        Ok("t"),
        "what was refused was not refused for its form"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let it = Setting::new().await;
    it.server
        .then(Reply::Redirect(it.server.url("/token")))
        .then(Reply::token("one", 3600));
    unavailable(&it.token().await);
    assert_eq!(it.server.asked().len(), 1);
}

#[tokio::test]
async fn a_refused_token_is_replaced_but_not_at_every_refusal() {
    let it = Setting::new().await;
    it.server
        .then(Reply::token("one", 3600))
        .then(Reply::token("two", 3600));
    let one = it.credentials.access_token().await.expect("a token");
    it.credentials.reject(&one);
    let two = it.credentials.access_token().await.expect("a token");
    assert_eq!(two.secret(), "two");
    it.credentials.reject(&two);
    assert_eq!(it.token().await.as_deref(), Ok("two"), "too soon");

    it.seconds_pass(10);
    it.credentials.reject(&one);
    assert_eq!(
        it.token().await.as_deref(),
        Ok("two"),
        "another was refused"
    );
    it.server.then(Reply::token("three", 3600));
    it.credentials.reject(&two);
    assert_eq!(it.token().await.as_deref(), Ok("three"));
}

#[tokio::test]
async fn a_token_does_not_show_in_debug() {
    let it = Setting::new().await;
    it.server.then(Reply::token("secret-1", 3600));
    assert_eq!(it.token().await.as_deref(), Ok("secret-1"));
    let fixed = Credentials::fixed("secret-2").expect("a token");
    assert!(!format!("{:?}{fixed:?}", it.credentials).contains("secret-"));
}

#[tokio::test]
async fn the_metadata_server_says_where_this_runs() {
    let server = Server::start().await;
    let metadata = Metadata::at(&server.address.to_string()).expect("a host");
    server
        .then(Reply::Metadata("my-project\n".to_owned()))
        .then(Reply::Metadata("1234567890".to_owned()))
        .then(Reply::Metadata(
            "projects/1234567890/regions/europe-west1".to_owned(),
        ));
    assert_eq!(metadata.project_id().await.as_deref(), Ok("my-project"));
    assert_eq!(metadata.project_number().await, Ok(1_234_567_890));
    assert_eq!(metadata.region().await.as_deref(), Ok("europe-west1"));
    let targets: Vec<_> = server.asked().into_iter().map(|it| it.target).collect();
    assert_eq!(
        targets,
        [
            "/computeMetadata/v1/project/project-id",
            "/computeMetadata/v1/project/numeric-project-id",
            "/computeMetadata/v1/instance/region",
        ]
    );
}

#[tokio::test]
async fn nonsense_is_no_place() {
    let server = Server::start().await;
    let metadata = Metadata::at(&server.address.to_string()).expect("a host");
    for answer in ["", "a/b", "<html>", "My Project"] {
        server.then(Reply::Metadata(answer.to_owned()));
        assert!(metadata.project_id().await.is_err(), "{answer}");
    }
    for answer in ["", "+1", "1.0", "99999999999999999999"] {
        server.then(Reply::Metadata(answer.to_owned()));
        assert!(metadata.project_number().await.is_err(), "{answer}");
    }
    for answer in [
        "europe-west1",
        "projects/1/zones/a",
        "projects/1/regions/",
        "projects/x/regions/a",
    ] {
        server.then(Reply::Metadata(answer.to_owned()));
        assert!(metadata.region().await.is_err(), "{answer}");
    }
}
