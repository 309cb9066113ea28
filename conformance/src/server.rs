//! The server: callgate-serve's, with one service.

use callgate_serve::{Config, Platform, Server, stop_signal};
use callgate_testkit::FirebaseIssuer;
use clap::{Parser, ValueEnum};
use http::{HeaderValue, header::AUTHORIZATION};
use tonic::codec::CompressionEncoding::{Deflate, Gzip, Zstd};

use crate::{
    service::Conformance,
    suite::{
        closed::conformance_service_gate as closed,
        open::{ServerCompatRequest, ServerCompatResponse, conformance_service_gate as open},
    },
    talk, text,
};

const PROJECT: &str = "demo-conformance";

/// A gated server for the conformance suite of gRPC and gRPC-Web.
#[derive(Parser)]
pub(crate) struct Args {
    /// Which gate the calls pass.
    gate: Gate,
    /// Makes text of gRPC-Web before it comes to the server.
    #[arg(long)]
    text: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Gate {
    /// Every method is public.
    Open,
    /// Every method wants an end user, whose token is put on every call.
    Closed,
}

/// Compression is the service's to turn on, and so is the limit on a message's size.
macro_rules! service {
    ($gate:ident, $limit:expr) => {
        $gate::server(Conformance)
            .accept_compressed(Gzip)
            .accept_compressed(Deflate)
            .accept_compressed(Zstd)
            .send_compressed(Gzip)
            .send_compressed(Deflate)
            .send_compressed(Zstd)
            .max_decoding_message_size($limit)
    };
}

/// Serves one server of the kind that the runner asks for, until the runner has enough of it.
pub(crate) async fn run(args: Args) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let wanted: ServerCompatRequest = talk::hear().await?;
    anyhow::ensure!(!wanted.use_tls, "TLS is the platform's");
    let mut config = Config {
        address: ([127, 0, 0, 1], 0).into(),
        project_id: Some(PROJECT.to_owned()),
        platform: Platform::DEVELOPMENT,
        ..Config::default()
    };
    if wanted.message_receive_limit > 0 {
        config.limits.message_size = usize::try_from(wanted.message_receive_limit)?;
    }
    let limit = config.limits.message_size;
    let server = Server::new(config)?;
    let server = match args.gate {
        Gate::Open => server.service(service!(open, limit)),
        Gate::Closed => {
            let issuer = FirebaseIssuer::new(PROJECT);
            let token = format!("Bearer {}", issuer.token("ada").sign());
            let token = HeaderValue::try_from(token)?;
            server
                .end_users(issuer.verifier())
                .service(service!(closed, limit))
                .behind(move |head| {
                    head.headers.insert(AUTHORIZATION, token.clone());
                })
        }
    };
    let bound = server.bind().await?;
    let address = match args.text {
        true => text::before(bound.local_addr()).await?,
        false => bound.local_addr(),
    };
    talk::say(&ServerCompatResponse {
        host: address.ip().to_string(),
        port: address.port().into(),
        pem_cert: Vec::new(),
    })
    .await?;
    bound.serve(stop).await;
    Ok(())
}
