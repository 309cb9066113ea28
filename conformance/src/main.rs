//! A server for the conformance suite of gRPC and gRPC-Web, made of what everyone's server is made of: tonic, tonic-web, the gate
//! and callgate-serve's own listener and layers. `cargo xtask conformance` builds it and runs the suite against it.
//!
//! One thing it has that others have not: its service is wrapped in `trailers.rs`, for trailers of answers that are no errors,
//! which tonic cannot send. More than a quarter of the cases ask for them, and fail without it: README.md says which.
//!
//! The suite (`connectrpc.com/conformance`) starts this program, says on standard input what kind of server it wants, and learns
//! on standard output where that listens. Then it calls the methods of `ConformanceService`, each of which answers what the
//! request tells it to answer, and says what it has seen of the request.
//!
//! There are two gates. `open`: every method is public. `closed`: every method wants an end user, and since the suite sends no
//! token, a [stand-in for a proxy](callgate_serve::Server::behind) puts one on every request. What the suite sees has to be the
//! same.
//!
//! The suite speaks gRPC-Web in binary; with `--text`, a stand-in before the server makes text of it.
//!
//! The suite's protos are not in this repository: without the environment variable `CALLGATE_CONFORMANCE_PROTOS` at build time
//! this program is empty.

#[cfg(suite)]
mod answers;
#[cfg(suite)]
mod messages;
#[cfg(suite)]
mod server;
#[cfg(suite)]
mod service;
#[cfg(suite)]
mod streams;
#[cfg(suite)]
mod suite;
#[cfg(suite)]
mod talk;
#[cfg(suite)]
mod text;

#[cfg(suite)]
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    server::run(clap::Parser::parse()).await
}

#[cfg(not(suite))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("built without the suite's protos: `cargo xtask conformance` builds it with them")
}
