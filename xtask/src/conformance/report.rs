//! What the suite's runner says in the end, by protocol.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};

use super::Web;

/// What became of the cases.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    rows: BTreeMap<Group, Row>,
    /// Those that are known to fail, and did.
    known: Vec<(Group, String)>,
    /// Those that failed, with what the suite says of it.
    failures: BTreeMap<(Group, String), String>,
}

/// Cases of one protocol, over one version of HTTP, with one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Grpc,
    GrpcWithGrpcGo,
    WebOverHttp1,
    WebOverHttp2,
    TextOverHttp1,
    TextOverHttp2,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    cases: u64,
    failed: u64,
    known: u64,
}

// === impl Report ===

impl Report {
    /// Reads all that the runner, told to be verbose, has printed.
    pub(super) fn read(said: &str, web: Web) -> anyhow::Result<Self> {
        let mut report = Self::default();
        let mut lines = said.lines().peekable();
        let mut whole = None;
        while let Some(line) = lines.next() {
            if let Some(run) = line.strip_prefix("Running ") {
                let cases = (run.split(' ').next()).and_then(|cases| cases.parse::<u64>().ok());
                let cases = cases.with_context(|| format!("how many cases? {line:?}"))?;
                report.row(Group::of(line, web)).cases += cases;
            } else if let Some(case) = line.strip_prefix("FAILED: ") {
                let case = case.trim_end_matches(':').to_owned();
                let mut words = String::new();
                while let Some(more) = lines.next_if(|line| is_of_a_failure(line)) {
                    words.push_str(more);
                    words.push('\n');
                }
                let group = Group::of(&case, web);
                report.row(group).failed += 1;
                report.failures.insert((group, case), words);
            } else if let Some(case) = line.strip_prefix("INFO: ") {
                let case = case.split(" failed (as expected)").next().unwrap_or(case);
                let group = Group::of(case, web);
                report.row(group).known += 1;
                report.known.push((group, case.to_owned()));
            } else if let Some((passed, failed)) = line.split_once(" passed, ") {
                whole = Some((passed.to_owned(), failed.to_owned()));
            }
        }
        let (passed, failed) = whole.context("it did not come to its end")?;
        let ours = (
            report.passed().to_string(),
            format!("{} failed", report.failed()),
        );
        ensure!(
            ours == (passed, failed),
            "of that I read {} passed, {}: some cases did not run",
            ours.0,
            ours.1
        );
        Ok(report)
    }

    pub(super) fn passed(&self) -> u64 {
        self.rows.values().map(Row::passed).sum()
    }

    pub(super) fn failed(&self) -> u64 {
        self.rows.values().map(|row| row.failed).sum()
    }

    /// Adds what became of other cases.
    pub(super) fn add(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.known.extend(other.known);
        self.failures.extend(other.failures);
    }

    /// A case of gRPC itself that is known to fail.
    pub(super) fn known_of_grpc(&self) -> Option<&str> {
        let mut known = self.known.iter();
        let known = known.find(|(group, _)| matches!(group, Group::Grpc | Group::GrpcWithGrpcGo));
        known.map(|(_, case)| case.as_str())
    }

    pub(super) fn print(&self) {
        for ((group, case), words) in &self.failures {
            println!("  FAILED {}: {case}\n{words}", group.name());
        }
        for (group, case) in &self.known {
            println!("  known  {}: {case}", group.name());
        }
        for (group, row) in &self.rows {
            println!(
                "  {:<34} {:>4} passed {:>4} failed {:>4} known to fail",
                group.name(),
                row.passed(),
                row.failed,
                row.known
            );
        }
    }

    fn row(&mut self, group: Group) -> &mut Row {
        self.rows.entry(group).or_default()
    }
}

/// Whether a line goes on telling of a failure: it is indented, or what went over the wire.
fn is_of_a_failure(line: &str) -> bool {
    [" ", "\t", "request>", "response<", "----"]
        .iter()
        .any(|begin| line.starts_with(begin))
}

// === impl Row ===

impl Row {
    fn passed(&self) -> u64 {
        self.cases.saturating_sub(self.failed + self.known)
    }
}

// === impl Group ===

impl Group {
    /// Of a case's name, or of what the runner says before it runs cases.
    fn of(text: &str, web: Web) -> Self {
        let over_http1 = text.contains("HTTPVersion:1") || text.contains("HTTP_VERSION_1");
        if text.contains("PROTOCOL_GRPC_WEB") || text.starts_with("gRPC-Web ") || web == Web::Text {
            match (web, over_http1) {
                (Web::Binary, true) => Self::WebOverHttp1,
                (Web::Binary, false) => Self::WebOverHttp2,
                (Web::Text, true) => Self::TextOverHttp1,
                (Web::Text, false) => Self::TextOverHttp2,
            }
        } else if text.contains("(grpc client impl)") || text.contains("grpc-reference-client") {
            Self::GrpcWithGrpcGo
        } else {
            Self::Grpc
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Grpc => "gRPC, called by connect-go",
            Self::GrpcWithGrpcGo => "gRPC, called by grpc-go",
            Self::WebOverHttp1 => "gRPC-Web over HTTP/1.1",
            Self::WebOverHttp2 => "gRPC-Web over HTTP/2",
            Self::TextOverHttp1 => "gRPC-Web in text over HTTP/1.1",
            Self::TextOverHttp2 => "gRPC-Web in text over HTTP/2",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "\
Computed 112 config case permutations.
Running 3 tests with reference-client for server config #1 {HTTP_VERSION_1, PROTOCOL_GRPC_WEB, TLS:false}...
Running 4 tests with reference-client for server config #2 {HTTP_VERSION_2, PROTOCOL_GRPC, TLS:false}...
Running 2 tests with grpc-reference-client for server config #1 {HTTP_VERSION_2, PROTOCOL_GRPC, TLS:false}...
FAILED: Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/unary/success:
\tactual error {code: 11}
---- HTTP Trace ----
 request>     0.000ms POST
--------------------
INFO: gRPC-Web Unexpected Requests/HTTPVersion:1/unexpected-uri failed (as expected):
\tactual error contain 1 details; expecting 0

Total cases: 9
7 passed, 1 failed
(Another 1 failed as expected due to being known failures/flakes.)
";

    #[test]
    fn cases_are_counted_by_protocol() {
        let report = Report::read(SAID, Web::Binary).expect("a report");
        assert_eq!((report.passed(), report.failed()), (7, 1));
        let row = |cases, failed, known| Row {
            cases,
            failed,
            known,
        };
        let rows = [
            (Group::Grpc, row(4, 1, 0)),
            (Group::GrpcWithGrpcGo, row(2, 0, 0)),
            (Group::WebOverHttp1, row(3, 0, 1)),
        ];
        assert_eq!(report.rows, BTreeMap::from(rows));
        let ((_, case), words) = report.failures.first_key_value().expect("a failure");
        assert_eq!(
            case,
            "Basic/HTTPVersion:2/Protocol:PROTOCOL_GRPC/unary/success"
        );
        assert_eq!(words.lines().count(), 4);
        assert_eq!(report.known_of_grpc(), None);
    }

    #[test]
    fn known_failures_of_grpc_itself_are_found() {
        let said = SAID.replace(
            "gRPC-Web Unexpected Requests/HTTPVersion:1",
            "gRPC Unexpected Requests/HTTPVersion:2",
        );
        let report = Report::read(&said, Web::Binary).expect("a report");
        assert!(report.known_of_grpc().is_some());
    }

    #[test]
    fn cases_that_did_not_run_are_noticed() {
        assert!(Report::read(&SAID.replace("7 passed", "6 passed"), Web::Binary).is_err());
        assert!(Report::read("Running 3 tests with reference-client", Web::Binary).is_err());
    }
}
