//! A stand-in for Identity-Aware Proxy: it takes internal users' word for who they are, and says so to the services as IAP does.

mod cookie;
mod person;
mod sign_in;

use std::{fmt, sync::Arc};

use axum::Router;
use cookie::SignedIn;
use http::{HeaderName, HeaderValue, Method, request::Parts};
pub(crate) use person::Person;

use crate::{
    Identity,
    jwt::{self, Period},
    keys::Issuer,
};

/// How long an assertion lives, in seconds.
pub(crate) const LIFETIME: u64 = 10 * 60;

/// What every header that IAP answers for begins with.
const RESERVED: &str = "x-goog-";

const ASSERTION: HeaderName = HeaderName::from_static("x-goog-iap-jwt-assertion");
const USER_EMAIL: HeaderName = HeaderName::from_static("x-goog-authenticated-user-email");
const USER_ID: HeaderName = HeaderName::from_static("x-goog-authenticated-user-id");

/// Stands in front of a service as Identity-Aware Proxy does. Cloning is cheap.
///
/// Whoever serves it lets every request pass [`stamp`](Self::stamp), sends browsers to [`sign_in_redirect`](Self::sign_in_redirect)
/// and adds its [`router`](Self::router). It lets everybody on: without a user the service gets no assertion, and refuses by itself.
///
/// ```no_run
/// # fn run(identity: callgate_identity::Identity, request: http::Request<()>) {
/// let audience = "/projects/123456789012/locations/local/services/admin";
/// let iap = identity.iap(audience, |path| path.starts_with("/admin/"));
///
/// let (mut head, body) = request.into_parts();
/// if let Some(path) = iap.sign_in_redirect(&head) {
///     // Answer 302 with this as `location`.
/// }
/// iap.stamp(&mut head);
/// # }
/// ```
#[derive(Clone)]
pub struct IapStandIn(Arc<Inner>);

struct Inner {
    identity: Identity,
    audience: String,
    protects: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Identity {
    /// Identity-Aware Proxy in front of the service of this audience, for the paths that `protects` names.
    ///
    /// The first audience that is given is also that of the assertions minted without one.
    pub fn iap(
        &self,
        audience: impl Into<String>,
        protects: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> IapStandIn {
        let audience = audience.into();
        let _ = self.0.iap_audience.set(audience.clone());
        IapStandIn(Arc::new(Inner {
            identity: self.clone(),
            audience,
            protects: Box::new(protects),
        }))
    }

    /// What IAP says of someone to the service of this audience.
    pub(crate) fn iap_assertion(
        &self,
        person: &Person,
        audience: &str,
        auth_time: u64,
        period: Period,
    ) -> Result<String, crate::error::ApiError> {
        let claims = person.claims(self.project(), audience, auth_time, period);
        jwt::sign(&self.keys(Issuer::Iap), claims)
    }
}

impl IapStandIn {
    /// What IAP does to a request before it lets it on: every `x-goog-` header of the client is gone, on every path; on those that
    /// it protects, whoever is signed in is named by a new assertion.
    pub fn stamp(&self, head: &mut Parts) {
        let forged: Vec<HeaderName> = head
            .headers
            .keys()
            .filter(|name| name.as_str().starts_with(RESERVED))
            .cloned()
            .collect();
        for name in forged {
            head.headers.remove(name);
        }
        if !(self.0.protects)(head.uri.path()) {
            return;
        }
        let Some(signed_in) = self.signed_in(head) else {
            return;
        };
        let (identity, person) = (&self.0.identity, &signed_in.person);
        let period = Period::starting(identity.now(), LIFETIME);
        let assertion = identity.iap_assertion(person, &self.0.audience, signed_in.since, period);
        let project = identity.project();
        let values = [
            (ASSERTION, assertion.ok()),
            (USER_EMAIL, Some(person.header_email(project))),
            (USER_ID, Some(person.subject(project))),
        ];
        for (name, value) in values {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                head.headers.insert(name, value);
            }
        }
    }

    /// Whether the request brings the cookie of someone who is signed in.
    pub fn is_signed_in(&self, head: &Parts) -> bool {
        self.signed_in(head).is_some()
    }

    /// Where to send a browser that asks for a protected page while nobody is signed in: to the sign-in page, and from there back.
    pub fn sign_in_redirect(&self, head: &Parts) -> Option<String> {
        let asks = head.method == Method::GET && (self.0.protects)(head.uri.path());
        if !asks || self.is_signed_in(head) {
            return None;
        }
        let back = head.uri.path_and_query().map_or("/", |path| path.as_str());
        Some(sign_in::address(back))
    }

    /// The sign-in page and what it calls, all below `/_gcp_iap/`.
    ///
    /// Whoever serves it must refuse a foreign `Host`.
    pub fn router(&self) -> Router {
        sign_in::router(self.clone())
    }

    fn signed_in(&self, head: &Parts) -> Option<SignedIn> {
        let identity = &self.0.identity;
        cookie::read(&identity.0.iap_cookies, &head.headers, identity.now())
    }
}

impl fmt::Debug for IapStandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IapStandIn")
            .field("audience", &self.0.audience)
            .finish_non_exhaustive()
    }
}
