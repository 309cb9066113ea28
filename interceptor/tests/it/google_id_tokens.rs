//! ID tokens of this service's own account, each for one audience.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::{
    Clock,
    google::{AudienceTokens, CredentialsError, IdTokens, Metadata},
};
use futures_util::future::join_all;
use serde_json::json;

use crate::google_server::{Reply, Server};

pub(crate) const VOTES: &str = "https://votes-x1y2z3.a.run.app";
pub(crate) const START: u64 = 1_700_000_000;

struct Setting {
    server: Server,
    clock: Clock,
    tokens: IdTokens,
    votes: AudienceTokens,
}

impl Setting {
    async fn new() -> Self {
        Self::with(|tokens| tokens).await
    }

    async fn with(settings: impl FnOnce(IdTokens) -> IdTokens) -> Self {
        let server = Server::start().await;
        let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(START));
        let metadata = Metadata::at(&server.address.to_string()).expect("a host");
        let tokens = settings(IdTokens::metadata_server(&metadata).clock(clock.clone()));
        Self {
            votes: tokens.for_audience(VOTES).expect("an audience"),
            tokens,
            server,
            clock,
        }
    }

    async fn token(&self) -> Result<String, CredentialsError> {
        let token = self.votes.token().await?;
        Ok(token.secret().to_owned())
    }

    fn seconds_pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// A token that expires so many seconds after the start. Nobody looks at its signature.
pub(crate) fn jwt(audience: &str, expires_after: u64) -> String {
    with_claims(&json!({"aud": audience, "exp": START + expires_after, "sub": "1"}).to_string())
}

fn with_claims(claims: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
    format!("{header}.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

fn metadata(token: &str) -> Reply {
    Reply::Metadata(token.to_owned())
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
    let one = jwt(VOTES, 3600);
    it.server.then(metadata(&format!("{one}\n")));
    assert_eq!(it.token().await.as_ref(), Ok(&one));
    it.seconds_pass(3000);
    assert_eq!(it.token().await.as_ref(), Ok(&one));

    let asked = it.server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].target,
        "/computeMetadata/v1/instance/service-accounts/default/identity\
         ?audience=https%3A%2F%2Fvotes-x1y2z3.a.run.app&format=full"
    );
    assert_eq!(asked[0].headers["metadata-flavor"], "Google");
}

#[tokio::test]
async fn each_audience_has_its_own_token() {
    let it = Setting::new().await;
    let profiles = it.tokens.for_audience("profiles").expect("an audience");
    it.server
        .then(metadata(&jwt(VOTES, 3600)))
        .then(metadata(&jwt("profiles", 3600)));
    let votes = it.token().await.expect("a token");
    let token = profiles.token().await.expect("a token");
    assert_ne!(token.secret(), votes);

    let again = it.tokens.for_audience("profiles").expect("an audience");
    assert_eq!(again.token().await, Ok(token));
    assert_eq!(it.server.asked().len(), 2);
}

#[tokio::test]
async fn a_thousand_first_calls_make_one_request() {
    let it = Setting::new().await;
    let one = jwt(VOTES, 3600);
    let (release, reply) = metadata(&one).held();
    it.server.then(reply);
    let calls = join_all((0..1000).map(|_| it.token()));
    let released = async {
        it.server.asked_times(1).await;
        release.send(true).expect("the server waits");
    };
    let (tokens, ()) = tokio::join!(calls, released);
    assert!(tokens.iter().all(|token| token.as_ref() == Ok(&one)));
    assert_eq!(it.server.asked().len(), 1);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_in_the_background_of_a_call() {
    let it = Setting::new().await;
    let (one, two) = (jwt(VOTES, 3600), jwt(VOTES, 7000));
    let (release, reply) = metadata(&two).held();
    it.server.then(metadata(&one)).then(reply);
    assert_eq!(it.token().await.as_ref(), Ok(&one));

    it.seconds_pass(3600 - 200);
    assert_eq!(
        it.token().await.as_ref(),
        Ok(&one),
        "the call does not wait"
    );
    it.server.asked_times(2).await;
    release.send(true).expect("the server waits");
    while it.token().await.as_ref() == Ok(&one) {
        tokio::task::yield_now().await;
    }
    assert_eq!(it.token().await.as_ref(), Ok(&two));
    assert_eq!(it.server.asked().len(), 2);
}

#[tokio::test]
async fn a_request_that_a_frozen_instance_never_finished_is_passed_over() {
    let it = Setting::with(|tokens| tokens.timeout(Duration::from_mins(1))).await;
    let two = jwt(VOTES, 7200);
    it.server.then(Reply::Never).then(metadata(&two));
    {
        let first = it.token();
        tokio::pin!(first);
        tokio::select! {
            _ = &mut first => panic!("there is no answer yet"),
            () = it.server.asked_times(1) => {}
        }
    }
    it.seconds_pass(62);
    assert_eq!(it.token().await.as_ref(), Ok(&two));
}

#[tokio::test]
async fn the_expiry_of_the_token_counts_but_no_more_than_an_hour_is_believed() {
    let it = Setting::new().await;
    let (short, long) = (jwt(VOTES, 600), jwt(VOTES, 100_000));
    it.server.then(metadata(&short)).then(metadata(&long));
    assert_eq!(it.token().await.as_ref(), Ok(&short));
    it.seconds_pass(596);
    assert_eq!(it.token().await.as_ref(), Ok(&long));
    it.seconds_pass(3596);
    assert!(unavailable(&it.token().await).contains("HTTP status 500"));
}

#[tokio::test]
async fn a_token_that_comes_expired_is_an_outage_and_asked_about_once_a_second() {
    let it = Setting::new().await;
    it.server
        .then(metadata(&jwt(VOTES, 0)))
        .then(metadata(&jwt(VOTES, 3600)));
    assert!(unavailable(&it.token().await).contains("has expired"));
    unavailable(&it.token().await);
    assert_eq!(it.server.asked().len(), 1);
    it.seconds_pass(1);
    assert!(it.token().await.is_ok());
}

#[tokio::test]
async fn nonsense_is_no_token() {
    let it = Setting::new().await;
    let exp = START + 3600;
    for answer in [
        "",
        "<html>",
        "a.b.c",
        "ya29.access-token",
        &with_claims("{}"),
        &with_claims(&format!(r#"{{"aud":"{VOTES}"}}"#)),
        &with_claims(&format!(r#"{{"aud":"{VOTES}","exp":"{exp}"}}"#)),
        &with_claims(&format!(r#"{{"aud":["{VOTES}"],"exp":{exp}}}"#)),
        &with_claims(&format!(r#"{{"aud":"{VOTES}","exp":-1}}"#)),
        &with_claims(&format!(
            r#"{{"aud":"{VOTES}","aud":"{VOTES}","exp":{exp}}}"#
        )),
        &format!("{}.x", jwt(VOTES, 3600)),
        &jwt(VOTES, 3600).replace(".c2ln", ".SIGNATURE_REMOVED_BY_GOOGLE"),
        &jwt(&"x".repeat(8 * 1024), 3600),
    ] {
        it.server.then(metadata(answer));
        unavailable(&it.token().await);
        it.seconds_pass(2);
    }
    it.server.then(Reply::ok(jwt(VOTES, 3600)));
    assert!(unavailable(&it.token().await).contains("not a metadata server's"));
}

#[tokio::test]
async fn a_token_for_another_audience_is_not_taken() {
    let it = Setting::new().await;
    it.server
        .then(metadata(&jwt("https://elsewhere.example.com", 3600)));
    assert!(unavailable(&it.token().await).contains("another audience"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_but_not_at_every_refusal() {
    let it = Setting::new().await;
    let two = jwt(VOTES, 3601);
    it.server
        .then(metadata(&jwt(VOTES, 3600)))
        .then(metadata(&two));
    let one = it.votes.token().await.expect("a token");
    it.votes.reject(&one);
    let held = it.votes.token().await.expect("a token");
    assert_eq!(held.secret(), two);
    it.votes.reject(&held);
    assert_eq!(it.token().await.as_ref(), Ok(&two), "too soon");
    assert_eq!(it.server.asked().len(), 2);
}

#[tokio::test]
async fn minted_tokens_are_kept_as_others_are() {
    let count = Arc::new(AtomicUsize::new(0));
    let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(START));
    let tokens = IdTokens::minted({
        let count = Arc::clone(&count);
        move |audience| {
            let number = count.fetch_add(1, Ordering::SeqCst) as u64;
            jwt(audience, 3600 * (number + 1))
        }
    })
    .clock(clock.clone());
    let votes = tokens.for_audience(VOTES).expect("an audience");
    let first = votes.token().await.expect("a token");
    assert_eq!(first.secret(), jwt(VOTES, 3600));
    assert_eq!(votes.token().await, Ok(first));
    clock.advance(Duration::from_hours(1));
    assert_eq!(
        votes.token().await.expect("a token").secret(),
        jwt(VOTES, 7200)
    );
}

#[test]
fn an_audience_is_configuration_and_bounded() {
    let tokens = IdTokens::minted(|audience| jwt(audience, 3600));
    for audience in ["", "a b", "ä", "a\n", &"x".repeat(1025)] {
        assert!(tokens.for_audience(audience).is_err(), "{audience}");
    }
    for number in 0..100 {
        assert!(tokens.for_audience(&number.to_string()).is_ok());
    }
    let error = tokens.for_audience("100").expect_err("one too many");
    assert!(error.to_string().contains("a hundred"));
    assert!(tokens.for_audience("99").is_ok(), "it is there already");
}

#[tokio::test]
async fn no_token_shows_in_debug() {
    let it = Setting::new().await;
    let one = jwt(VOTES, 3600);
    it.server.then(metadata(&one));
    let token = it.votes.token().await.expect("a token");
    let fixed = IdTokens::fixed("secret-2").expect("a token");
    let shown = format!("{:?}{:?}{token:?}{fixed:?}", it.tokens, it.votes);
    assert!(
        !shown.contains(&one) && !shown.contains("secret-2"),
        "{shown}"
    );
    assert!(IdTokens::fixed("a b").is_err());
}
