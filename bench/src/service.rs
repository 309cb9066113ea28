//! The echo service as a service of this repository is served: the `main` of the README. Its start and its memory are measured.

use callgate_bench::{echo::Echo, v1::echo_service_gate};
use callgate_serve::{Config, Server};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let config = Config::parse();
    Server::new(config)?
        .service(echo_service_gate::server(Echo))
        .run()
        .await?;
    Ok(())
}
