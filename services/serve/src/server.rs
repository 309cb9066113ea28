//! Putting a server together.

use std::{convert::Infallible, sync::Arc};

use axum::{Router, response::IntoResponse};
use callgate::{
    Clock, FirebaseVerifier, Gate, HasPolicy, IapVerifier, Policy, ServiceAccountVerifier,
    SessionCookieVerifier, accounts::Accounts,
};
use http::{Request, StatusCode};
use tokio::net::TcpListener;
use tokio_util::task::TaskTracker;
use tonic::{
    body::Body,
    server::NamedService,
    service::{Routes, RoutesBuilder},
};
use tower::Service;

use crate::{
    Bound, Config, ServeError,
    connection::Connections,
    cors::{self, Origins},
    front::Front,
    health::{HEALTH, Health, REFLECTION},
    hosts::Hosts,
    logs,
    proxy::Proxy,
    signal,
    telemetry::{Pool, PoolUse, Sources, Telemetry},
    trace::TraceLayer,
    verifiers::{Needs, Verifiers},
};

/// A server of gated services, in the making.
pub struct Server {
    config: Config,
    routes: RoutesBuilder,
    policy: Policy,
    services: Vec<&'static str>,
    descriptors: Vec<&'static [u8]>,
    web: Option<Router>,
    verifiers: Verifiers,
    accounts: Option<Accounts>,
    hosts: Hosts,
    proxy: Proxy,
    pools: Vec<Pool>,
    clock: Clock,
}

impl Server {
    /// Begins a server with this configuration.
    ///
    /// # Errors
    ///
    /// Where what weakens verification is configured in production, or beside a real project.
    pub fn new(config: Config) -> Result<Self, ServeError> {
        config.check()?;
        Ok(Self {
            config,
            routes: RoutesBuilder::default(),
            policy: Policy::default(),
            services: Vec::new(),
            descriptors: Vec::new(),
            web: None,
            verifiers: Verifiers::default(),
            accounts: None,
            hosts: Hosts::default(),
            proxy: Proxy::default(),
            pools: Vec::new(),
            clock: Clock::system(),
        })
    }

    /// Serves this service too: what `callgate-build` generated as `.._gate::server(..)`.
    ///
    /// It is tonic's own server, so that the limit on a message's size, 4 MiB unless it says otherwise, is the service's to set:
    /// `.._gate::server(handler).max_decoding_message_size(config.limits.message_size)`.
    ///
    /// # Panics
    ///
    /// Where a service of the same name is served already.
    #[must_use]
    pub fn service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Error = Infallible>
            + NamedService
            + HasPolicy
            + Clone
            + Send
            + Sync
            + 'static,
        S::Response: IntoResponse,
        S::Future: Send + 'static,
    {
        self.policy = self.policy.and(S::METHODS);
        self.services.push(S::NAME);
        self.routes.add_service(service);
        self
    }

    /// Answers reflection with these descriptors, where reflection is on: what `callgate-build` wrote, options included. It knows of
    /// health, and of the details of refusals (`google.rpc`), by itself.
    #[must_use]
    pub fn file_descriptor_set(mut self, encoded: &'static [u8]) -> Self {
        self.descriptors.push(encoded);
        self
    }

    /// Hands everything that is not an RPC to this router. Without it, that is answered with 404.
    #[must_use]
    pub fn web(mut self, pages: Router) -> Self {
        self.web = Some(pages);
        self
    }

    /// Answers only requests to these names, each with its port, such as `localhost:8080`: others get HTTP 421. It is what keeps
    /// pages elsewhere from a server on loopback.
    #[must_use]
    pub fn only_hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.hosts = Hosts::only(hosts);
        self
    }

    /// Lets `proxy` change the head of each request before anything looks at it, as a proxy in front would: for a stand-in of
    /// Identity-Aware Proxy on one machine.
    #[must_use]
    pub fn behind(
        mut self,
        proxy: impl Fn(&mut http::request::Parts) + Send + Sync + 'static,
    ) -> Self {
        self.proxy = Proxy::new(proxy);
        self
    }

    /// Tells of a pool of connections to a database in the metrics, by this name. `ask` is called whenever metrics are sent, and
    /// should neither wait nor panic.
    #[must_use]
    pub fn database_pool(
        mut self,
        name: &'static str,
        ask: impl Fn() -> PoolUse + Send + Sync + 'static,
    ) -> Self {
        let ask = Arc::new(ask);
        self.pools.push(Pool { name, ask });
        self
    }

    /// Verifies end users with this verifier, and not with the one that the configuration describes.
    #[must_use]
    pub fn end_users(mut self, verifier: FirebaseVerifier) -> Self {
        self.verifiers.end_users = Some(verifier);
        self
    }

    /// Verifies session cookies with this verifier, and not with the one that the configuration describes.
    #[must_use]
    pub fn session_cookies(mut self, verifier: SessionCookieVerifier) -> Self {
        self.verifiers.session_cookies = Some(verifier);
        self
    }

    /// Verifies internal users with this verifier, and not with the one that the configuration describes.
    #[must_use]
    pub fn internal_users(mut self, verifier: IapVerifier) -> Self {
        self.verifiers.internal_users = Some(verifier);
        self
    }

    /// Verifies service accounts with this verifier, and not with the one that the configuration describes.
    #[must_use]
    pub fn service_accounts(mut self, verifier: ServiceAccountVerifier) -> Self {
        self.verifiers.service_accounts = Some(verifier);
        self
    }

    /// Asks these accounts where a rule has `revocation_checked_within`, and not those that the configuration describes.
    #[must_use]
    pub fn accounts(mut self, accounts: Accounts) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Has the gate take the time from this clock: for tests of what ends with a token, which need not wait for it then. The
    /// verifiers given to [`Server::end_users`] and the like should have the same clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Listens, serves until SIGTERM or ctrl-c, and drains: what `main` ends with.
    ///
    /// # Errors
    ///
    /// Where the server does not start. Once it serves, it does not fail.
    pub async fn run(self) -> Result<(), ServeError> {
        logs::init(&self.config)?;
        // Listened for first, so that a signal during the start is not lost.
        let stop = signal::stop().map_err(ServeError::Signals)?;
        let bound = self.bind().await?;
        bound.serve(stop).await;
        Ok(())
    }

    /// Listens on the configured address. Calls wait until [`Bound::serve`].
    ///
    /// ```
    /// use callgate_serve::{Config, Server};
    ///
    /// # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
    /// let config = Config::try_parse_from(["greeter", "--project-id", "demo-greeter", "--port", "0"])?;
    /// let bound = Server::new(config)?.bind().await?; // .service(..), as in `main`
    /// let url = format!("http://{}", bound.local_addr());
    /// bound.serve(async { /* whatever a test does with the URL */ }).await;
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Where a rule needs what is not configured, a descriptor set cannot be read, or the address is taken.
    pub async fn bind(mut self) -> Result<Bound, ServeError> {
        let needs = Needs::of(&self.policy);
        self.verifiers.complete(needs, &mut self.config).await?;
        let accounts = match self.accounts.take() {
            None if needs.accounts => Some(self.config.accounts().await?),
            accounts => accounts,
        };

        let (reporter, health) = tonic_health::server::health_reporter();
        let limit = self.config.limits.message_size;
        self.routes
            .add_service(health.max_decoding_message_size(limit));
        self.policy = self.policy.and(&HEALTH);
        if self.config.reflection {
            let mut reflection = tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
            for descriptors in self.descriptors {
                reflection = reflection.register_encoded_file_descriptor_set(descriptors);
            }
            // What refusals are explained with, so that those who go by reflection can read them, grpcurl among them.
            reflection = reflection
                .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET);
            self.routes
                .add_service(reflection.build_v1()?.max_decoding_message_size(limit));
            self.policy = self.policy.and(&REFLECTION);
        }

        let origins = self.config.origins();
        let gate = Gate::builder(self.policy.clone())
            .report_admitted()
            .clock(self.clock)
            .max_open_streams(self.config.limits.open_streams)
            .unary_body_timeout(self.config.limits.unary_body_timeout)
            .origins(origins.iter().filter_map(|origin| origin.to_str().ok()))?;
        let mut gate = self.verifiers.give(gate);
        if let Some(accounts) = accounts {
            gate = gate.accounts(accounts);
        }
        let gate = gate.build()?;
        let sources = Sources {
            verifiers: self.verifiers.watched(),
            gate: gate.clone(),
            pools: self.pools,
        };
        // Boxed: it is long, runs once, and mostly does nothing.
        let telemetry = Box::pin(Telemetry::start(&self.config, sources)).await?;
        let policy = Arc::new(self.policy);
        let calls = TaskTracker::new();
        let front = Front {
            hosts: self.hosts,
            proxy: self.proxy,
            policy: policy.clone(),
            origins: Origins::new(&self.config.allowed_origins),
            cors: cors::layer(needs.cookies()),
            trace: TraceLayer::new(
                policy,
                self.config.project_id.as_deref(),
                telemetry.as_ref().map(Telemetry::calls),
            ),
            gate,
            routes: routes(self.routes),
            web: self.web.unwrap_or_else(no_pages),
            calls: calls.clone(),
        };
        let listen = async {
            let listener = TcpListener::bind(self.config.address).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = listen.await.map_err(|source| ServeError::Listen {
            address: self.config.address,
            source,
        })?;
        Ok(Bound {
            listener,
            address,
            connections: Connections::new(front, self.config.limits),
            calls,
            health: Health::begin(reporter, self.services, self.verifiers.key_stores()).await,
            config: self.config,
            telemetry,
        })
    }
}

fn routes(builder: RoutesBuilder) -> Routes {
    builder.routes().prepare()
}

fn no_pages() -> Router {
    Router::new().fallback(|| async {
        (
            StatusCode::NOT_FOUND,
            "There are no pages here, only gRPC services.\n",
        )
    })
}
