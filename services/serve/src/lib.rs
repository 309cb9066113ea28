//! What the main function of every gated service needs: configuration, one port for gRPC, gRPC-Web and pages, the gate, health,
//! reflection, logs, and an orderly end.
//!
//! ```no_run
//! # mod greeter_service_gate {
//! #     use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
//! #     use callgate::{HasPolicy, Method};
//! #     use http::{Request, Response};
//! #     use tonic::{body::Body, server::NamedService};
//! #     #[derive(Clone)]
//! #     pub struct Server<T>(T);
//! #     pub fn server<T>(handler: T) -> Server<T> { Server(handler) }
//! #     impl<T> HasPolicy for Server<T> { const METHODS: &'static [Method] = &[]; }
//! #     impl<T> NamedService for Server<T> { const NAME: &'static str = "greeter.v1.GreeterService"; }
//! #     impl<T> tower::Service<Request<Body>> for Server<T> {
//! #         type Response = Response<Body>;
//! #         type Error = Infallible;
//! #         type Future = Ready<Result<Response<Body>, Infallible>>;
//! #         fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> { Poll::Ready(Ok(())) }
//! #         fn call(&mut self, _: Request<Body>) -> Self::Future { ready(Ok(Response::default())) }
//! #     }
//! # }
//! # #[derive(Clone)]
//! # struct Greeter;
//! # impl Greeter { async fn open(_: Option<&str>) -> Result<Self, std::io::Error> { Ok(Self) } }
//! # const FILE_DESCRIPTOR_SET: &[u8] = &[];
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let config = callgate_serve::Config::parse(); // flags and environment; one clear line where something is wrong
//!     let greeter = Greeter::open(config.database_url()).await?;
//!     callgate_serve::Server::new(config)?
//!         .service(greeter_service_gate::server(greeter)) // the gated server that callgate-build generated
//!         .file_descriptor_set(FILE_DESCRIPTOR_SET) // for reflection
//!         .run() // until SIGTERM or ctrl-c
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! # What a call passes
//!
//! - **The listener** bounds every connection: [`Limits`].
//! - **The front** tells RPCs from pages. Native gRPC comes over HTTP/2 (with prior knowledge, without TLS: that is the platform's),
//!   gRPC-Web over HTTP/1.1 or HTTP/2.
//! - **CORS** answers browsers of the configured origins, gRPC-Web, binary or text, is translated, the call gets its log line, and where
//!   [`telemetry`] is on its span and its count.
//! - **The gate** ([`callgate::Gate`]) lets through what the rules of the protos allow.
//!
//! `grpc.health.v1.Health` and `grpc.reflection.v1.ServerReflection` are open to everyone; reflection is off on Cloud Run unless
//! asked for.
//!
//! # Settings
//!
//! Each is a flag and an environment variable: `--help` lists them, [`Config`] explains them.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | what it adds |
//! |---|---|
//! | `emulator` | `FIREBASE_AUTH_EMULATOR_HOST`: the unsigned tokens of Firebase's own emulator are taken where that is set, on a machine and for a project that are for development only |
//!
//! Features only add. Where some other crate of the build asks for `emulator` and the variable is not set, nothing changes: unsigned tokens
//! are refused. It has no place in a production build all the same.

#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod bound;
mod codes;
mod config;
mod connection;
mod cors;
mod deadline;
mod drain;
mod error;
mod exit;
mod front;
mod health;
mod hosts;
mod linger;
mod listener;
pub mod logs;
mod opening;
mod project;
mod proxy;
mod server;
mod signal;
pub mod telemetry;
mod trace;
mod trailers;
mod verifiers;
mod web_text;
mod web_types;

pub use bound::Bound;
pub use config::{
    Args, Config, ConfigError, CredentialsSource, KeySource, Keys, Limits, LogFormat, Platform,
    Sampler, Secret, TelemetryConfig,
};
pub use error::ServeError;
pub use exit::exit_code;
pub use server::Server;
pub use signal::stop as stop_signal;
pub use telemetry::PoolUse;
pub use trailers::Trailers;
