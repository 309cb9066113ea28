//! The votes service on its own.

use std::process::ExitCode;

use anyhow::anyhow;
use callgate_api::votes::v1::vote_service_gate;
use callgate_database::PoolUse;
use callgate_serve::{Config, Server, exit_code};
use callgate_votes::Votes;

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> anyhow::Result<()> {
    let config = Config::parse();
    let votes = Votes::open(config.database_url_or("sqlite:votes.db")?).await;
    let votes = votes.map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
    let database = votes.clone();
    let service =
        vote_service_gate::server(votes).max_decoding_message_size(config.limits.message_size);
    let server = Server::new(config)?
        .service(service)
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET)
        .database_pool("votes", move || {
            let PoolUse { used, idle, most } = database.pool_use();
            callgate_serve::PoolUse { used, idle, most }
        });
    Ok(server.run().await?)
}
