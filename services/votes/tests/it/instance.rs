//! One instance of the service, as a process.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use callgate_api::votes::v1::{GetResultsRequest, vote_service_client::VoteServiceClient};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use tokio::time::timeout;
use tonic::{Code, transport::Channel};

pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const AUDIENCE: &str = "https://votes.example.com";
pub(crate) const ADMIN: &str = "admin@demo-callgate.iam.gserviceaccount.com";

/// One instance of the service.
pub(crate) struct Instance {
    pub(crate) process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) client: VoteServiceClient<Channel>,
}

impl Instance {
    /// Starts with these keys of the issuers, and waits for the database, which a call would do for three seconds only.
    pub(crate) async fn start(database_url: &str, keys: &Path) -> Self {
        let mut command = command(database_url);
        command.env("CALLGATE_KEYS_FILE_FIREBASE", keys.join("firebase.json"));
        let instance = Self::start_as(command, keys).await;
        let mut client = instance.client.clone();
        let ready = async {
            while let Err(refusal) = client.get_results(GetResultsRequest {}).await {
                assert_eq!(refusal.code(), Code::Unavailable, "{refusal:?}");
            }
        };
        timeout(PATIENCE, ready).await.expect("the database");
        instance
    }

    /// Starts with this command, which says where Firebase's keys come from.
    pub(crate) async fn start_as(mut command: Command, keys: &Path) -> Self {
        let mut process = command
            .env("PORT", "0")
            .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
            .env("CALLGATE_PROJECT_ID", "demo-callgate")
            .env("CALLGATE_KEYS_FILE_GOOGLE", keys.join("google.json"))
            .env("CALLGATE_AUDIENCES", AUDIENCE)
            .env("CALLGATE_SERVICE_ACCOUNTS", format!("admin={ADMIN}"))
            .env("LOG_FORMAT", "text")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (found, address) = tokio::sync::oneshot::channel();
        // Reads on to the end, so that the process never waits for its log to be read.
        std::thread::spawn(move || {
            let mut found = Some(found);
            for line in lines.map_while(Result::ok) {
                println!("{line}");
                if let (Some(address), true) = (listening_address(&line), found.is_some()) {
                    let _ = found.take().map(|found| found.send(address));
                }
            }
        });
        let address = timeout(PATIENCE, address).await.expect("it starts in time");
        let address = address.expect("it starts");
        let client = VoteServiceClient::connect(format!("http://{address}"))
            .await
            .unwrap();
        Self {
            process,
            address,
            client,
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder with the issuers' keys.
pub(crate) fn keys(users: &FirebaseIssuer) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("firebase.json"), users.jwks()).unwrap();
    let services = GoogleIssuer::new(AUDIENCE);
    std::fs::write(folder.path().join("google.json"), services.jwks()).unwrap();
    folder
}

pub(crate) fn command(database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_votes"));
    command.env_clear();
    if !database_url.is_empty() {
        command.env("DATABASE_URL", database_url);
    }
    command
}

fn listening_address(line: &str) -> Option<SocketAddr> {
    let (_, fields) = line.split_once("listening")?;
    let (_, address) = fields.split_once("address=")?;
    address
        .split_whitespace()
        .next()?
        .trim_matches('"')
        .parse()
        .ok()
}
