//! The channel: each call is given its credentials, and sent.

use std::{
    collections::HashMap,
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response, StatusCode};
use tonic::{Code, Status, body::Body, transport};
use tonic_types::{ErrorDetails, StatusExt};
use tower::Service;

use super::{
    acting_for::ActingFor,
    connection::Connection,
    headers::{Credentials, bearer},
};
use crate::{
    denial::ERROR_DOMAIN,
    google::{AudienceTokens, IdToken},
};

/// A channel to one service, for tonic's generated clients: [`Callee::channel`](super::Callee::channel) makes it.
#[derive(Clone)]
pub struct Channel(Arc<Inner>);

struct Inner {
    connection: Connection,
    tokens: AudienceTokens,
    behind_iam: bool,
}

type Answer = Result<Response<Body>, transport::Error>;

// === impl Channel ===

impl Channel {
    pub(super) fn new(connection: Connection, tokens: AudienceTokens, behind_iam: bool) -> Self {
        Self(Arc::new(Inner {
            connection,
            tokens,
            behind_iam,
        }))
    }
}

impl Service<Request<Body>> for Channel {
    type Response = Response<Body>;
    type Error = transport::Error;
    type Future = Pin<Box<dyn Future<Output = Answer> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // Each call waits for its connection by itself.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let inner = Arc::clone(&self.0);
        Box::pin(async move { inner.call(request).await })
    }
}

/// Shows where it leads to.
impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Channel")
            .field(self.0.connection.uri())
            .finish()
    }
}

// === impl Inner ===

impl Inner {
    async fn call(&self, mut request: Request<Body>) -> Answer {
        let acting_for = request.extensions_mut().remove::<ActingFor>();
        let (token, credentials) = match self.credentials(acting_for.as_ref()).await {
            Ok(credentials) => credentials,
            // The call does not go out.
            Err(status) => return Ok(status.into_http()),
        };
        credentials.attach(request.headers_mut());
        let mut channel = self.connection.channel();
        poll_fn(|cx| channel.poll_ready(cx)).await?;
        let response = channel.call(request).await?;
        if is_unauthenticated(&response) {
            self.tokens.reject(&token);
        }
        Ok(response)
    }

    async fn credentials(
        &self,
        acting_for: Option<&ActingFor>,
    ) -> Result<(IdToken, Credentials), Status> {
        let user = match acting_for {
            None => None,
            Some(user) => Some(
                user.token()
                    .and_then(bearer)
                    .ok_or_else(by_session_cookie)?,
            ),
        };
        let token = self.tokens.token().await.map_err(|error| {
            let callee = self.connection.uri();
            tracing::warn!(%error, %callee, "a call to another service was not made");
            no_token()
        })?;
        let own = bearer(token.secret()).ok_or_else(no_token)?;
        let credentials = Credentials {
            own,
            behind_iam: self.behind_iam,
            user,
        };
        Ok((token, credentials))
    }
}

/// Whether the callee, or IAM before it, did not accept a token. The refusals of a gate have no message, and their status in the
/// headers.
fn is_unauthenticated(response: &Response<Body>) -> bool {
    let status = response.headers().get(Status::GRPC_STATUS);
    status.is_some_and(|it| Code::from_bytes(it.as_bytes()) == Code::Unauthenticated)
        || response.status() == StatusCode::UNAUTHORIZED
}

/// With a reason, so that a caller can tell it from an outage of the other service, which may have done something.
fn no_token() -> Status {
    Status::with_error_details(
        Code::Unavailable,
        "the other service was not called: this service can get no token of its own at the moment",
        ErrorDetails::with_error_info("OWN_TOKEN_UNAVAILABLE", ERROR_DOMAIN, HashMap::new()),
    )
}

fn by_session_cookie() -> Status {
    Status::failed_precondition(
        "the other service was not called: a user who came by a session cookie cannot be forwarded",
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::{
        caller::{EndUser, EndUserClaims},
        google::IdTokens,
        outgoing::{Callee, acting_for},
    };

    fn user(session_cookie: bool) -> EndUser {
        let now = SystemTime::now();
        EndUser::verified(EndUserClaims {
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
            session_cookie,
            token: b"secret.of.ada"[..].into(),
        })
    }

    fn credentials(user: &EndUser) -> Result<Option<String>, Code> {
        let tokens = IdTokens::fixed("own").expect("a token");
        let callee = Callee::new("https://votes.example.com", "votes", &tokens);
        let Channel(inner) = callee.expect("a callee").channel();
        let mut request = acting_for(user, tonic::Request::new(()));
        let acting_for = request.extensions_mut().remove::<ActingFor>();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let credentials = runtime
            .expect("a runtime")
            .block_on(inner.credentials(acting_for.as_ref()));
        let text = |value: http::HeaderValue| value.to_str().map(str::to_owned).ok();
        match credentials {
            Ok((_, credentials)) => Ok(credentials.user.and_then(text)),
            Err(status) => Err(status.code()),
        }
    }

    #[test]
    fn a_user_is_forwarded_by_an_id_token_and_not_by_a_session_cookie() {
        assert_eq!(
            credentials(&user(false)),
            Ok(Some("Bearer secret.of.ada".to_owned()))
        );
        assert_eq!(credentials(&user(true)), Err(Code::FailedPrecondition));
    }

    #[test]
    fn whom_a_call_is_made_for_shows_no_token_in_debug() {
        let mut request = acting_for(&user(false), tonic::Request::new(()));
        let acting_for = request.extensions_mut().remove::<ActingFor>();
        let shown = format!("{acting_for:?}");
        assert!(
            shown.contains("ada") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
