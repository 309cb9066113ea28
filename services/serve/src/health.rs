//! The gRPC health service, and its reflection: both public, and named in the policy like any other method.

use callgate::{Method, Rule, keys::KeyStore};
use futures_util::future::join_all;
use tonic_health::{ServingStatus, server::HealthReporter};

/// Public methods of services that are not ours.
pub(crate) static HEALTH: [Method; 2] = [
    Method {
        path: "/grpc.health.v1.Health/Check",
        client_streaming: false,
        server_streaming: false,
        rule: Rule::PUBLIC,
    },
    Method {
        path: "/grpc.health.v1.Health/Watch",
        client_streaming: false,
        server_streaming: true,
        rule: Rule::PUBLIC,
    },
];

/// See [`HEALTH`].
pub(crate) static REFLECTION: [Method; 1] = [Method {
    path: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    client_streaming: true,
    server_streaming: true,
    rule: Rule::PUBLIC,
}];

/// Reports how the services are. The server's own name, the empty one, is `SERVING` from the start, so that an issuer's outage
/// kills no instance; a service is, once its callers can be verified.
#[derive(Clone, Debug)]
pub(crate) struct Health {
    reporter: HealthReporter,
    services: Vec<&'static str>,
    /// What callers are verified with.
    keys: Vec<KeyStore>,
}

impl Health {
    pub(crate) async fn begin(
        reporter: HealthReporter,
        services: Vec<&'static str>,
        keys: Vec<KeyStore>,
    ) -> Self {
        let health = Self {
            reporter,
            services,
            keys,
        };
        let status = match health.keys.iter().all(KeyStore::is_ready) {
            true => ServingStatus::Serving,
            false => ServingStatus::NotServing,
        };
        health.set(status).await;
        health
    }

    /// Reports the services as serving once the keys of every issuer are there. All are fetched at the same time.
    pub(crate) async fn follow(&self) {
        if self.keys.is_empty() {
            return;
        }
        join_all(self.keys.iter().map(KeyStore::ready)).await;
        self.set(ServingStatus::Serving).await;
        tracing::info!("the keys are there: tokens can be verified");
    }

    /// Reports everything as not serving, the server itself too.
    pub(crate) async fn stop(&self) {
        self.set(ServingStatus::NotServing).await;
        self.reporter
            .set_service_status("", ServingStatus::NotServing)
            .await;
    }

    /// The names of the services, by commas.
    pub(crate) fn names(&self) -> String {
        self.services.join(",")
    }

    async fn set(&self, status: ServingStatus) {
        for service in &self.services {
            self.reporter.set_service_status(service, status).await;
        }
    }
}
