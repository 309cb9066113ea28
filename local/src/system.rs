//! All parts, put together on one port.

use std::{path::Path, sync::Arc};

use anyhow::{Context, anyhow};
use axum::Router;
use callgate::{accounts::Accounts, google::Credentials};
use callgate_identity::{IapStandIn, Identity, Settings};
use callgate_serve::{Bound, Config, Server};
use callgate_site::{Site, WebConfig};
use callgate_votes::Votes;

use crate::{
    args::Args,
    codes,
    config::{PROJECT, config},
    internal,
    place::Place,
    services::Services,
};

/// Where `npm run dev` serves the page from.
const VITE: &str = "http://localhost:5173";

/// All parts, ready to listen.
pub(crate) struct System {
    pub(crate) config: Config,
    place: Place,
    pages: Router,
    iap: IapStandIn,
    services: Services,
}

impl System {
    pub(crate) async fn open(args: &Args, page: &Path) -> anyhow::Result<Self> {
        let place = Place::of(args)?;
        let identity = identity(args, &place)?;
        let iap = internal::iap(&identity);
        let account = identity.service_account("admin").await?;
        let config = config(&place, &account)?;
        let accounts = accounts(&identity, &place)?;

        let database = |name: &str| match &args.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", args.dir.join(name).display()),
        };
        let votes = Votes::open(&database("votes.db")).await;
        let votes = votes.map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
        let audit = database("admin.db");
        let admin = internal::service(&place, &config, accounts.clone(), &account, &audit).await?;
        let pages = site(page, &place)?
            .router()
            .merge(identity.router())
            .merge(internal::page(page, &iap));
        Ok(Self {
            config,
            place,
            pages,
            iap,
            services: Services {
                votes,
                admin,
                accounts,
            },
        })
    }

    /// Listens. Returns the page's origin too.
    pub(crate) async fn bind(self) -> anyhow::Result<(String, Bound)> {
        let port = self.place.port;
        let hosts = ["localhost", "127.0.0.1"].map(|host| format!("{host}:{port}"));
        let server = Server::new(self.config)?
            .only_hosts(hosts)
            .behind(move |head| self.iap.stamp(head));
        let bound = self
            .services
            .on(server)
            .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET)
            .web(self.pages)
            .bind()
            .await?;
        Ok((self.place.origin, bound))
    }
}

fn identity(args: &Args, place: &Place) -> anyhow::Result<Identity> {
    let mut settings = Settings::new(PROJECT, &args.dir, [&place.origin, &place.itself, VITE]);
    settings.token_lifetime = args.token_lifetime;
    settings.on_code = Some(Arc::new(|notice| codes::print(&notice)));
    Identity::open(settings).with_context(|| format!("CALLGATE_LOCAL_DIR, {}", args.dir.display()))
}

/// The accounts of the embedded identity, or of Firebase's emulator, which takes `owner` for an access token.
fn accounts(identity: &Identity, place: &Place) -> anyhow::Result<Accounts> {
    let (secret, provider) = match &place.auth_emulator_host {
        None => (identity.secret(), place.itself.clone()),
        Some(host) => ("owner", format!("http://{host}")),
    };
    let accounts = Accounts::new(PROJECT, Credentials::fixed(secret)?)?;
    accounts
        .base_url(&format!("{provider}/identitytoolkit.googleapis.com"))
        .context("FIREBASE_AUTH_EMULATOR_HOST")
}

fn site(page: &Path, place: &Place) -> anyhow::Result<Site> {
    let provider = match &place.auth_emulator_host {
        None => place.origin.clone(),
        Some(host) => format!("http://{host}"),
    };
    Ok(Site::new(
        page,
        WebConfig {
            project_id: PROJECT.into(),
            api_key: "local".into(),
            auth_domain: format!("localhost:{}", place.port),
            api_base_url: String::new(),
            local_identity: Some(provider),
        },
    )?)
}
