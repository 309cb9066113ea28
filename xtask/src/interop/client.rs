//! The clients, a row of the table each.

use std::{fs, path::Path, process::Command};

use anyhow::Context;

use super::{NODE, tools::Tools};
use crate::run::{command, root};

/// A client library, or a program that calls, and how to run its example.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    /// What it speaks.
    pub(crate) protocol: &'static str,
    /// The file that says its version, and what stands before the version there.
    pub(crate) version: (&'static str, &'static str),
    /// Its example.
    pub(crate) program: &'static str,
    /// What that takes.
    pub(crate) tools: Tools,
    /// The example as a command, without the argument that says where the system is, and the arguments behind that.
    pub(crate) command: fn(&Path) -> Command,
    pub(crate) args: &'static [&'static str],
}

const GRPC: &str = "gRPC";

pub(crate) const CLIENTS: [Client; 11] = [
    Client {
        name: "grpcurl, by reflection",
        protocol: GRPC,
        version: ("interop/grpcurl/go.mod", "/fullstorydev/grpcurl v"),
        program: "interop/grpcurl/call.sh",
        tools: Tools::Grpcurl,
        command: |out| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let folders = [out.join("bin")]
                .into_iter()
                .chain(std::env::split_paths(&path));
            let mut call = command("sh", &["call.sh"], "interop/grpcurl");
            // Where joining fails, the folder's own name is at fault, and the script says that there is no grpcurl.
            call.env("PATH", std::env::join_paths(folders).unwrap_or(path));
            call
        },
        args: &[],
    },
    Client {
        name: "grpc-go",
        protocol: GRPC,
        version: ("interop/go/go.mod", "google.golang.org/grpc v"),
        program: "interop/go/main.go",
        tools: Tools::Go,
        command: |out| program(&out.join("bin/votes")),
        args: &[],
    },
    Client {
        name: "grpc-java, Netty",
        protocol: GRPC,
        version: ("interop/java/pom.xml", "<grpc.version>"),
        program: "interop/java/src/main/java/interop/Main.java",
        tools: Tools::Java,
        command: java,
        args: &["netty"],
    },
    Client {
        name: "grpc-java, OkHttp",
        protocol: GRPC,
        version: ("interop/java/pom.xml", "<grpc.version>"),
        program: "interop/java/src/main/java/interop/Main.java",
        tools: Tools::Java,
        command: java,
        args: &["okhttp"],
    },
    Client {
        name: "grpc-js",
        protocol: GRPC,
        version: ("interop/node/package.json", "\"@grpc/grpc-js\": \""),
        program: "interop/node/grpc-js.mjs",
        tools: Tools::Node,
        command: |_| command("node", &["grpc-js.mjs"], NODE),
        args: &[],
    },
    Client {
        name: "grpcio, Python",
        protocol: GRPC,
        version: ("interop/python/requirements.txt", "grpcio=="),
        program: "interop/python/main.py",
        tools: Tools::Python,
        command: |out| {
            let mut python = program(&out.join("python/bin/python"));
            python
                .arg(root().join("interop/python/main.py"))
                .env("PYTHONPATH", out.join("python-protos"));
            python
        },
        args: &[],
    },
    Client {
        name: "tonic, Rust",
        protocol: GRPC,
        version: ("Cargo.lock", "name = \"tonic\"\nversion = \""),
        program: "interop/rust/src/main.rs",
        tools: Tools::Rust,
        command: |out| program(&out.with_file_name("debug/callgate-interop")),
        args: &[],
    },
    Client {
        name: "Connect-ES, connect-node",
        protocol: GRPC,
        version: (
            "interop/node/package.json",
            "\"@connectrpc/connect-node\": \"",
        ),
        program: "interop/node/connect.mjs",
        tools: Tools::Node,
        command: |_| command("node", &["connect.mjs"], NODE),
        args: &["grpc"],
    },
    Client {
        name: "Connect-ES, connect-web",
        protocol: "gRPC-Web",
        version: (
            "interop/node/package.json",
            "\"@connectrpc/connect-web\": \"",
        ),
        program: "interop/node/connect.mjs",
        tools: Tools::Node,
        command: |_| command("node", &["connect.mjs"], NODE),
        args: &["grpc-web"],
    },
    Client {
        name: "grpc-web in Chromium, binary",
        protocol: "gRPC-Web; the live stream in text",
        version: ("interop/node/package.json", "\"grpc-web\": \""),
        program: "interop/node/grpc-web/page.mjs",
        tools: Tools::Chromium,
        command: |_| command("node", &["grpc-web/chromium.mjs"], NODE),
        args: &["binary"],
    },
    Client {
        name: "grpc-web in Chromium, text",
        protocol: "gRPC-Web, text",
        version: ("interop/node/package.json", "\"grpc-web\": \""),
        program: "interop/node/grpc-web/page.mjs",
        tools: Tools::Chromium,
        command: |_| command("node", &["grpc-web/chromium.mjs"], NODE),
        args: &["text"],
    },
];

impl Client {
    /// The version that is installed: the one that its file says.
    pub(crate) fn version(&self) -> anyhow::Result<String> {
        let (file, before) = self.version;
        let text = fs::read_to_string(root().join(file)).context(file)?;
        let (_, behind) = text
            .split_once(before)
            .with_context(|| format!("{file} has no version of {}", self.name))?;
        let is_version = |c: &char| c.is_ascii_alphanumeric() || ".-+".contains(*c);
        Ok(behind.chars().take_while(is_version).collect())
    }

    /// The example, told where the system is.
    pub(crate) fn call(&self, out: &Path, origin: &str) -> Command {
        let mut call = (self.command)(out);
        call.arg(origin).args(self.args);
        call
    }
}

fn java(out: &Path) -> Command {
    let mut path = out.join("java/classes").into_os_string();
    path.push(if cfg!(windows) { ";" } else { ":" });
    path.push(out.join("java/lib/*"));
    let mut java = program(Path::new("java"));
    java.arg("-cp").arg(path).arg("interop.Main");
    java
}

fn program(path: &Path) -> Command {
    command(&path.to_string_lossy(), &[], "")
}
