//! A server from the moment it listens to its orderly end.

use std::{future::Future, net::SocketAddr};

use tokio::net::TcpListener;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::{Config, connection::Connections, health::Health, listener, telemetry::Telemetry};

/// A server that listens, but does not answer yet.
pub struct Bound {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) connections: Connections,
    pub(crate) calls: TaskTracker,
    pub(crate) health: Health,
    pub(crate) config: Config,
    pub(crate) telemetry: Option<Telemetry>,
}

impl Bound {
    /// Where the server listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then drains.
    ///
    /// No connection is accepted any more, health answers `NOT_SERVING`, streams end with `UNAVAILABLE` and the reason
    /// `GOING_AWAY`, unary calls finish. It ends shortly after the last call, and after [`Limits::drain_timeout`] at the latest:
    /// who is silent by then, or has sent half a request, is cut off. Last, what is left of traces and metrics is sent, in 1.5 s at
    /// most.
    ///
    /// [`Limits::drain_timeout`]: crate::Limits::drain_timeout
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        tracing::info!(
            address = %self.address,
            project = self.config.project_id,
            services = %self.health.names(),
            reflection = self.config.reflection,
            "listening"
        );
        let following = self.health.clone();
        let following = AbortOnDropHandle::new(tokio::spawn(async move {
            following.follow().await;
        }));
        let health = self.health;
        let telemetry = &self.telemetry;
        let stopping = async move {
            // Else it could yet report them as serving.
            drop(following);
            if let Some(telemetry) = telemetry {
                telemetry.flush_soon();
            }
            health.stop().await;
        };
        listener::serve(
            self.listener,
            self.connections,
            self.calls,
            shutdown,
            stopping,
            self.config.limits.drain_timeout,
        )
        .await;
        if let Some(telemetry) = self.telemetry {
            telemetry.end().await;
        }
    }
}
