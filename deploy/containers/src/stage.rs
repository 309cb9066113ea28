//! What stands around the instances in Google's place.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::Context;
use callgate_database::testkit::PostgresServer;
use callgate_testkit::{
    FirebaseIssuer, GoogleIssuer, IapIssuer, MetadataServer, metadata_server::Place,
};
use tempfile::TempDir;

use crate::{
    Services,
    instance::{Instance, Runner},
};

/// Where the keys are in a container.
const KEYS: &str = "/keys";
/// Where an image has its pages.
const PAGES: &str = "/web";

/// PostgreSQL, a metadata server, and the issuers' keys.
pub(crate) struct Stage {
    postgres: PostgresServer,
    metadata: MetadataServer,
    /// The keys as files, and the instances' logs.
    folder: TempDir,
    pub(crate) users: FirebaseIssuer,
    pub(crate) place: Place,
}

/// Where an instance has what the stage gives it.
struct Around {
    keys: PathBuf,
    mounts: Vec<(PathBuf, PathBuf)>,
}

impl Stage {
    /// The one that these service files are made for.
    pub(crate) async fn set(services: &Services) -> anyhow::Result<Self> {
        let (votes, _) = services.get("votes")?;
        let project_id = votes.variable("CALLGATE_PROJECT_ID")?;
        let instance = votes.sql_instance.as_deref();
        let instance = instance.context("votes.yaml names no instance of Cloud SQL")?;
        let audience = votes.variable("CALLGATE_AUDIENCES")?;
        // https://votes-NUMBER.REGION.run.app
        let origin = audience.split(['-', '.']).nth(1).unwrap_or_default();
        let region = audience.split('.').nth(1).unwrap_or_default();
        let place = Place {
            project_id: project_id.to_owned(),
            project_number: origin
                .parse()
                .context("no project number in the audience")?,
            region: region.to_owned(),
            service_account: format!("callgate-test@{project_id}.iam.gserviceaccount.com"),
        };
        let users = FirebaseIssuer::new(project_id);
        let folder = tempfile::tempdir()?;
        let keys = folder.path().join("keys");
        std::fs::create_dir(&keys)?;
        for (file, text) in [
            ("firebase.json", users.jwks()),
            ("google.json", GoogleIssuer::new(audience).jwks()),
            ("iap.json", IapIssuer::new("").jwks()),
        ] {
            std::fs::write(keys.join(file), text)?;
        }
        let instance = instance.to_owned();
        let started = tokio::task::spawn_blocking(move || PostgresServer::cloud_sql(&instance));
        Ok(Self {
            postgres: started.await?,
            metadata: MetadataServer::start(place.clone()).await?,
            folder,
            users,
            place,
        })
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> String {
        self.postgres.database_of_plain_role().await
    }

    /// Starts an instance of this service on Cloud Run, with this database.
    pub(crate) fn start(
        &self,
        services: &Services,
        service: &str,
        database: &str,
    ) -> anyhow::Result<Instance> {
        let (file, _) = services.get(service)?;
        let on_cloud_run = [
            ("K_SERVICE", file.name.as_str()),
            ("K_REVISION", &file.revision),
            ("K_CONFIGURATION", &file.name),
        ];
        let on_cloud_run = on_cloud_run.map(|(name, value)| (name, Some(value.to_owned())));
        let keys = [
            ("CALLGATE_KEYS_FILE_FIREBASE", "firebase.json"),
            ("CALLGATE_KEYS_FILE_GOOGLE", "google.json"),
            ("CALLGATE_KEYS_FILE_IAP", "iap.json"),
        ];
        let keys = keys.map(|(name, file)| (name, file.to_owned()));
        let port = free_port(file.port)?;
        self.start_as(services, service, database, port, &on_cloud_run, &keys)
    }

    /// Starts an instance of the votes that fetches the keys of its users. Plain http is for development, so it is not on Cloud Run, and
    /// for a demonstration only.
    pub(crate) fn start_fetching(
        &self,
        services: &Services,
        database: &str,
        keys_at: &str,
        project_id: &str,
    ) -> anyhow::Result<Instance> {
        let changed = [
            ("CALLGATE_KEYS_URL_FIREBASE", Some(keys_at.to_owned())),
            ("CALLGATE_PROJECT_ID", Some(project_id.to_owned())),
        ];
        let keys = [("CALLGATE_KEYS_FILE_GOOGLE", "google.json".to_owned())];
        let port = free_port(0)?;
        self.start_as(services, "votes", database, port, &changed, &keys)
    }

    fn start_as(
        &self,
        services: &Services,
        service: &str,
        database: &str,
        port: u16,
        changed: &[(&str, Option<String>)],
        keys: &[(&str, String)],
    ) -> anyhow::Result<Instance> {
        let (file, runner) = services.get(service)?;
        let around = self.around(runner);
        let mut env = file.env.clone();
        if let Runner::Program { web, .. } = runner {
            let pages = env.iter_mut().filter(|(_, value)| value == PAGES);
            pages.for_each(|(_, value)| *value = web.to_string_lossy().into_owned());
        }
        for secret in &file.secrets {
            let value = match (secret.as_str(), runner) {
                ("DATABASE_URL", Runner::Image { .. }) => {
                    let sockets = self.postgres.sockets();
                    database.replace(&*sockets.to_string_lossy(), "/cloudsql")
                }
                ("DATABASE_URL", Runner::Program { .. }) => database.to_owned(),
                (other, _) => anyhow::bail!("{service}.yaml: an unknown secret, {other}"),
            };
            env.push((secret.clone(), value));
        }
        for (name, value) in changed {
            env.retain(|(known, _)| known != name);
            env.extend(
                value
                    .iter()
                    .map(|value| ((*name).to_owned(), value.clone())),
            );
        }
        for (name, file) in keys {
            let path = around.keys.join(file);
            env.push(((*name).to_owned(), path.to_string_lossy().into_owned()));
        }
        env.push(("GCE_METADATA_HOST".to_owned(), self.metadata.host()));
        let folder = self.folder.path();
        Instance::start(runner, file, &env, &around.mounts, port, folder)
    }

    fn around(&self, runner: &Runner) -> Around {
        let keys = self.folder.path().join("keys");
        match runner {
            Runner::Program { .. } => Around {
                keys,
                mounts: Vec::new(),
            },
            Runner::Image { .. } => Around {
                keys: KEYS.into(),
                mounts: vec![
                    (keys, KEYS.into()),
                    (self.postgres.sockets(), "/cloudsql".into()),
                ],
            },
        }
    }

    /// A folder for files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// The port that is wanted, where nobody has it: the containers share this machine's network. Otherwise any that is free.
fn free_port(wanted: u16) -> anyhow::Result<u16> {
    let free = TcpListener::bind(("0.0.0.0", wanted)).or_else(|_| TcpListener::bind("0.0.0.0:0"));
    Ok(free?.local_addr()?.port())
}
