//! The web page on its own.

use std::process::ExitCode;

use anyhow::anyhow;
use callgate_serve::{Args, Config, Server, exit_code, logs};
use callgate_site::{Site, WebConfig};
use clap::Parser;

/// Serves the web page, with its runtime configuration.
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    serve: Args,

    /// Folder of the built page
    #[arg(long, env = "CALLGATE_SITE_DIR", default_value = "web/dist")]
    site_dir: std::path::PathBuf,

    /// Firebase's web API key of the project
    #[arg(long, env = "CALLGATE_WEB_API_KEY")]
    web_api_key: String,

    /// Host of Firebase's sign-in pages [default: PROJECT.firebaseapp.com]
    #[arg(long, env = "CALLGATE_AUTH_DOMAIN")]
    auth_domain: Option<String>,

    /// Origin of the services, such as `https://api.example.com` [default: the page's own]
    #[arg(long, env = "CALLGATE_API_URL", default_value = "")]
    api_url: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    // Boxed, since the settings are large.
    exit_code(Box::pin(run(Cli::parse())).await)
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let mut config = Config::from_args(cli.serve)?;
    logs::init(&config)?;
    let project_id = config.project_id().await?.to_owned();
    if !cli.site_dir.join("index.html").is_file() {
        return Err(anyhow!(
            "CALLGATE_SITE_DIR: there is no index.html in {}: build the page, or name its folder",
            cli.site_dir.display()
        ));
    }
    let web = WebConfig {
        auth_domain: cli
            .auth_domain
            .unwrap_or_else(|| format!("{project_id}.firebaseapp.com")),
        project_id,
        api_key: cli.web_api_key,
        api_base_url: cli.api_url,
        local_identity: None,
    };
    let site = Site::new(cli.site_dir, web)?;
    Ok(Server::new(config)?.web(site.router()).run().await?)
}
