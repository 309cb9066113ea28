//! `cargo xtask conformance`: the conformance suite of gRPC and gRPC-Web, against a gated server.
//!
//! The suite (`connectrpc.com/conformance`) and its protos are a Go module, which `go` fetches once, as `conformance/go.sum` has
//! it; from then on nothing is asked of the network. The server is the crate in `conformance/`. It is tried with the gate open
//! and with the gate closed, which may make no difference, and with gRPC-Web in binary and, through a stand-in, in text.

mod known;
mod report;
mod suite;

use anyhow::bail;
use clap::Args;

use crate::count::Count;

use report::Report;
use suite::Suite;

/// Runs the conformance suite of gRPC and gRPC-Web against a gated server, with the gate open and with the gate closed.
///
/// Prints what passed, failed, and is known to fail (`conformance/known-failing.txt`). It needs Go, and the network once.
#[derive(Args)]
pub(crate) struct Conformance {
    /// Only the cases of these names, as the suite writes them. `*` is any part between slashes, `**` any number of them.
    #[arg(long, value_name = "PATTERN")]
    cases: Vec<String>,
    /// Shows what went over the wire in each case that fails.
    #[arg(long)]
    trace: bool,
}

/// How the server's gate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    /// Every method is public.
    Open,
    /// Every method wants an end user.
    Closed,
}

/// How gRPC-Web is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Web {
    /// In binary, as the suite does it. Native gRPC is tried too.
    Binary,
    /// In text, by a stand-in before the server. Only gRPC-Web is tried.
    Text,
}

// === impl Conformance ===

impl Conformance {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        self.check().map(drop)
    }

    fn check(&self) -> anyhow::Result<Count> {
        known::check()?;
        let suite = Suite::build()?;
        let mut reports = Vec::new();
        for gate in [Gate::Open, Gate::Closed] {
            let mut report = Report::default();
            for web in [Web::Binary, Web::Text] {
                report.add(suite.run(gate, web, &self.cases, self.trace)?);
            }
            println!("\ngate {}", gate.name());
            report.print();
            reports.push(report);
        }
        judge(&reports)
    }
}

/// The whole suite, for `cargo xtask test`.
pub(crate) fn check() -> anyhow::Result<Count> {
    let whole = Conformance {
        cases: Vec::new(),
        trace: false,
    };
    whole.check()
}

/// Where the suite's protos are, if Go is there: the server's own code is linted only with them.
pub(crate) fn protos() -> anyhow::Result<std::path::PathBuf> {
    suite::protos()
}

/// The environment variable that the crate in `conformance/` finds the suite's protos by.
pub(crate) const PROTOS: &str = "CALLGATE_CONFORMANCE_PROTOS";

fn judge(reports: &[Report]) -> anyhow::Result<Count> {
    let failed = reports.iter().map(Report::failed).sum();
    if failed > 0 {
        bail!("{failed} cases failed");
    }
    if let Some(case) = reports.iter().find_map(Report::known_of_grpc) {
        bail!("{case}: a case of gRPC itself may not be known to fail");
    }
    if reports.windows(2).any(|pair| pair[0] != pair[1]) {
        bail!("the gate makes a difference, which it may not");
    }
    println!("\nno difference between the gate open and the gate closed");
    Ok(Count {
        passed: reports.iter().map(Report::passed).sum(),
        failed,
    })
}

// === impl Gate ===

impl Gate {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}
