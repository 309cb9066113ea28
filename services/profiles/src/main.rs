//! The profiles service on its own.

use std::process::ExitCode;

use callgate_api::profiles::v1::profile_service_gate;
use callgate_profiles::{AccountsArgs, Profiles};
use callgate_serve::{Config, Server, exit_code};
use clap::Parser;

#[derive(Parser)]
#[command(disable_version_flag = true)]
struct Cli {
    #[command(flatten)]
    serve: callgate_serve::Args,
    #[command(flatten)]
    accounts: AccountsArgs,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(run(Cli::parse()).await)
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let mut config = Config::from_args(cli.serve)?;
    callgate_serve::logs::init(&config)?;
    let project_id = config.project_id().await?.to_owned();
    let accounts = cli
        .accounts
        .accounts(&project_id, config.accounts_url.as_ref())?;
    let service = profile_service_gate::server(Profiles::new(accounts))
        .max_decoding_message_size(config.limits.message_size);
    let server = Server::new(config)?
        .service(service)
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET);
    Ok(server.run().await?)
}
