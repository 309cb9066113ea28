//! The admin service on its own, with its page.

mod settings;

use std::process::ExitCode;

use anyhow::anyhow;
use callgate_admin::{Admin, store};
use callgate_api::admin::v1::admin_service_gate;
use callgate_database::PoolUse;
use callgate_serve::{Args, Config, Server, exit_code, logs};
use clap::Parser;

use crate::settings::Settings;

/// Serves internal users: their page, and what it calls.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    serve: Args,
    #[command(flatten)]
    admin: Settings,
}

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(Box::pin(run(Cli::parse())).await)
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let mut config = Config::from_args(cli.serve)?;
    logs::init(&config)?;
    let votes = cli.admin.votes(&config)?;
    let page = cli.admin.page()?;
    let accounts = config.accounts().await?;
    let audit = store::open(config.database_url_or("sqlite:admin.db")?).await;
    let audit = audit.map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
    let database = audit.clone();
    let admin = Admin::new(accounts, &config.roles_claim, votes.channel(), audit)
        .map_err(|error| anyhow!("CALLGATE_ROLES_CLAIM: {error}"))?;
    let service =
        admin_service_gate::server(admin).max_decoding_message_size(config.limits.message_size);
    let server = Server::new(config)?
        .service(service)
        .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET)
        .database_pool("admin", move || {
            let PoolUse { used, idle, most } = database.pool_use();
            callgate_serve::PoolUse { used, idle, most }
        })
        .web(page.router());
    Ok(server.run().await?)
}
