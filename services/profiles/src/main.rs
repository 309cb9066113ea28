//! The profiles service on its own.

use std::process::ExitCode;

use callgate_api::profiles::v1::profile_service_gate;
use callgate_profiles::Profiles;
use callgate_serve::{Config, Server, exit_code};

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> anyhow::Result<()> {
    let mut config = Config::parse();
    let accounts = config.accounts().await?;
    let service = profile_service_gate::server(Profiles::new(accounts.clone()))
        .max_decoding_message_size(config.limits.message_size);
    let server = Server::new(config)?
        .accounts(accounts)
        .service(service)
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET);
    Ok(server.run().await?)
}
