//! What the clients' programs take, and what is made of them before they run.

use std::{fs, path::Path, process::Command};

use super::{NODE, made};
use crate::{
    python,
    run::{command, output, root, run},
    setup,
};

/// The protos of the services, and those that they import.
const PROTOS: [&str; 2] = ["proto", "interceptor/build/proto"];

const GO: &str = "interop/go";
const GRPCURL: &str = "interop/grpcurl";
const JAVA: &str = "interop/java";
const PYTHON: &str = "interop/python";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Tools {
    Grpcurl,
    Go,
    Java,
    Node,
    Chromium,
    Python,
    Rust,
}

impl Tools {
    /// Installs what is missing, where that can be done. An error says what is missing.
    pub(crate) fn find(self) -> anyhow::Result<()> {
        match self {
            Self::Grpcurl => setup::go().and_then(|()| setup::curl()),
            // buf comes by npm.
            Self::Go => setup::go().and_then(|()| setup::node()),
            Self::Java => setup::maven(),
            Self::Node => setup::node(),
            Self::Chromium => setup::node().and_then(|()| setup::chromium().map(drop)),
            Self::Python => setup::python(),
            Self::Rust => Ok(()),
        }
    }

    /// Makes the programs below `out`, where they are stale.
    pub(crate) fn make(self, out: &Path) -> anyhow::Result<()> {
        match self {
            Self::Grpcurl => {
                let package = "github.com/fullstorydev/grpcurl/cmd/grpcurl";
                let program = out.join("bin/grpcurl");
                made::of(&[GRPCURL], &program, &out.join("grpcurl.made"), || {
                    println!("building grpcurl ..");
                    run(go_build(package, &program, GRPCURL))
                })
            }
            Self::Go => {
                let program = out.join("bin/votes");
                made::of(&with_protos(GO), &program, &out.join("go.made"), || {
                    println!("building {GO} ..");
                    setup::npm(NODE)?;
                    run(buf_generate(GO))?;
                    run(go_build(".", &program, GO))
                })
            }
            Self::Java => {
                let folder = out.join("java");
                made::of(&with_protos(JAVA), &folder, &out.join("java.made"), || {
                    println!("building {JAVA} ..");
                    let out = format!("-Dout={}", folder.display());
                    let args = ["-B", "-q", "-Dstyle.color=never", &out, "prepare-package"];
                    run(command("mvn", &args, JAVA))
                })
            }
            Self::Node | Self::Chromium => {
                setup::npm(NODE)?;
                let sources = [&with_protos(NODE)[..], &["clients/web/proto"]].concat();
                let generated = root().join(NODE).join("gen");
                made::of(&sources, &generated, &out.join("node.made"), || {
                    run(buf_generate(NODE))
                })
            }
            Self::Python => {
                let requirements = "interop/python/requirements.txt";
                let python = python::environment("interop/python", requirements)?;
                let generated = out.join("python-protos");
                let mark = out.join("python.made");
                made::of(&with_protos(PYTHON), &generated, &mark, || {
                    fs::create_dir_all(&generated)?;
                    output(protoc(&python.join("bin/python"), &generated)).map(|_| ())
                })
            }
            // Cargo has built it, with the system.
            Self::Rust => Ok(()),
        }
    }
}

fn go_build(package: &str, program: &Path, folder: &str) -> Command {
    let program = program.to_string_lossy();
    command("go", &["build", "-o", &program, package], folder)
}

/// The protoc that comes with grpcio-tools.
fn protoc(python: &Path, generated: &Path) -> Command {
    let mut protoc = command(&python.to_string_lossy(), &["-m", "grpc_tools.protoc"], "");
    for option in ["--python_out", "--grpc_python_out"] {
        protoc.arg(format!("{option}={}", generated.display()));
    }
    protoc.args(PROTOS.map(|folder| format!("-I{folder}")));
    protoc.args(["votes/v1/votes.proto", "profiles/v1/profiles.proto"]);
    protoc.arg("callgate/v1/rule.proto");
    protoc
}

/// `buf generate` in this folder, with the buf that npm has installed.
fn buf_generate(folder: &str) -> Command {
    let installed = root().join(NODE).join("node_modules/.bin");
    let mut buf = command(
        &installed.join("buf").to_string_lossy(),
        &["generate"],
        folder,
    );
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [installed].into_iter().chain(std::env::split_paths(&path));
    buf.env("PATH", std::env::join_paths(folders).unwrap_or(path));
    buf
}

fn with_protos(folder: &'static str) -> Vec<&'static str> {
    let mut sources = vec![folder];
    sources.extend(PROTOS);
    sources
}
