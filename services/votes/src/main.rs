//! The votes service on its own.

use std::process::ExitCode;

use anyhow::anyhow;
use callgate_api::votes::v1::vote_service_gate;
use callgate_serve::{Config, Server, exit_code};
use callgate_votes::Votes;

/// For a look at it, where no database is configured: in the working directory.
const EMBEDDED: &str = "sqlite:votes.db";

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> anyhow::Result<()> {
    let config = Config::parse();
    let votes = Votes::open(database_url(&config)?).await;
    let votes = votes.map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
    let service =
        vote_service_gate::server(votes).max_decoding_message_size(config.limits.message_size);
    let server = Server::new(config)?
        .service(service)
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET);
    Ok(server.run().await?)
}

/// In production an instance's own disk goes with the instance, and the votes would go with it.
fn database_url(config: &Config) -> anyhow::Result<&str> {
    if let Some(url) = config.database_url() {
        return Ok(url);
    }
    if let Some(production) = config.platform.production() {
        return Err(anyhow!(
            "DATABASE_URL is missing: {production} says that this is production, where votes are kept in PostgreSQL"
        ));
    }
    tracing::warn!(
        "DATABASE_URL is not set: votes are kept in the file votes.db, in the working directory"
    );
    Ok(EMBEDDED)
}
