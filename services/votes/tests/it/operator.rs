//! What an operator sees of a process: its log lines, and its traces and metrics.

use std::{
    fmt::Write,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use callgate_api::votes::v1::{
    Candidate, CastVoteRequest, GetResultsRequest, vote_service_client::VoteServiceClient,
};
use callgate_testkit::{FirebaseIssuer, GoogleIssuer};
use opentelemetry_proto::tonic::{
    collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest},
    trace::v1::Span,
};
use prost::Message;
use serde_json::Value;
use tokio::{net::TcpListener, sync::mpsc, time::timeout};
use tonic::Request;

const PATIENCE: Duration = Duration::from_mins(1);
/// Shorter than the 10 s of one request to a collector, which the end does not wait for.
const WITHIN: Duration = Duration::from_secs(8);
const AUDIENCE: &str = "https://votes.example.com";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// The service as a process, whose log is read line by line.
struct Process {
    child: Child,
    lines: mpsc::UnboundedReceiver<Value>,
    address: String,
}

/// Takes traces and metrics.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Sent>>);

#[derive(Default)]
struct Sent {
    spans: Vec<Span>,
    /// The names of the metrics.
    metrics: Vec<String>,
    resource: String,
}

// === impl Process ===

impl Process {
    async fn start(folder: &Path, collector: Option<&str>) -> Self {
        let issuer = FirebaseIssuer::new("demo-callgate");
        let file = |name: &str| folder.join(name);
        std::fs::write(file("firebase.json"), issuer.jwks()).unwrap();
        std::fs::write(file("google.json"), GoogleIssuer::new(AUDIENCE).jwks()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_votes"));
        command
            .env_clear()
            .env(
                "DATABASE_URL",
                format!("sqlite:{}", file("votes.db").display()),
            )
            .env("PORT", "0")
            .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
            .env("CALLGATE_PROJECT_ID", "demo-callgate")
            .env("CALLGATE_KEYS_FILE_FIREBASE", file("firebase.json"))
            .env("CALLGATE_KEYS_FILE_GOOGLE", file("google.json"))
            .env("CALLGATE_AUDIENCES", AUDIENCE)
            .env(
                "CALLGATE_SERVICE_ACCOUNTS",
                "admin=admin@demo-callgate.iam.gserviceaccount.com",
            )
            // As on Cloud Run: no terminal, so that the log is JSON without being asked for.
            .stdout(Stdio::piped());
        if let Some(collector) = collector {
            command.env("OTEL_EXPORTER_OTLP_ENDPOINT", collector);
        }
        let mut child = command.spawn().unwrap();
        let log = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                println!("{line}");
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                let _ = sender.send(line);
            }
        });
        let mut process = Self {
            child,
            lines,
            address: String::new(),
        };
        let listening = process.line(|line| line["message"] == "listening").await;
        listening["address"]
            .as_str()
            .unwrap()
            .clone_into(&mut process.address);
        process
    }

    /// The next line of which this holds.
    async fn line(&mut self, holds: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let line = self.lines.recv().await.expect("the process has ended");
                assert!(
                    line["severity"].is_string() && line["time"].is_string(),
                    "{line}"
                );
                if holds(&line) {
                    return line;
                }
            }
        };
        timeout(PATIENCE, found).await.expect("in time")
    }

    async fn line_about(&mut self, method: &str) -> Value {
        self.line(|line| line["method"] == method).await
    }

    /// Casts a vote with this header.
    async fn cast(&self, header: (&'static str, String)) {
        let url = format!("http://{}", self.address);
        let mut client = VoteServiceClient::connect(url).await.unwrap();
        let mut request = Request::new(CastVoteRequest {
            candidate: Candidate::Cats.into(),
        });
        let token = FirebaseIssuer::new("demo-callgate")
            .token("ada")
            .name("Ada")
            .sign();
        let bearer = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", bearer);
        request
            .metadata_mut()
            .insert(header.0, header.1.parse().unwrap());
        client.cast_vote(request).await.unwrap();
    }

    /// Sends SIGTERM. How long the process takes to end well.
    async fn terminate(&mut self) -> Duration {
        let began = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return began.elapsed();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The names of its threads, as far as the system keeps them.
    #[cfg(target_os = "linux")]
    fn threads(&self) -> Vec<String> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// === impl Collector ===

impl Collector {
    /// Begins to listen, and says where.
    async fn start() -> (Self, String) {
        let collector = Self::default();
        let router = Router::new()
            .route("/v1/traces", post(traces))
            .route("/v1/metrics", post(metrics))
            .with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (collector, url)
    }
}

async fn traces(State(collector): State<Collector>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    let mut sent = collector.0.lock().unwrap();
    for resource in request.resource_spans {
        sent.resource = format!("{:?}", resource.resource);
        let spans = resource
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans);
        sent.spans.extend(spans);
    }
}

async fn metrics(State(collector): State<Collector>, body: Bytes) {
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    let resources = request.resource_metrics.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_metrics);
    let metrics = scopes.flat_map(|scope| scope.metrics);
    let names = metrics.map(|metric| metric.name);
    collector.0.lock().unwrap().metrics.extend(names);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_of_the_process_is_json_that_cloud_logging_puts_under_the_calls_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), None).await;
    let method = "/votes.v1.VoteService/CastVote";
    for (header, sampled) in [
        (
            ("traceparent", format!("00-{TRACE}-00000000000000ff-01")),
            true,
        ),
        (("x-cloud-trace-context", format!("{TRACE}/255;o=0")), false),
    ] {
        process.cast(header).await;
        let line = process.line_about(method).await;
        assert_eq!(
            line["logging.googleapis.com/trace"],
            format!("projects/demo-callgate/traces/{TRACE}")
        );
        assert_eq!(line["logging.googleapis.com/spanId"], "00000000000000ff");
        assert_eq!(line["logging.googleapis.com/trace_sampled"], sampled);
        assert_eq!(line["severity"], "INFO");
        assert_eq!(line["httpRequest"]["requestUrl"], method);
        assert_eq!(line["uid"], "ada");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_of_traces_and_metrics_is_sent_at_the_end_and_log_lines_name_the_span() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, url) = Collector::start().await;
    let mut process = Process::start(folder.path(), Some(&url)).await;
    let parent = format!("00-{TRACE}-00000000000000ff-01");
    process.cast(("traceparent", parent)).await;
    let line = process.line_about("/votes.v1.VoteService/CastVote").await;
    let took = process.terminate().await;
    assert!(took < WITHIN, "{took:?}");

    let sent = collector.0.lock().unwrap();
    let [span] = &*sent.spans else {
        panic!("{:?}", sent.spans);
    };
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), "00000000000000ff");
    assert_eq!(line["logging.googleapis.com/spanId"], hex(&span.span_id));
    for metric in [
        "callgate.calls",
        "callgate.tokens",
        "db.client.connection.count",
    ] {
        assert!(sent.metrics.iter().any(|name| name == metric), "{metric}");
    }
    assert!(sent.resource.contains("\"votes\""), "{}", sent.resource);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_never_answers_does_not_hold_up_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let mut process = Process::start(folder.path(), Some(&url)).await;
    let parent = format!("00-{TRACE}-00000000000000ff-01");
    process.cast(("traceparent", parent)).await;
    let took = process.terminate().await;
    assert!(took < WITHIN, "{took:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_endpoint_no_thread_and_no_connection_is_there_for_telemetry() {
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = Collector::start().await;
    // The kernel keeps 15 characters of OpenTelemetry.Metrics.PeriodicReader, and of its like.
    let of_telemetry = |process: &Process| {
        let threads = process.threads();
        threads
            .iter()
            .filter(|name| name.starts_with("OpenTelemetry"))
            .count()
    };
    // Nobody else is called either: keys and database are files.
    let connections = |process: &Process| {
        let fds = std::fs::read_dir(format!("/proc/{}/fd", process.child.id())).unwrap();
        let targets = fds.filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok());
        targets
            .filter(|target| target.to_string_lossy().starts_with("socket:"))
            .count()
    };
    let get_results = async |process: &Process| {
        let url = format!("http://{}", process.address);
        let mut client = VoteServiceClient::connect(url).await.unwrap();
        client.get_results(GetResultsRequest {}).await.unwrap();
        client
    };
    let with = Process::start(folder.path(), Some(&url)).await;
    let client = get_results(&with).await;
    // A thread gives itself its name when it first runs.
    let named = async {
        while of_telemetry(&with) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let named = timeout(PATIENCE, named).await;
    assert!(named.is_ok(), "{:?}", with.threads());
    assert_eq!(of_telemetry(&with), 2, "{:?}", with.threads());
    drop((client, with));

    let without = Process::start(folder.path(), None).await;
    let before = connections(&without);
    let client = get_results(&without).await;
    assert_eq!(of_telemetry(&without), 0, "{:?}", without.threads());
    assert_eq!(connections(&without), before + 1, "the client's own");
    drop(client);
}
