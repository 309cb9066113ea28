//! Who makes a call, and whether the rule admits them.
//!
//! All of it is one function, told whether it may wait. Nearly every call is judged at once, by keys and answers that are there;
//! only the few others are put in a box and judged anew, with the patience to fetch what is missing.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
    time::SystemTime,
};

use super::{
    credentials::{Headers, read},
    kind::Kind,
    layer::Shared,
    patience::{Patience, Refusal},
};
use crate::{
    caller::{Caller, OnBehalfOf},
    denial::Denial,
    policy::Method,
    rule::Callers,
};

/// Who calls, as the rule demands.
pub(super) struct Authenticated {
    pub(super) caller: Caller,
    /// When the token of the app ends, where the rule asks for one.
    app_expires_at: Option<SystemTime>,
}

// === impl Authenticated ===

impl Authenticated {
    /// When the first of the tokens that were read ends. `None`: none was.
    pub(super) fn until(&self) -> Option<SystemTime> {
        let ends = [self.caller.expires_at(), self.app_expires_at];
        ends.into_iter().flatten().min()
    }
}

// === impl Shared ===

impl Shared {
    /// Judges a call by what is there.
    pub(super) fn authenticate_at_once(
        &self,
        method: &'static Method,
        headers: &Headers<'_>,
    ) -> Result<Authenticated, Refusal> {
        let judged = pin!(self.authenticate(method, headers, Patience::AtOnce));
        match judged.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(verdict) => verdict,
            // It does not come to this: without patience, nothing is waited for.
            Poll::Pending => Err(Refusal::MustWait),
        }
    }

    /// Judges a call, and fetches what is missing for that.
    pub(super) async fn authenticate_patiently(
        &self,
        method: &'static Method,
        headers: &Headers<'_>,
    ) -> Result<Authenticated, Denial> {
        match self.authenticate(method, headers, Patience::Wait).await {
            Ok(authenticated) => Ok(authenticated),
            Err(Refusal::Denied(denial)) => Err(denial),
            // It does not come to this either.
            Err(Refusal::MustWait) => Err(nobody()),
        }
    }

    /// Reads the credentials that the rule asks for, and no others (G6), and judges them.
    async fn authenticate(
        &self,
        method: &'static Method,
        headers: &Headers<'_>,
        patience: Patience,
    ) -> Result<Authenticated, Refusal> {
        let app = match &method.rule.app_check {
            Some(rule) => Some(self.app(rule, headers, patience).await?),
            None => None,
        };
        let caller = match method.rule.callers() {
            None => Caller::Unknown,
            Some(callers) => self.caller(callers, headers, patience).await?,
        };
        // Last, so that a call that is refused uses up no token.
        if let (Some(rule), Some(app)) = (&method.rule.app_check, &app)
            && rule.consume
        {
            patience.wait()?;
            self.apps
                .as_ref()
                .ok_or_else(nobody)?
                .consume(app.token)
                .await?;
        }
        Ok(Authenticated {
            caller,
            app_expires_at: app.map(|app| app.expires_at),
        })
    }

    /// The one caller that the call brings proof of. `authorization` says who calls; the session cookie only where there is none.
    async fn caller(
        &self,
        callers: &'static Callers,
        headers: &Headers<'_>,
        patience: Patience,
    ) -> Result<Caller, Refusal> {
        let acts_for = callers
            .service_account
            .as_ref()
            .and_then(|it| it.on_behalf_of.as_ref());
        let forwarded = !headers.end_user_authorization.is_empty();
        if forwarded && acts_for.is_none() {
            return Err(forwarded_for_nothing().into());
        }
        let bearer = match callers.end_user.is_some() || callers.service_account.is_some() {
            true => read::bearer(headers)?,
            false => None,
        };
        let assertion = match &callers.internal_user {
            Some(rule) => read::assertion(headers)?.map(|assertion| (rule, assertion)),
            None => None,
        };
        let cookie = match &callers.end_user {
            Some(rule) if rule.session_cookie && bearer.is_none() => {
                read::session_cookie(headers)?.map(|cookie| (rule, cookie))
            }
            _ => None,
        };
        match (bearer, assertion, cookie) {
            (Some(token), None, _) => self.bearer(callers, token, headers, patience).await,
            // A user's token acts for the user only beside a service's (G12).
            (None, Some(_), _) | (None, None, Some(_)) if forwarded => {
                Err(forwarded_for_nothing().into())
            }
            (None, Some((rule, assertion)), None) => {
                let user = self.internal_user(rule, assertion, patience).await?;
                self.origins.check(headers.all)?;
                Ok(Caller::InternalUser(user))
            }
            (None, None, Some((rule, cookie))) => {
                let user = self.session(rule, cookie, patience).await?;
                self.origins.check(headers.all)?;
                Ok(Caller::EndUser(user))
            }
            (None, None, None)
                if !forwarded && callers.end_user.is_some_and(|rule| rule.may_be_absent) =>
            {
                Ok(Caller::Unknown)
            }
            (None, None, None) => Err(Denial::TokenMissing.into()),
            (Some(_), Some(_), _) | (None, Some(_), Some(_)) => Err(Denial::CallerNotAllowed(
                "it is ambiguous who calls: the call brings an assertion of IAP and another token",
            )
            .into()),
        }
    }

    /// Whoever the token in `authorization` proves.
    async fn bearer(
        &self,
        callers: &'static Callers,
        token: &[u8],
        headers: &Headers<'_>,
        patience: Patience,
    ) -> Result<Caller, Refusal> {
        match (
            kind_to_verify(callers, token)?,
            &callers.end_user,
            &callers.service_account,
        ) {
            (Kind::ServiceAccount, _, Some(rule)) => {
                let service = self.service_account(rule, token, patience).await;
                let service = service
                    .map_err(|refusal| of_another_kind(refusal, token, Kind::ServiceAccount))?;
                let Some(user_rule) = &rule.on_behalf_of else {
                    return Ok(Caller::ServiceAccount(service));
                };
                let Some(forwarded) = read::end_user_bearer(headers)? else {
                    return Err(Denial::TokenMissing.into());
                };
                let user = self.end_user(user_rule, forwarded, patience).await?;
                Ok(Caller::OnBehalfOf(OnBehalfOf { service, user }))
            }
            (Kind::IdToken | Kind::SessionCookie, Some(_), _)
                if !headers.end_user_authorization.is_empty() =>
            {
                Err(forwarded_for_nothing().into())
            }
            (Kind::IdToken, Some(rule), _) => {
                let user = self.end_user(rule, token, patience).await;
                user.map(Caller::EndUser)
                    .map_err(|refusal| of_another_kind(refusal, token, Kind::IdToken))
            }
            (Kind::SessionCookie, Some(rule), _) if rule.session_cookie => self
                .session(rule, token, patience)
                .await
                .map(Caller::EndUser),
            (kind, ..) => Err(Denial::CallerNotAllowed(kind.caller()).into()),
        }
    }
}

/// As what kind to verify the token in `authorization`: the only one that the rule reads there, or the one that it says it is.
fn kind_to_verify(callers: &Callers, token: &[u8]) -> Result<Kind, Denial> {
    match (&callers.end_user, &callers.service_account) {
        (Some(rule), None) if !rule.session_cookie => Ok(Kind::IdToken),
        (None, _) => Ok(Kind::ServiceAccount),
        (Some(_), _) => Kind::of(token),
    }
}

/// What does not verify as one kind, but says it is another one, is told to be a caller whom the rule does not name.
fn of_another_kind(refusal: Refusal, token: &[u8], expected: Kind) -> Refusal {
    match (&refusal, Kind::of(token)) {
        (Refusal::Denied(Denial::TokenInvalid(_)), Ok(kind)) if kind != expected => {
            Denial::CallerNotAllowed(kind.caller()).into()
        }
        _ => refusal,
    }
}

fn forwarded_for_nothing() -> Denial {
    Denial::CallerNotAllowed("a user's token was forwarded to a method that does not act for users")
}

/// `GateBuilder::build` made sure that there is a verifier wherever a rule needs one. If there ever is not, nobody passes.
pub(super) fn nobody() -> Denial {
    Denial::CallerNotAllowed("the rule admits nobody")
}
