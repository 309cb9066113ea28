//! Where a call enters, and where it is refused.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{
    HeaderValue, Method as HttpMethod, Request, Response, StatusCode, header::CONTENT_TYPE,
};
use tonic::body::Body;
use tower::Service;

use super::{
    body::{Limit, RequestBody},
    credentials::{self, END_USER_AUTHORIZATION},
    deadline::Deadline,
    future::{Admission, GateFuture},
    judge,
    layer::Shared,
};
use crate::{
    caller::EndUser,
    denial::Denial,
    permit::{Caller, Permit},
    policy::Method,
    rule::{EndUserRule, Rule},
    verify::Check,
};

/// A service behind the gate. [`GateLayer`](super::GateLayer) makes it.
#[derive(Clone, Debug)]
pub struct Gate<S> {
    inner: S,
    shared: Arc<Shared>,
}

/// In the extensions of the response to an admitted call, for the log line: which method, and who called.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The method that was called.
    pub method: &'static Method,
    /// The verified end user, where the rule asked for one.
    pub end_user: Option<EndUser>,
}

/// What is known of the caller before anything is waited for.
enum Authentication {
    /// The rule is met.
    Permitted(Caller),
    /// The verifier has to wait for keys to judge this token.
    Waits { token: String, rule: EndUserRule },
}

impl<S> Gate<S> {
    pub(super) fn new(inner: S, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }
}

impl<S, B, R> Service<Request<B>> for Gate<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<R>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = GateFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if !is_grpc(&request) {
            return GateFuture::refused(not_grpc());
        }
        let Some(method) = self.shared.policy.method(request.uri().path()) else {
            return GateFuture::denied(&Denial::MethodUnknown);
        };
        match self.shared.authenticate(method, &request) {
            Err(denial) => GateFuture::denied(&denial),
            Ok(Authentication::Permitted(caller)) => {
                match self.shared.admit(&mut self.inner, method, caller, request) {
                    Ok(admission) => GateFuture::admitted(admission),
                    Err(denial) => GateFuture::denied(&denial),
                }
            }
            Ok(Authentication::Waits { token, rule }) => {
                // The clone has not been polled ready: it stays behind, and this call takes the one that has.
                let clone = self.inner.clone();
                let mut inner = std::mem::replace(&mut self.inner, clone);
                let shared = self.shared.clone();
                GateFuture::verifying(async move {
                    let caller = shared.verify(&token, &rule).await?;
                    shared.admit(&mut inner, method, caller, request)
                })
            }
        }
    }
}

// === impl Shared ===

impl Shared {
    /// Reads the credentials that the rule asks for, and no others (G6), and judges them as far as that needs no waiting.
    fn authenticate<B>(
        &self,
        method: &Method,
        request: &Request<B>,
    ) -> Result<Authentication, Denial> {
        let callers = match &method.rule {
            Rule::Public => return Ok(Authentication::Permitted(Caller::Unknown)),
            Rule::Callers(callers) => callers,
        };
        if request.headers().contains_key(END_USER_AUTHORIZATION) {
            return Err(Denial::CallerNotAllowed(
                "a user's token was forwarded to a method that does not act for users",
            ));
        }
        // `GateBuilder::build` made sure that there is a verifier wherever a rule admits end users.
        let (Some(rule), Some(verifier)) = (&callers.end_user, &self.end_users) else {
            return Err(Denial::CallerNotAllowed("the rule admits nobody"));
        };
        let Some(token) = credentials::bearer(request.headers())? else {
            return if rule.may_be_absent {
                Ok(Authentication::Permitted(Caller::Unknown))
            } else {
                Err(Denial::TokenMissing)
            };
        };
        match verifier.check(token) {
            Check::Verified(user) => self.judge(rule, user).map(Authentication::Permitted),
            Check::Refused(denial) => Err(denial),
            Check::Wait => Ok(Authentication::Waits {
                token: token.to_owned(),
                rule: *rule,
            }),
        }
    }

    /// Verifies a token that [`Shared::authenticate`] could not judge at once.
    async fn verify(&self, token: &str, rule: &EndUserRule) -> Result<Caller, Denial> {
        let verifier = self
            .end_users
            .as_ref()
            .ok_or(Denial::CallerNotAllowed("the rule admits nobody"))?;
        let user = verifier.verify(token).await?;
        self.judge(rule, user)
    }

    fn judge(&self, rule: &EndUserRule, user: EndUser) -> Result<Caller, Denial> {
        judge::end_user(rule, &user, self.clock.now())?;
        Ok(Caller::EndUser(user))
    }

    /// Lets a call through: without its credentials, with a permit, and for no longer than its token lives.
    fn admit<S, B>(
        &self,
        inner: &mut S,
        method: &'static Method,
        caller: Caller,
        mut request: Request<B>,
    ) -> Result<Admission<S::Future>, Denial>
    where
        S: Service<Request<RequestBody<B>>>,
    {
        let place = match method.server_streaming {
            true => Some(self.streams.open()?),
            false => None,
        };
        let end_user = match &caller {
            Caller::EndUser(user) => Some(user.clone()),
            Caller::Unknown => None,
        };
        let until = || {
            let expires_at = end_user.as_ref()?.expires_at();
            Some(Deadline::new(expires_at, self.clock.clone()))
        };
        let limit = if method.client_streaming {
            until().map_or(Limit::None, Limit::Token)
        } else {
            Limit::Arrival {
                within: self.unary_body_timeout,
                clock: self.clock.clone(),
                deadline: None,
            }
        };
        let until = if method.streams() { until() } else { None };

        credentials::strip(request.headers_mut());
        if method.rule != Rule::Public {
            request.extensions_mut().insert(Permit { method, caller });
        }
        Ok(Admission {
            future: inner.call(request.map(|body| RequestBody::new(body, limit))),
            until,
            place,
            streams: method.server_streaming,
            admitted: Some(Admitted { method, end_user }),
        })
    }
}

/// Whether a request is gRPC at all (G1). Over HTTP/2 tonic itself checks neither, and a page elsewhere may send a framed call
/// as `text/plain` without asking first.
fn is_grpc<B>(request: &Request<B>) -> bool {
    let mut content_types = request.headers().get_all(CONTENT_TYPE).iter();
    request.method() == HttpMethod::POST
        && content_types
            .next()
            .is_some_and(|t| t == "application/grpc" || t == "application/grpc+proto")
        && content_types.next().is_none()
}

fn not_grpc() -> Response<Body> {
    let mut response = Response::new(Body::new(String::from(
        "This is a gRPC method: call it by POST as application/grpc or application/grpc-web+proto.\n",
    )));
    *response.status_mut() = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}
