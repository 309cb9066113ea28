//! Building the suite's runner and the server, and running one against the other.

use std::{fs, path::PathBuf, process::Stdio};

use anyhow::{Context, bail};

use super::{Gate, PROTOS, Web, known, report::Report};
use crate::{
    run::{cargo, command, output, run, target},
    setup,
};

/// Where the server is, and the `go.mod` that pins the suite.
const FOLDER: &str = "conformance";

const MODULE: &str = "connectrpc.com/conformance";

/// The suite's runner and the server, built.
pub(super) struct Suite {
    runner: PathBuf,
    server: PathBuf,
}

impl Suite {
    pub(super) fn build() -> anyhow::Result<Self> {
        let protos = protos()?;
        let runner = target()?.join("conformance/connectconformance");
        println!("building the suite's runner ..");
        let mut build = command("go", &["build", "-o"], FOLDER);
        build
            .arg(&runner)
            .arg(format!("{MODULE}/cmd/connectconformance"));
        run(build)?;
        println!("building the server ..");
        let mut build = cargo(&[
            "build",
            "--locked",
            "--quiet",
            "--package",
            "callgate-conformance",
        ]);
        build.env(PROTOS, protos);
        run(build)?;
        Ok(Self {
            runner,
            server: target()?.join("debug/callgate-conformance"),
        })
    }

    /// Runs these cases, all of them if none is named, against a server with such a gate.
    pub(super) fn run(
        &self,
        gate: Gate,
        web: Web,
        cases: &[String],
        trace: bool,
    ) -> anyhow::Result<Report> {
        let config = match web {
            Web::Binary => "config.yaml",
            Web::Text => "config-text.yaml",
        };
        let mut runner = command(
            &self.runner.display().to_string(),
            &["--mode", "server", "--conf", config, "-v"],
            FOLDER,
        );
        if cases.is_empty() {
            // With some cases only, the known ones may not be among them.
            runner.args(["--known-failing", &format!("@{}", known::FILE)]);
        }
        for case in cases {
            runner.args(["--run", case]);
        }
        if trace {
            runner.arg("--trace");
        }
        runner.arg("--").arg(&self.server).arg(gate.name());
        if web == Web::Text {
            runner.arg("--text");
        }
        let ran = runner
            .stdin(Stdio::null())
            .output()
            .context("cannot start the suite's runner")?;
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let report =
            Report::read(&said, web).with_context(|| format!("the suite says:\n{said}"))?;
        if !ran.status.success() && report.failed() == 0 {
            bail!("the suite's runner ended with {}:\n{said}", ran.status);
        }
        Ok(report)
    }
}

/// Where the suite's protos are: in the module, which is fetched where it is not there yet.
pub(super) fn protos() -> anyhow::Result<PathBuf> {
    setup::go()?;
    run(command("go", &["mod", "download", MODULE], FOLDER))?;
    let list = command("go", &["list", "-m", "-f", "{{.Dir}}", MODULE], FOLDER);
    let protos = PathBuf::from(output(list)?.trim()).join("proto");
    fs::metadata(&protos).with_context(|| format!("{MODULE} has no {}", protos.display()))?;
    Ok(protos)
}
