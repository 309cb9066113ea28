//! The gate as a layer: what all its services share.

use std::{sync::Arc, time::Duration};

use tower::Layer;

use super::{
    end_users::EndUsers, origin::Origins, revocation::Revocation, service::Gate, streams::Streams,
};
use crate::{
    clock::Clock,
    policy::Policy,
    verify::{AppCheckVerifier, IapVerifier, ServiceAccountVerifier, SessionCookieVerifier},
};

/// Puts a [`Gate`] in front of a service. All clones are one gate: they share keys and limits.
#[derive(Clone, Debug)]
pub struct GateLayer {
    pub(super) shared: Arc<Shared>,
}

/// What all services behind one gate share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) policy: Policy,
    pub(super) end_users: Option<EndUsers>,
    pub(super) session_cookies: Option<SessionCookieVerifier>,
    pub(super) internal_users: Option<IapVerifier>,
    pub(super) service_accounts: Option<ServiceAccountVerifier>,
    pub(super) apps: Option<AppCheckVerifier>,
    pub(super) origins: Origins,
    /// There where a rule asks for it.
    pub(super) revocation: Option<Revocation>,
    pub(super) clock: Clock,
    pub(super) streams: Streams,
    pub(super) unary_body_timeout: Duration,
    /// Whether the responses say who was let through.
    pub(super) report_admitted: bool,
}

impl GateLayer {
    /// How many server streams are open, of those that [`max_open_streams`](super::GateBuilder::max_open_streams) allows.
    pub fn open_streams(&self) -> usize {
        self.shared.streams.count()
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate::new(inner, self.shared.clone())
    }
}
