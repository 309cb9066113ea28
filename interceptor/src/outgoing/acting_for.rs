//! Whom a call is made for.

use tonic::Request;

use crate::caller::EndUser;

/// The user whom a call is made for, beside the request. Nobody else can make one.
#[derive(Clone, Debug)]
pub(super) struct ActingFor(EndUser);

/// The same request, made for this user: it carries the user's own token, so that the callee sees for itself who that is.
///
/// Nothing else forwards a user. A rule of the callee has to ask for one, by `service_account: { on_behalf_of: {} }`; elsewhere
/// the user's token is refused. A user who came by a session cookie cannot be forwarded: the call fails with
/// `FAILED_PRECONDITION` and is not made, since a cookie is far longer valid than any service should hold it.
///
/// The channel has to be one of [`Callee::channel`](super::Callee::channel): with any other, the call is made for nobody.
///
/// ```
/// use callgate::{EndUser, outgoing::acting_for};
/// use tonic::Request;
///
/// fn on_behalf_of<T>(user: &EndUser, message: T) -> Request<T> {
///     acting_for(user, Request::new(message))
/// }
/// ```
#[must_use]
pub fn acting_for<T>(user: &EndUser, mut request: Request<T>) -> Request<T> {
    request.extensions_mut().insert(ActingFor(user.clone()));
    request
}

// === impl ActingFor ===

impl ActingFor {
    /// The token of the user. `None` where it is a session cookie.
    pub(super) fn token(&self) -> Option<&str> {
        (!self.0.by_session_cookie()).then(|| self.0.token())
    }
}
