//! The settings that only this service has.

use std::path::PathBuf;

use anyhow::anyhow;
use callgate::outgoing::Callee;
use callgate_admin::Page;
use callgate_serve::Config;
use url::Url;

/// Where the page is, and where the votes are.
#[derive(clap::Args)]
#[command(next_help_heading = "Administration")]
pub(crate) struct Settings {
    /// Folder of the built admin page
    #[arg(
        long,
        env = "CALLGATE_ADMIN_DIR",
        value_name = "FOLDER",
        default_value = "web/dist"
    )]
    admin_dir: PathBuf,

    /// Origin of the votes, such as `https://votes.example.com`: https, or http to this machine
    #[arg(long, env = "CALLGATE_VOTES_URL", value_name = "ORIGIN")]
    votes_url: Option<String>,

    /// Audience of the tokens for the votes [default: their origin]
    #[arg(long, env = "CALLGATE_VOTES_AUDIENCE", value_name = "AUDIENCE")]
    votes_audience: Option<String>,
}

const VOTES_URL: &str = "CALLGATE_VOTES_URL";

impl Settings {
    pub(crate) fn page(&self) -> anyhow::Result<Page> {
        Page::in_folder(&self.admin_dir).map_err(|error| anyhow!("CALLGATE_ADMIN_DIR: {error}"))
    }

    /// The votes, and the tokens of this service's account for them.
    pub(crate) fn votes(&self, config: &Config) -> anyhow::Result<Callee> {
        let url = given(self.votes_url.as_deref()).ok_or_else(|| {
            anyhow!("{VOTES_URL} is missing: set it to the origin of the votes, such as https://votes.example.com")
        })?;
        let parsed = Url::parse(url).map_err(|error| anyhow!("{VOTES_URL}: {error}"))?;
        if let (Some(production), "http") = (config.platform.production(), parsed.scheme()) {
            return Err(anyhow!(
                "{VOTES_URL}: plain http is for development, and {production} says that this is production: use https"
            ));
        }
        let origin = parsed.origin().ascii_serialization();
        let tokens = config.id_tokens()?;
        match given(self.votes_audience.as_deref()) {
            None => {
                Callee::new(url, &origin, &tokens).map_err(|error| anyhow!("{VOTES_URL}: {error}"))
            }
            Some(audience) => {
                // Which of the two is wrong, the error says.
                Callee::new(url, audience, &tokens)
                    .map_err(|error| anyhow!("{VOTES_URL}, CALLGATE_VOTES_AUDIENCE: {error}"))
            }
        }
    }
}

/// An empty setting counts as none.
fn given(setting: Option<&str>) -> Option<&str> {
    setting.map(str::trim).filter(|text| !text.is_empty())
}
