//! Runs the services as Cloud Run would, from their rendered service files, and does to them what Cloud Run does: probes, calls in
//! every protocol, a pause, SIGTERM under load. It prints a line for each thing that held, and fails at the first that did not.
//!
//! `cargo xtask deploy-check` starts it. A service runs from its image, in a container of podman with the CPU, the memory, the port and
//! the environment of its file; or, with `--program`, as a process, without the first two.
//!
//! What stands in for Google's: PostgreSQL at the path of Cloud SQL's socket, a metadata server by `GCE_METADATA_HOST`, and the issuers'
//! keys as files, since the programs trust no certificate that could be made here.

mod checks;
mod client;
mod container;
mod instance;
mod probe;
mod service_file;
mod stage;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

use crate::{container::Store, instance::Runner, service_file::ServiceFile};

/// Runs the services as Cloud Run would, and does to them what Cloud Run does.
#[derive(Parser)]
struct Settings {
    /// Folder of the rendered service files
    #[arg(long)]
    services: PathBuf,
    /// Image of a service, as SERVICE=ARCHIVE, an archive of the OCI
    #[arg(long = "image", value_parser = pair)]
    images: Vec<(String, String)>,
    /// Folder for podman's images and containers
    #[arg(long, default_value = "target/deploy-check/podman")]
    store: PathBuf,
    /// Program of a service, as SERVICE=FILE, to run it without a container
    #[arg(long = "program", value_parser = pair)]
    programs: Vec<(String, String)>,
    /// Folder of the built pages, which an image has as `/web`; for programs
    #[arg(long, default_value = "web/dist")]
    web: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Subcommand)]
enum What {
    /// Probes, calls in every protocol, CORS, stripped signatures, PostgreSQL by socket, IAP, and a pause beyond the keys' age.
    Calls,
    /// SIGTERM for one of two instances of the votes, under load.
    Sigterm {
        /// The program front, of the crate callgate-front
        #[arg(long)]
        front: PathBuf,
        /// How many users vote; each makes three calls
        #[arg(long, default_value_t = 6000)]
        users: usize,
        /// How many calls a second it has to be
        #[arg(long, default_value_t = 2000)]
        least: u32,
    },
}

/// The service files, and how to run each.
struct Services {
    files: BTreeMap<String, ServiceFile>,
    runners: BTreeMap<String, Runner>,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> anyhow::Result<()> {
    let settings = Settings::parse();
    let what = settings.what.clone();
    let services = Services::read(settings)?;
    match what {
        What::Calls => checks::calls(&services).await,
        What::Sigterm {
            front,
            users,
            least,
        } => checks::sigterm(&services, &front, users, least).await,
    }
}

/// One thing that held.
fn held(what: &str, detail: &str) {
    println!("  ok  {what:<28} {detail}");
}

// === impl Services ===

impl Services {
    fn read(settings: Settings) -> anyhow::Result<Self> {
        let mut files = BTreeMap::new();
        let mut runners = BTreeMap::new();
        let store = Store::at(&settings.store);
        if !settings.images.is_empty() {
            store.clear()?;
        }
        for (service, archive) in settings.images {
            let name = store.load(archive.as_ref())?;
            let store = store.clone();
            runners.insert(service, Runner::Image { name, store });
        }
        for (service, program) in settings.programs {
            let web = settings.web.canonicalize();
            let web = web.unwrap_or_else(|_| settings.web.clone());
            let program = Path::new(&program).canonicalize();
            let program = program.with_context(|| format!("the program of {service}"))?;
            runners.insert(service, Runner::Program { program, web });
        }
        for service in runners.keys() {
            let path = settings.services.join(format!("{service}.yaml"));
            let file = ServiceFile::read(&path).with_context(|| path.display().to_string())?;
            files.insert(service.clone(), file);
        }
        Ok(Self { files, runners })
    }

    fn get(&self, service: &str) -> anyhow::Result<(&ServiceFile, &Runner)> {
        match (self.files.get(service), self.runners.get(service)) {
            (Some(file), Some(runner)) => Ok((file, runner)),
            _ => bail!("neither an image nor a program of {service} is given"),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("not NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
