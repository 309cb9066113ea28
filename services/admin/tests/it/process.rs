//! The service as it runs: a process of its own, called over the wire. Where something is missing or wrong, it is named.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use callgate_api::admin::v1::{
    DisableUserRequest, ListAuditRecordsRequest, admin_service_client::AdminServiceClient,
    audit_record::Outcome,
};
use callgate_testkit::{IapIssuer, MetadataServer, metadata_server::Place};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tonic::{Code, Request};

use crate::{
    AUDIENCE,
    accounts_server::{AccountsServer, SECRET},
    system::{outcome, users},
    users::user,
};

const PATIENCE: Duration = Duration::from_secs(30);
const ORIGIN: &str = "https://admin.example.com";

/// The service; killed when it goes.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service, to be started with its files in this folder.
fn command(folder: &Path) -> Command {
    for (file, text) in [
        ("admin.html", "<p>admin</p>"),
        ("secret", SECRET),
        ("iap.json", &IapIssuer::new(AUDIENCE).jwks()),
    ] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_admin"));
    command
        .env_clear()
        .env("PORT", "0")
        .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
        .env("CALLGATE_PROJECT_ID", "demo-callgate")
        .env("CALLGATE_ADMIN_DIR", folder)
        .env("CALLGATE_KEYS_FILE_IAP", folder.join("iap.json"))
        .env("CALLGATE_PUBLIC_ORIGIN", ORIGIN)
        .env("DATABASE_URL", "sqlite:admin.db")
        .env("LOG_FORMAT", "text")
        .current_dir(folder);
    command
}

/// Starts it, and says where it listens.
async fn start(mut command: Command) -> (Process, SocketAddr) {
    let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let process = Process(process);
    let (found, address) = tokio::sync::oneshot::channel();
    // Reads on to the end, so that the process never waits for its log to be read.
    std::thread::spawn(move || {
        let mut found = Some(found);
        for line in lines.map_while(Result::ok) {
            println!("{line}");
            if let Some((_, rest)) = line.split_once("address=") {
                let address = rest.split_whitespace().next().unwrap_or_default();
                let _ = found.take().map(|found| found.send(address.parse()));
            }
        }
    });
    let address = timeout(PATIENCE, address).await.expect("it starts in time");
    (process, address.expect("it starts").expect("an address"))
}

#[tokio::test]
async fn the_page_and_what_it_calls_are_served_from_one_port() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = AccountsServer::start(users()).await;
    let mut command = command(folder.path());
    command
        .env("CALLGATE_VOTES_URL", "http://127.0.0.1:1")
        .env("CALLGATE_ACCOUNTS_URL", accounts.url())
        .env("CALLGATE_ACCOUNTS_TOKEN_FILE", "secret")
        .env("CALLGATE_IAP_AUDIENCE", AUDIENCE);
    let (_process, address) = start(command).await;

    let mut page = TcpStream::connect(address).await.unwrap();
    let get = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    page.write_all(get.as_bytes()).await.unwrap();
    let mut answer = String::new();
    page.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("<p>admin</p>"), "{answer}");

    let client = AdminServiceClient::connect(format!("http://{address}")).await;
    let mut client = client.unwrap();
    let disable = DisableUserRequest {
        user: user("ada", ""),
    };
    let refusal = client.disable_user(disable.clone()).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unauthenticated);
    client.disable_user(as_eve(disable)).await.unwrap();

    assert_eq!(accounts.user("ada")["disabled"], true);
    let request = as_eve(ListAuditRecordsRequest::default());
    let records = client.list_audit_records(request).await.unwrap();
    let records = records.into_inner().records;
    assert_eq!(records.len(), 1);
    assert_eq!(outcome(&records[0]), (Outcome::Succeeded, ""));
}

#[tokio::test]
async fn on_cloud_run_the_audience_of_iap_is_made_of_what_the_metadata_server_says() {
    let folder = tempfile::tempdir().unwrap();
    let start_in = async |region: &str| {
        let place = Place {
            project_id: "demo-callgate".to_owned(),
            project_number: 123_456_789_012,
            region: region.to_owned(),
            service_account: "admin@demo-callgate.iam.gserviceaccount.com".to_owned(),
        };
        let metadata = MetadataServer::start(place).await.unwrap();
        let mut command = command(folder.path());
        command
            .env("K_SERVICE", "admin")
            .env("GCE_METADATA_HOST", metadata.host())
            .env("CALLGATE_IAP_AUDIENCE", "auto")
            .env("CALLGATE_VOTES_URL", "https://votes.example.com");
        let (process, address) = start(command).await;
        let client = AdminServiceClient::connect(format!("http://{address}")).await;
        (process, client.unwrap())
    };
    let list = || as_eve(ListAuditRecordsRequest::default());

    let (_process, mut here) = start_in("europe-west1").await;
    here.list_audit_records(list()).await.unwrap();
    let (_process, mut elsewhere) = start_in("us-east1").await;
    let refusal = elsewhere.list_audit_records(list()).await.unwrap_err();
    assert_eq!(refusal.code(), Code::Unauthenticated);
}

fn as_eve<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let assertion = IapIssuer::new(AUDIENCE).assertion("eve").sign();
    let metadata = request.metadata_mut();
    metadata.insert("x-goog-iap-jwt-assertion", assertion.parse().unwrap());
    metadata.insert("origin", ORIGIN.parse().unwrap());
    request
}

/// What it says where it does not start.
fn refusal(settings: &[(&str, &str)], page: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_admin"))
        .env_clear()
        .env("PORT", "0")
        .env("CALLGATE_PROJECT_ID", "demo-callgate")
        .env("CALLGATE_ADMIN_DIR", page)
        // Nobody is there to be asked.
        .env("GCE_METADATA_HOST", "127.0.0.1:1")
        .envs(settings.iter().copied())
        .current_dir(page)
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_wrong_or_missing_setting_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let votes = ("CALLGATE_VOTES_URL", "https://votes.example.com");
    for (settings, words) in [
        (&[][..], "CALLGATE_VOTES_URL is missing"),
        (
            &[("CALLGATE_VOTES_URL", " ")],
            "CALLGATE_VOTES_URL is missing",
        ),
        (&[("CALLGATE_VOTES_URL", "votes")], "CALLGATE_VOTES_URL: "),
        (
            &[("CALLGATE_VOTES_URL", "http://votes.example.com")],
            "CALLGATE_VOTES_URL: ",
        ),
        (
            &[("CALLGATE_VOTES_URL", "https://votes.example.com/path")],
            "CALLGATE_VOTES_URL: ",
        ),
        (
            &[
                ("CALLGATE_VOTES_URL", "http://127.0.0.1:8080"),
                ("K_SERVICE", "admin"),
            ],
            "CALLGATE_VOTES_URL: plain http is for development, and K_SERVICE",
        ),
        (
            &[votes, ("CALLGATE_VOTES_AUDIENCE", "two words")],
            "CALLGATE_VOTES_AUDIENCE: ",
        ),
        (&[votes], "CALLGATE_ADMIN_DIR: there is no admin.html in "),
    ] {
        let said = refusal(settings, folder.path());
        assert!(said.contains(words), "{settings:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }

    std::fs::write(folder.path().join("admin.html"), "").unwrap();
    for (settings, words) in [
        (
            &[votes, ("DATABASE_URL", "mysql://ann:secret@db/admin")][..],
            "DATABASE_URL: a database URL starts with",
        ),
        (
            &[votes, ("K_SERVICE", "admin")],
            "DATABASE_URL: it is missing",
        ),
        (
            &[votes, ("CALLGATE_ROLES_CLAIM", "email")],
            "CALLGATE_ROLES_CLAIM: ",
        ),
    ] {
        let said = refusal(settings, folder.path());
        assert!(said.contains(words), "{settings:?}: {said}");
        assert!(!said.contains("secret"), "{said}");
    }
}
