//! The servers that are compared: the same echo service, with nothing before it, or with one thing that checks tokens.

mod jsonwebtoken;

use std::{convert::Infallible, path::PathBuf};

use anyhow::Context;
use callgate::{
    FirebaseVerifier, Gate, HasPolicy, Policy, gate::GateLayer, keys::KeyStore, verify::TokenCache,
};
use clap::ValueEnum;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{body::Body, service::Routes, transport::Server};
use tonic_web::GrpcWebLayer;
use tower::{Layer, Service, layer::util::Identity};

use crate::material;
use callgate_bench::{
    echo::Echo,
    v1::{echo_service_gate, echo_service_server::EchoServiceServer},
};
use callgate_count::PROJECT;

/// Serves the echo service.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// What is before the service.
    #[arg(value_enum)]
    variant: Variant,
    /// On which port of loopback.
    #[arg(long)]
    port: u16,
    /// The folder with the issuer's keys.
    #[arg(long)]
    material: PathBuf,
    /// With how many worker threads.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// How many bytes of memory the gate may take for verified tokens.
    #[arg(long)]
    cache_bytes: Option<usize>,
}

/// What is before the service.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Variant {
    /// Nothing: tokens are not looked at.
    None,
    /// The gate, as it comes.
    Gate,
    /// The gate, which verifies each token at each call.
    GateCold,
    /// A tonic interceptor that decodes each token with jsonwebtoken.
    Jsonwebtoken,
}

impl Serve {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(self.workers)
            .enable_all()
            .build()?
            .block_on(self.serve())
    }

    async fn serve(&self) -> anyhow::Result<()> {
        match self.variant {
            Variant::None => {
                self.with(Identity::new(), Routes::new(EchoServiceServer::new(Echo)))
                    .await
            }
            Variant::Gate | Variant::GateCold => {
                self.with(self.gate()?, Routes::new(echo_service_gate::server(Echo)))
                    .await
            }
            Variant::Jsonwebtoken => {
                let keys = std::fs::read_to_string(material::keys(&self.material))?;
                let check = jsonwebtoken::interceptor(&keys)?;
                let service = EchoServiceServer::with_interceptor(Echo, check);
                self.with(Identity::new(), Routes::new(service)).await
            }
        }
    }

    fn gate(&self) -> anyhow::Result<GateLayer> {
        let keys = KeyStore::file(material::keys(&self.material))?;
        let mut verifier = FirebaseVerifier::new(PROJECT, keys)?;
        if self.variant == Variant::GateCold {
            verifier = verifier.cache(TokenCache::OFF);
        } else if let Some(bytes) = self.cache_bytes {
            verifier = verifier.cache(TokenCache::of(bytes));
        }
        let gate = Gate::builder(policy(&echo_service_gate::server(Echo)))
            .end_users(verifier)
            .max_open_streams(1_000_000);
        Ok(gate.build()?)
    }

    /// One stack for all, but for what is before the service.
    async fn with<L>(&self, before: L, routes: Routes) -> anyhow::Result<()>
    where
        L: Layer<Routes> + Clone + Send + Sync + 'static,
        L::Service: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        <L::Service as Service<http::Request<Body>>>::Future: Send,
    {
        let listener = TcpListener::bind(("127.0.0.1", self.port))
            .await
            .with_context(|| format!("cannot listen on port {}", self.port))?;
        Server::builder()
            .accept_http1(true)
            .layer(GrpcWebLayer::new())
            .layer(before)
            .add_routes(routes)
            .serve_with_incoming(TcpListenerStream::new(listener))
            .await?;
        Ok(())
    }
}

fn policy<S: HasPolicy>(_: &S) -> Policy {
    Policy::of(S::METHODS)
}
