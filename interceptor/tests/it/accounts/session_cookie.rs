//! Session cookies: who gets one, and what the browser is told.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callgate::{
    Clock, Denial, EndUser,
    accounts::{SessionCookie, SessionCookieError, SessionLifetime},
    verify::Check,
};
use callgate_testkit::FirebaseIssuer;

use super::*;

const DAY: Duration = Duration::from_hours(24);
const NOW: u64 = 1_700_000_000;

struct Setting {
    server: Server,
    clock: Clock,
    issuer: FirebaseIssuer,
}

impl Setting {
    async fn new() -> Self {
        let clock = Clock::manual(UNIX_EPOCH + Duration::from_secs(NOW));
        Self {
            server: Server::start().await,
            issuer: FirebaseIssuer::new("demo-callgate").clock(clock.clone()),
            clock,
        }
    }

    /// A user who signed in so long ago, and the token.
    fn user(&self, signed_in: Duration) -> (EndUser, String) {
        let at = self.clock.now() - signed_in;
        let token = self.issuer.token("ada").auth_time(at).sign();
        match self.issuer.verifier().check(&token) {
            Check::Verified(user) => (user, token),
            other => panic!("{other:?}"),
        }
    }

    async fn create(&self, user: &EndUser) -> Result<SessionCookie, SessionCookieError> {
        let lifetime = SessionLifetime::new(DAY).expect("a lifetime");
        accounts(&self.server)
            .clock(self.clock.clone())
            .create_session_cookie(user, lifetime)
            .await
    }

    /// What becomes of an answer, for a user who has just signed in.
    async fn answered(&self, reply: Reply) -> Result<SessionCookie, SessionCookieError> {
        self.server.then(reply);
        let (user, _) = self.user(Duration::ZERO);
        self.create(&user).await
    }
}

/// A cookie that says so. The gate is who verifies it.
fn cookie(claims: &Value) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn created(cookie: &str) -> Reply {
    Reply::ok(json!({"kind": "k", "sessionCookie": cookie}).to_string())
}

#[tokio::test]
async fn who_has_just_signed_in_gets_a_cookie_that_no_script_can_read() {
    let it = Setting::new().await;
    let (user, token) = it.user(Duration::from_mins(5));
    let text = cookie(&json!({"sub": "ada", "exp": NOW + 86_400}));
    it.server.then(created(&text));
    let cookie = it.create(&user).await.expect("a cookie");

    let value = cookie.header_value();
    assert_eq!(
        value,
        format!("__session={text}; Max-Age=86400; HttpOnly; Secure; SameSite=Lax; Path=/")
    );
    assert!(value.is_sensitive());
    assert_eq!(cookie.expires_at(), it.clock.now() + DAY);
    assert!(!format!("{cookie:?}{value:?}").contains(&text));

    let asked = it.server.asked();
    assert!(
        asked[0]
            .target
            .ends_with("/v1/projects/demo-callgate:createSessionCookie"),
        "{}",
        asked[0].target
    );
    assert_eq!(asked[0].headers["authorization"], "Bearer secret");
    let body: Value = serde_json::from_str(&asked[0].body).expect("JSON");
    assert_eq!(body, json!({"idToken": token, "validDuration": "86400"}));
}

#[tokio::test]
async fn a_tenants_user_gets_a_cookie_of_the_tenant() {
    let it = Setting::new().await;
    let token = it.issuer.token("ada").tenant("shop").sign();
    let verifier = it.issuer.verifier().tenants(["shop"]).expect("a tenant");
    let Check::Verified(user) = verifier.check(&token) else {
        panic!("a valid token");
    };
    let text = cookie(&json!({"sub": "ada", "exp": NOW + 86_400}));
    it.server.then(created(&text));
    assert!(it.create(&user).await.is_ok());
    assert!(
        it.server.asked()[0]
            .target
            .ends_with("/v1/projects/demo-callgate/tenants/shop:createSessionCookie")
    );
}

#[tokio::test]
async fn who_signed_in_longer_ago_has_to_sign_in_again() {
    let it = Setting::new().await;
    let (user, _) = it.user(Duration::from_secs(301));
    let error = it.create(&user).await.expect_err("no cookie");
    assert_eq!(error, SessionCookieError::SignedInTooLongAgo);
    assert_eq!(Denial::from(error), Denial::RecentSignInRequired);
    assert!(it.server.asked().is_empty());
}

#[tokio::test]
async fn refusals_of_the_accounts_are_the_callers_or_ours() {
    let it = Setting::new().await;
    for (reply, denial) in [
        (error(400, "USER_DISABLED"), Denial::UserDisabled),
        (error(400, "USER_NOT_FOUND"), Denial::TokenRevoked),
        (error(400, "TOKEN_EXPIRED"), Denial::TokenRevoked),
        (
            Reply::Status(503, String::new()),
            Denial::AccountsUnavailable(AccountsError::Unavailable("HTTP status 503".to_owned())),
        ),
        (
            error(400, "INVALID_DURATION"),
            Denial::AccountsUnavailable(AccountsError::Refused(
                "HTTP status 400, INVALID_DURATION".to_owned(),
            )),
        ),
    ] {
        let error = it.answered(reply).await.expect_err("no cookie");
        assert_eq!(Denial::from(error), denial);
    }
}

#[tokio::test]
async fn nonsense_is_no_cookie() {
    let it = Setting::new().await;
    let exp = NOW + 86_400;
    for answer in [
        "",
        "a.b",
        "a.b.c; Domain=example.com",
        &cookie(&json!({"sub": "eve", "exp": exp})),
        &cookie(&json!({"exp": exp})),
        &cookie(&json!({"sub": "ada"})),
        &cookie(&json!({"sub": "ada", "exp": "1"})),
        &format!("{}; x", cookie(&json!({"sub": "ada", "exp": exp}))),
    ] {
        let result = it.answered(created(answer)).await;
        assert!(
            matches!(
                result,
                Err(SessionCookieError::Accounts(AccountsError::Unavailable(_)))
            ),
            "{answer}: {result:?}"
        );
    }
    let result = it.answered(Reply::ok("{}")).await;
    assert!(matches!(result, Err(SessionCookieError::Accounts(_))));
}

#[tokio::test]
async fn a_cookie_that_browsers_would_drop_is_an_error() {
    let it = Setting::new().await;
    let long = cookie(&json!({"sub": "ada", "exp": NOW + 86_400, "x": "y".repeat(3100)}));
    let result = it.answered(created(&long)).await;
    assert!(
        matches!(
            result,
            Err(SessionCookieError::Accounts(AccountsError::Impossible(_)))
        ),
        "{result:?}"
    );
}

#[tokio::test]
async fn a_session_ends_no_later_than_it_was_asked_for() {
    let it = Setting::new().await;
    for (exp, lifetime) in [(NOW + 600, Duration::from_mins(10)), (u64::MAX, DAY)] {
        let text = cookie(&json!({"sub": "ada", "exp": exp}));
        let cookie = it.answered(created(&text)).await.expect("a cookie");
        assert_eq!(cookie.expires_at(), it.clock.now() + lifetime);
    }
}
