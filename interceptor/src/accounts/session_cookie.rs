//! Session cookies: a session in the browser that outlives the ID token, and that no script can read.

mod error;
mod lifetime;

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderValue;
use serde::{Deserialize, Serialize};

use super::{Accounts, AccountsError, call::Caller};
use crate::{caller::EndUser, json::parse_object, token::Parts};

pub use error::SessionCookieError;
pub use lifetime::{InvalidSessionLifetime, SessionLifetime};

/// Longer ago than this, a sign-in begins no session (G10): whoever has stolen an ID token must not get two weeks out of it.
const MAX_SIGN_IN_AGE: Duration = Duration::from_mins(5);

/// Browsers drop a cookie of which name and value have more bytes together (RFC 6265bis, section 5.6), and tell nobody.
const MAX_COOKIE: usize = 4096;

/// The name that Firebase Hosting lets through, and the gate looks for.
const NAME: &str = "__session";

/// How browsers are to treat the cookie (G10).
const ATTRIBUTES: &str = "HttpOnly; Secure; SameSite=Lax; Path=/";

/// A Firebase session cookie, which is a secret: `Debug` does not show it.
///
/// ```no_run
/// use std::time::Duration;
///
/// use callgate::{
///     Denial, EndUser,
///     accounts::{Accounts, SessionCookie, SessionLifetime},
/// };
/// use http::header::SET_COOKIE;
/// use tonic::{Response, Status};
///
/// /// For a method whose rule is `end_user: { signed_in_within: { seconds: 300 } }`.
/// async fn sign_in(accounts: &Accounts, user: EndUser) -> Result<Response<()>, Status> {
///     let lifetime = SessionLifetime::new(Duration::from_hours(24))
///         .map_err(|error| Status::invalid_argument(error.to_string()))?;
///     let cookie = accounts
///         .create_session_cookie(&user, lifetime)
///         .await
///         .map_err(|error| Denial::from(error).status())?;
///     let mut response = Response::new(());
///     response.metadata_mut().as_mut().insert(SET_COOKIE, cookie.header_value());
///     Ok(response)
/// }
///
/// /// For a public method.
/// async fn sign_out() -> Response<()> {
///     let mut response = Response::new(());
///     response.metadata_mut().as_mut().insert(SET_COOKIE, SessionCookie::removal());
///     response
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie {
    text: Box<str>,
    lifetime: SessionLifetime,
    expires_at: SystemTime,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest<'a> {
    id_token: &'a str,
    /// Seconds; protobuf's JSON writes an int64 as a string.
    valid_duration: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateResponse {
    session_cookie: String,
}

/// What of the cookie is looked at. It is the gate that verifies it, when it comes back.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: u64,
}

// === impl Accounts ===

impl Accounts {
    /// Begins a session of a user who has just signed in: a cookie that is good for so long, wherever a rule has `session_cookie`.
    ///
    /// # Errors
    ///
    /// Where the user signed in more than 5 minutes ago or came by a session cookie, and where the accounts do not make one.
    pub async fn create_session_cookie(
        &self,
        user: &EndUser,
        lifetime: SessionLifetime,
    ) -> Result<SessionCookie, SessionCookieError> {
        create(&self.0, user, lifetime).await
    }
}

async fn create(
    caller: &Caller,
    user: &EndUser,
    lifetime: SessionLifetime,
) -> Result<SessionCookie, SessionCookieError> {
    if user.by_session_cookie() {
        return Err(SessionCookieError::NotByIdToken);
    }
    let now = caller.clock.now();
    // A sign-in in the future is one of a moment ago: clocks differ, and the verifier has judged by how much.
    let age = now.duration_since(user.signed_in_at()).unwrap_or_default();
    if age > MAX_SIGN_IN_AGE {
        return Err(SessionCookieError::SignedInTooLongAgo);
    }
    let request = CreateRequest {
        id_token: user.token(),
        valid_duration: lifetime.duration().as_secs().to_string(),
    };
    let answer = caller
        .post(":createSessionCookie", user.id().tenant, &request)
        .await
        .map_err(|error| SessionCookieError::of(error.of_reading()))?;
    let cookie = SessionCookie::read(&answer, user, lifetime, now);
    cookie.map_err(SessionCookieError::Accounts)
}

// === impl SessionCookie ===

impl SessionCookie {
    fn read(
        answer: &[u8],
        user: &EndUser,
        lifetime: SessionLifetime,
        now: SystemTime,
    ) -> Result<Self, AccountsError> {
        let nonsense = |words: &str| AccountsError::Unavailable(words.to_owned());
        let CreateResponse { session_cookie } =
            parse_object(answer).map_err(AccountsError::Unavailable)?;
        // What is split has three parts of base64url, none of which could end the cookie's value.
        let parts = Parts::split(&session_cookie)
            .map_err(|_| nonsense("the session cookie is no JSON web token"))?;
        let claims: Claims = parse_object(&parts.payload).map_err(AccountsError::Unavailable)?;
        if claims.sub != user.id().uid {
            return Err(nonsense("the session cookie is another account's"));
        }
        if NAME.len() + session_cookie.len() > MAX_COOKIE {
            return Err(AccountsError::Impossible(
                "the session cookie would have more than 4,096 bytes, the most that browsers keep: the account has too many \
                 custom claims"
                    .to_owned(),
            ));
        }
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let left = Duration::from_secs(claims.exp).saturating_sub(since_epoch);
        Ok(Self {
            text: session_cookie.into(),
            lifetime,
            expires_at: now + left.min(lifetime.duration()),
        })
    }

    /// The value of a `set-cookie` header that has the browser keep the cookie, for as long as it is good. Marked as sensitive.
    pub fn header_value(&self) -> HeaderValue {
        set_cookie(&self.text, self.lifetime.duration())
    }

    /// The value of a `set-cookie` header that has the browser forget its session cookie. A copy of the cookie still counts:
    /// [`Accounts::revoke`] ends that.
    pub fn removal() -> HeaderValue {
        set_cookie("", Duration::ZERO)
    }

    /// When the session ends, if it is not ended before.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionCookie(..)")
    }
}

fn set_cookie(text: &str, max_age: Duration) -> HeaderValue {
    let cookie = format!("{NAME}={text}; Max-Age={}; {ATTRIBUTES}", max_age.as_secs());
    #[expect(
        clippy::expect_used,
        reason = "the text is a token taken apart before, and all else is constant or a number"
    )]
    let mut value = HeaderValue::try_from(cookie).expect("visible ASCII");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::denial::Denial;

    #[test]
    fn a_session_cookie_does_not_beget_another() {
        let now = SystemTime::now();
        let user = EndUser::verified(crate::caller::EndUserClaims {
            uid: "ada".into(),
            tenant: None,
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
            expires_at: now + Duration::from_hours(1),
            session_cookie: true,
            token: b"a.b.c"[..].into(),
        });
        let credentials = crate::google::Credentials::fixed("secret").expect("a token");
        let accounts = Accounts::new("my-project", credentials).expect("a project");
        let lifetime = SessionLifetime::new(Duration::from_hours(1)).expect("a lifetime");
        let error = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(accounts.create_session_cookie(&user, lifetime))
            .expect_err("no cookie");
        assert_eq!(error, SessionCookieError::NotByIdToken);
        assert_eq!(Denial::from(error), Denial::RecentSignInRequired);
    }

    #[test]
    fn signing_out_removes_the_cookie_that_signing_in_made() {
        assert_eq!(
            SessionCookie::removal(),
            "__session=; Max-Age=0; HttpOnly; Secure; SameSite=Lax; Path=/"
        );
    }
}
