//! The servers that are compared, each in a process of its own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::{
    PEERS,
    built::{Built, pinned},
    envoy::{self, Filter},
};
use crate::run::root;

/// The CPU of the servers, and that of the load and of the service behind Envoy.
pub(super) const SERVER_CPU: &str = "0";
pub(super) const LOAD_CPU: &str = "1";
pub(super) const BOTH_CPUS: &str = "0,1";

/// One row of the table.
#[derive(Clone, Copy)]
pub(super) struct Contender {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) protocol: &'static str,
    server: Kind,
}

/// What serves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `callgate-bench serve`, with this before the service.
    Ours(&'static str),
    /// `callgate-bench-service`: as every service of this repository is served.
    Service,
    /// grpc-js, in this mode.
    Node(&'static str),
    /// Envoy before a service of ours.
    Envoy(Filter),
}

pub(super) const ALL: [Contender; 12] = [
    Contender::new("none", "tonic, no gate", "grpc", Kind::Ours("none")),
    Contender::new("gate_warm", "callgate", "grpc", Kind::Ours("gate")),
    Contender::new(
        "gate_cold",
        "callgate, every token verified anew",
        "grpc",
        Kind::Ours("gate-cold"),
    ),
    Contender::new(
        "service",
        "callgate-serve, a log line a call",
        "grpc",
        Kind::Service,
    ),
    Contender::new(
        "jsonwebtoken",
        "tonic, jsonwebtoken in an interceptor",
        "grpc",
        Kind::Ours("jsonwebtoken"),
    ),
    Contender::new(
        "web_none",
        "tonic, no gate, gRPC-Web",
        "web",
        Kind::Ours("none"),
    ),
    Contender::new("web_warm", "callgate, gRPC-Web", "web", Kind::Ours("gate")),
    Contender::new(
        "envoy_none",
        "Envoy, no filter",
        "grpc",
        Kind::Envoy(Filter::None),
    ),
    Contender::new(
        "envoy_cold",
        "Envoy, jwt_authn",
        "grpc",
        Kind::Envoy(Filter::JwtAuthn),
    ),
    Contender::new(
        "envoy_cache",
        "Envoy, jwt_authn with jwt_cache",
        "grpc",
        Kind::Envoy(Filter::JwtCache),
    ),
    Contender::new(
        "node_none",
        "grpc-js, tokens not looked at",
        "grpc",
        Kind::Node("plain"),
    ),
    Contender::new(
        "node",
        "grpc-js, firebase-admin verifyIdToken",
        "grpc",
        Kind::Node("verify"),
    ),
];

/// A server, until dropped.
pub(super) struct Server {
    kind: Kind,
    port: u16,
    child: Child,
    /// The service behind it.
    _upstream: Option<Box<Self>>,
}

// === impl Contender ===

impl Contender {
    const fn new(
        name: &'static str,
        title: &'static str,
        protocol: &'static str,
        server: Kind,
    ) -> Self {
        Self {
            name,
            title,
            protocol,
            server,
        }
    }

    pub(super) fn is_peer(&self) -> bool {
        matches!(self.server, Kind::Node(_) | Kind::Envoy(_))
    }
}

// === impl Server ===

impl Server {
    /// A server for each of them, those of the same kind sharing one.
    pub(super) fn start_all(contenders: &[Contender], built: &Built) -> anyhow::Result<Vec<Self>> {
        let mut servers: Vec<Self> = Vec::new();
        for contender in contenders {
            if !servers.iter().any(|server| server.runs(contender)) {
                let server = Self::start(contender.server, built, SERVER_CPU, 1);
                servers.push(server.with_context(|| format!("cannot start {}", contender.title))?);
            }
        }
        Ok(servers)
    }

    /// A server on these CPUs. Only of ours it is said how many worker threads it has.
    pub(super) fn start(
        kind: Kind,
        built: &Built,
        cpus: &str,
        workers: u32,
    ) -> anyhow::Result<Self> {
        // Free a moment ago; if it is taken meanwhile, the server says so and ends.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (said, keys, folder) = (port.to_string(), built.keys(), built.material());
        let (command, upstream) = match kind {
            Kind::Ours(variant) => {
                let workers = workers.to_string();
                let args = ["serve", variant, "--port", &said, "--material", &folder];
                let mut command = pinned(cpus, &built.bench, &args);
                command.args(["--workers", &workers]);
                (command, None)
            }
            Kind::Service => {
                let mut command = pinned(cpus, &built.service, &[]);
                command
                    .env("PORT", &said)
                    .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
                    .env("CALLGATE_PROJECT_ID", "demo-callgate-bench")
                    .env("CALLGATE_KEYS_FILE_FIREBASE", &keys)
                    .env("CALLGATE_MAX_OPEN_STREAMS", "1000000");
                (command, None)
            }
            Kind::Node(mode) => {
                let script = root().join(PEERS).join("server.mjs").display().to_string();
                (pinned(cpus, "node", &[&script, &said, &keys, mode]), None)
            }
            Kind::Envoy(filter) => {
                let upstream = Self::start(Kind::Ours("none"), built, LOAD_CPU, 1)?;
                let config = built.folder().join(format!("envoy-{port}.yaml"));
                fs::write(&config, filter.config(port, upstream.port, &keys)?)?;
                let config = config.display().to_string();
                let args = [
                    "--config-path",
                    &config,
                    "--concurrency",
                    "1",
                    "--log-level",
                    "error",
                    "--disable-hot-restart",
                ];
                let command = pinned(cpus, &envoy::program()?, &args);
                (command, Some(Box::new(upstream)))
            }
        };
        Self::listening(kind, port, command, upstream)
    }

    fn listening(
        kind: Kind,
        port: u16,
        mut command: Command,
        upstream: Option<Box<Self>>,
    ) -> anyhow::Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        let mut server = Self {
            kind,
            port,
            child,
            _upstream: upstream,
        };
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("it ended at its start: {status}");
            }
            if begin.elapsed() > Duration::from_secs(30) {
                bail!("it does not listen after 30 s");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Whether this is the server for it.
    pub(super) fn runs(&self, contender: &Contender) -> bool {
        self.kind == contender.server
    }

    pub(super) fn port(&self) -> String {
        self.port.to_string()
    }

    /// Its process: taskset becomes the program that it starts.
    pub(super) fn pid(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
