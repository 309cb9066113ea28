//! All parts, put together on one port.

use std::{
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, anyhow};
use callgate::{accounts::Accounts, google::Credentials};
use callgate_api::{profiles::v1::profile_service_gate, votes::v1::vote_service_gate};
use callgate_identity::{Identity, Settings};
use callgate_profiles::Profiles;
use callgate_serve::{Bound, Config, KeySource, Keys, Server};
use callgate_site::{Site, WebConfig};
use callgate_votes::Votes;

use crate::{args::Args, codes};

/// The project that the whole system belongs to. `demo-` tells everyone that it is none of Google's.
const PROJECT: &str = "demo-callgate";

/// The service account of the service that resets the votes.
const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

/// Where `npm run dev` serves the page from.
const VITE: &str = "http://localhost:5173";

/// All parts, ready to listen.
pub(crate) struct System {
    pub(crate) config: Config,
    origin: String,
    identity: Identity,
    site: Site,
    votes: Votes,
    accounts: Accounts,
}

impl System {
    pub(crate) async fn open(args: &Args, page: &Path) -> anyhow::Result<Self> {
        let port = match args.port {
            0 => free_port().context("there is no free port")?,
            port => port,
        };
        // By address, for what this process asks of itself: a name might resolve to IPv6 first.
        let itself = format!("http://127.0.0.1:{port}");
        let origin = format!("http://localhost:{port}");

        let mut settings = Settings::new(PROJECT, &args.dir, [&origin, &itself, VITE]);
        settings.token_lifetime = args.token_lifetime;
        settings.on_code = Some(Arc::new(|notice| codes::print(&notice)));
        let identity = Identity::open(settings)
            .with_context(|| format!("CALLGATE_LOCAL_DIR, {}", args.dir.display()))?;

        let embedded = || format!("sqlite:{}", args.dir.join("votes.db").display());
        let database = args.database_url.clone().unwrap_or_else(embedded);
        let votes = Votes::open(&database)
            .await
            .map_err(|error| anyhow!("DATABASE_URL: {error}"))?;
        let accounts = Accounts::new(PROJECT, Credentials::fixed(identity.secret())?)?
            .base_url(&format!("{itself}/identitytoolkit.googleapis.com"))?;
        let site = Site::new(
            page,
            WebConfig {
                project_id: PROJECT.into(),
                api_key: "local".into(),
                auth_domain: format!("localhost:{port}"),
                api_base_url: String::new(),
                local_identity: Some(origin.clone()),
            },
        )?;

        let keys = |path: &str| format!("{itself}{path}").parse().map(KeySource::Url);
        let mut config = Config {
            address: (Ipv4Addr::LOCALHOST, port).into(),
            project_id: Some(PROJECT.into()),
            keys: Keys {
                firebase: keys("/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com")?,
                session_cookie: keys("/identitytoolkit.googleapis.com/v1/sessionCookiePublicKeys")?,
                google: keys("/oauth2/v3/certs")?,
                ..Keys::default()
            },
            audiences: vec![origin.clone()],
            service_accounts: vec![("admin".into(), ADMIN.into())],
            public_origin: Some(origin.parse()?),
            ..Config::default()
        };
        if let Ok(filter) = std::env::var("RUST_LOG") {
            config.log_filter = filter;
        }
        Ok(Self {
            config,
            origin,
            identity,
            site,
            votes,
            accounts,
        })
    }

    /// Listens. Returns the page's origin too.
    pub(crate) async fn bind(self) -> anyhow::Result<(String, Bound)> {
        let port = self.config.address.port();
        let hosts = ["localhost", "127.0.0.1"].map(|host| format!("{host}:{port}"));
        let profiles = Profiles::new(self.accounts.clone());
        let bound = Server::new(self.config)?
            .only_hosts(hosts)
            .service(vote_service_gate::server(self.votes))
            .service(profile_service_gate::server(profiles))
            .accounts(self.accounts)
            .file_descriptor_set(callgate_api::FILE_DESCRIPTOR_SET)
            .web(self.site.router().merge(self.identity.router()))
            .bind()
            .await?;
        Ok((self.origin, bound))
    }
}

/// A port that is free now. The parts have to know it before the server listens.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
