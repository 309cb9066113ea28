//! A server of the echo service on loopback, behind the gate.

use std::{convert::Infallible, net::SocketAddr, time::SystemTime};

use callgate::{
    Clock, FirebaseVerifier, Gate, HasPolicy, Policy, gate::GateBuilder, keys::KeyStore,
};
use callgate_testkit::{FirebaseIssuer, TokenBuilder};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Request,
    body::Body,
    metadata::MetadataValue,
    service::Routes,
    transport::{Channel, Server},
};
use tonic_web::GrpcWebLayer;
use tower::{Service, ServiceBuilder, layer::Layer};

use crate::{
    Echo,
    accounts::accounts_at,
    v1::{echo_service_client::EchoServiceClient, echo_service_gate},
};

/// The project whose users may call.
pub const PROJECT: &str = "demo-callgate";

/// A running server, with the clock and the issuer that its gate goes by. It stops when dropped.
#[derive(Debug)]
pub struct EchoServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// The gate's clock.
    pub clock: Clock,
    /// Who makes the tokens that the gate accepts.
    pub issuer: FirebaseIssuer,
    task: JoinHandle<()>,
}

impl Drop for EchoServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The policy of the echo service.
pub fn policy() -> Policy {
    fn of<S: HasPolicy>(_: &S) -> Policy {
        Policy::of(S::METHODS)
    }
    of(&echo_service_gate::server(Echo))
}

/// A builder of the gate for the echo service, with these keys and this clock, and users of the project's own pool and of the
/// tenant `blue`. The accounts are away.
pub fn gate(keys: KeyStore, clock: &Clock) -> GateBuilder {
    let verifier = FirebaseVerifier::new(PROJECT, keys)
        .unwrap()
        .tenants(["-", "blue"])
        .unwrap()
        .clock(clock.clone());
    Gate::builder(policy())
        .end_users(verifier)
        .accounts(accounts_at("http://127.0.0.1:9"))
        .clock(clock.clone())
}

impl EchoServer {
    /// Behind the gate, on a clock that stands still.
    pub async fn start() -> Self {
        Self::start_with(|gate| gate).await
    }

    /// Behind the gate with other settings.
    pub async fn start_with(settings: impl FnOnce(GateBuilder) -> GateBuilder) -> Self {
        let clock = Clock::manual(SystemTime::now());
        let issuer = FirebaseIssuer::new(PROJECT).clock(clock.clone());
        let layer = settings(gate(KeyStore::fixed(issuer.key_set()), &clock))
            .build()
            .unwrap();
        Self::serve(clock, issuer, layer).await
    }

    /// Behind any layer.
    pub async fn serve<L>(clock: Clock, issuer: FirebaseIssuer, layer: L) -> Self
    where
        L: Layer<Routes> + Clone + Send + Sync + 'static,
        L::Service: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        <L::Service as Service<http::Request<Body>>>::Future: Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder()
            .accept_http1(true)
            .layer(
                ServiceBuilder::new()
                    .layer(GrpcWebLayer::new())
                    .layer(layer)
                    .into_inner(),
            )
            .add_service(echo_service_gate::server(Echo))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let task = tokio::spawn(async move { server.await.unwrap() });
        Self {
            address,
            clock,
            issuer,
            task,
        }
    }

    /// The address as a URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A tonic client.
    pub async fn client(&self) -> EchoServiceClient<Channel> {
        EchoServiceClient::connect(self.url()).await.unwrap()
    }

    /// A token of the user `ada`, valid for an hour.
    pub fn token(&self) -> TokenBuilder {
        self.issuer.token("ada")
    }
}

/// A request that brings this token.
pub fn with_token<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let value: MetadataValue<_> = format!("Bearer {token}").parse().unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}
