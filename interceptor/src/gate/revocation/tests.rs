//! Look-ups, by a clock turned by hand, before accounts that answer as a test tells them to.

mod cut_off;
mod watch;

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Waker},
    time::{Duration, SystemTime},
};

use axum::{Router, http::StatusCode, response::IntoResponse};
use tokio::{net::TcpListener, sync::watch::Sender, task::AbortHandle};

use super::{lookups::MOST_FLIGHTS, *};
use crate::{caller::EndUserClaims, google::Credentials, rule::EndUserRule};

const ZERO: Duration = Duration::ZERO;
const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

const THERE: &str = r#"{"users":[{"localId":"ada"}]}"#;
const DISABLED: &str = r#"{"users":[{"localId":"ada","disabled":true}]}"#;
/// No answer of Identity Toolkit's.
const AWAY: &str = "";

struct Server {
    url: String,
    body: Arc<Mutex<&'static str>>,
    asked: Sender<usize>,
    /// How many requests are answered. The others wait.
    answered: Sender<usize>,
    serving: AbortHandle,
}

impl Server {
    async fn start(answered: usize) -> Self {
        let body = Arc::new(Mutex::new(THERE));
        let (asked, answered) = (Sender::new(0), Sender::new(answered));
        let state = (Arc::clone(&body), asked.clone(), answered.clone());
        let router = Router::new().fallback(move || {
            let (body, asked, answered) = state.clone();
            async move {
                // As it is when the question arrives, whenever the answer goes out.
                let body = *body.lock().expect("no panic");
                asked.send_modify(|asked| *asked += 1);
                let number = *asked.borrow();
                let mut answered = answered.subscribe();
                answered
                    .wait_for(|n| *n >= number)
                    .await
                    .expect("the server runs");
                match body {
                    AWAY => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
                    body => body.into_response(),
                }
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async { axum::serve(listener, router).await });
        Self {
            url,
            body,
            asked,
            answered,
            serving: serving.abort_handle(),
        }
    }

    fn says(&self, body: &'static str) {
        *self.body.lock().expect("no panic") = body;
    }

    fn asked(&self) -> usize {
        *self.asked.borrow()
    }

    async fn asked_times(&self, times: usize) {
        let mut asked = self.asked.subscribe();
        asked
            .wait_for(|n| *n >= times)
            .await
            .expect("the server runs");
    }

    fn answers(&self, requests: usize) {
        self.answered.send_replace(requests);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Revocation by this server, on a clock that stands still.
fn revocation(url: &str) -> (Revocation, Clock) {
    let credentials = Credentials::fixed("secret").expect("a token");
    let accounts = Accounts::new("demo-callgate", credentials)
        .and_then(|it| it.base_url(url))
        .expect("good settings");
    let clock = Clock::manual(SystemTime::now());
    let revocation = Revocation::new(accounts, "roles", clock.clone(), 100);
    (revocation, clock)
}

fn user(tenant: Option<&str>, uid: &str) -> EndUser {
    let now = SystemTime::now();
    EndUser::verified(EndUserClaims {
        uid: uid.into(),
        tenant: tenant.map(Into::into),
        email: None,
        email_verified: false,
        name: None,
        picture: None,
        phone_number: None,
        sign_in_provider: "password".into(),
        second_factor: None,
        roles: Box::new([]),
        signed_in_at: now,
        issued_at: now,
        expires_at: now + MINUTE,
        session_cookie: false,
        token: [].into(),
    })
}

fn ada() -> EndUser {
    user(None, "ada")
}

async fn ask(revocation: &Revocation, within: Duration) -> Result<(), Denial> {
    let (rule, user) = (EndUserRule::SIGNED_IN, ada());
    match revocation.check(&rule, &user, within) {
        Some(verdict) => verdict,
        None => soon(revocation.ask(&rule, &user, within)).await,
    }
}

/// What a look-up that does not end would never come to.
async fn soon<T>(end: impl Future<Output = T>) -> T {
    let end = tokio::time::timeout(10 * SECOND, end).await;
    end.expect("it ends")
}

fn begin<F: Future>(future: Pin<&mut F>) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.poll(&mut context).is_pending());
}

fn is_outage(verdict: &Result<(), Denial>) -> bool {
    matches!(verdict, Err(Denial::AccountsUnavailable(_)))
}

#[tokio::test]
async fn calls_go_by_one_answer_for_as_long_as_they_allow() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    for _ in 0..5 {
        assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    }
    clock.advance(MINUTE);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    assert_eq!(server.asked(), 1);

    // Another rule allows less.
    server.says(DISABLED);
    assert_eq!(ask(&revocation, SECOND).await, Err(Denial::UserDisabled));
    clock.advance(MINUTE + Duration::from_millis(1));
    assert_eq!(ask(&revocation, MINUTE).await, Err(Denial::UserDisabled));
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn zero_asks_for_every_call_even_where_the_clock_stands_still() {
    let server = Server::start(usize::MAX).await;
    let (revocation, _) = revocation(&server.url);
    for asked in 1..4 {
        assert_eq!(ask(&revocation, ZERO).await, Ok(()));
        assert_eq!(server.asked(), asked);
    }
}

#[tokio::test]
async fn a_call_does_not_go_by_a_look_up_that_began_before_it() {
    let server = Server::start(0).await;
    let (revocation, _) = revocation(&server.url);
    let mut early = pin!(ask(&revocation, ZERO));
    begin(early.as_mut());
    server.asked_times(1).await;

    // The user is disabled, and then two calls come in.
    server.says(DISABLED);
    let mut late = pin!(ask(&revocation, ZERO));
    let mut later = pin!(ask(&revocation, ZERO));
    begin(late.as_mut());
    begin(later.as_mut());
    server.answers(1);
    assert_eq!(early.await, Ok(()));
    server.answers(2);
    assert_eq!(late.await, Err(Denial::UserDisabled));
    assert_eq!(later.await, Err(Denial::UserDisabled));
    assert_eq!(server.asked(), 2, "the two share one");
}

#[tokio::test]
async fn calls_that_allow_it_join_the_look_up_under_way() {
    let server = Server::start(0).await;
    let (revocation, clock) = revocation(&server.url);
    let mut first = pin!(ask(&revocation, MINUTE));
    begin(first.as_mut());
    clock.advance(SECOND);
    let mut second = pin!(ask(&revocation, MINUTE));
    begin(second.as_mut());
    server.answers(1);
    assert_eq!((first.await, second.await), (Ok(()), Ok(())));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_no_look_up_along() {
    let server = Server::start(0).await;
    let (revocation, _) = revocation(&server.url);
    {
        let mut gone = pin!(ask(&revocation, MINUTE));
        begin(gone.as_mut());
    }
    server.answers(1);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_look_up_that_an_instance_froze_over_is_given_up() {
    let server = Server::start(0).await;
    let (revocation, clock) = revocation(&server.url);
    let mut frozen = pin!(ask(&revocation, ZERO));
    begin(frozen.as_mut());
    server.asked_times(1).await;
    clock.advance(Duration::from_hours(1));
    let mut call = pin!(ask(&revocation, ZERO));
    begin(call.as_mut());
    // Long before the first one's time-out.
    let asked = tokio::time::timeout(2 * SECOND, server.asked_times(2)).await;
    asked.expect("a look-up of its own");
    server.answers(2);
    assert_eq!(call.await, Ok(()));
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_no_answer_young() {
    let server = Server::start(usize::MAX).await;
    let (revocation, clock) = revocation(&server.url);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    clock.set(clock.now() - SECOND);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn an_outage_passes_nobody_and_is_not_kept() {
    let server = Server::start(usize::MAX).await;
    let (revocation, _) = revocation(&server.url);
    server.says(AWAY);
    assert!(is_outage(&ask(&revocation, MINUTE).await));
    // An answer about somebody else is none.
    server.says(r#"{"users":[{"localId":"eve"}]}"#);
    assert!(is_outage(&ask(&revocation, MINUTE).await));
    server.says(THERE);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    server.says(AWAY);
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()), "as known");
    assert!(is_outage(&ask(&revocation, ZERO).await));
}

#[tokio::test]
async fn users_of_one_uid_in_two_tenants_are_two() {
    let server = Server::start(usize::MAX).await;
    let (revocation, _) = revocation(&server.url);
    let rule = EndUserRule::SIGNED_IN;
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
    let blue = user(Some("blue"), "ada");
    assert!(revocation.check(&rule, &blue, MINUTE).is_none());
    server.says(r#"{"users":[{"localId":"ada","tenantId":"blue","disabled":true}]}"#);
    let verdict = revocation.ask(&rule, &blue, MINUTE).await;
    assert_eq!(verdict, Err(Denial::UserDisabled));
    assert_eq!(ask(&revocation, MINUTE).await, Ok(()));
}

#[tokio::test]
async fn look_ups_under_way_are_limited_in_number() {
    let (revocation, _) = revocation("http://127.0.0.1:9");
    let rule = EndUserRule::SIGNED_IN;
    for n in 0..MOST_FLIGHTS {
        let user = user(None, &n.to_string());
        let mut call = pin!(revocation.ask(&rule, &user, MINUTE));
        begin(call.as_mut());
    }
    // Told at once, and not by the accounts.
    let mut context = Context::from_waker(Waker::noop());
    let verdict = pin!(ask(&revocation, MINUTE)).poll(&mut context);
    assert!(matches!(verdict, std::task::Poll::Ready(ref it) if is_outage(it)));
}
