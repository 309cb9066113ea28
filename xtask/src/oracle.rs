//! The official firebase-admin, in node, judges a token of the embedded identity.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{
    count::Count,
    run::{command, counted, root},
    setup,
};

/// Where firebase-admin is installed. The differential test of the verifier takes it from there too.
pub(crate) const FOLDER: &str = "local/identity/tests/firebase-admin";

/// Runs firebase-admin's production path against a server that is started for it.
pub(crate) fn check() -> anyhow::Result<Count> {
    setup::npm(FOLDER)?;
    let server = Server::start()?;
    let mut check = command("node", &["check.mjs", &server.url], FOLDER);
    check.env("CALLGATE_LOCAL_DIR", server.folder.path());
    let mut count = counted(check)?;
    if count == Count::default() {
        count.passed = 1;
    }
    Ok(count)
}

/// The whole system, on a port and in a folder of its own, until dropped.
struct Server {
    url: String,
    child: Child,
    /// Where its secret is.
    folder: tempfile::TempDir,
}

impl Server {
    fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let program = root().join("target/debug/callgate-local");
        let mut child = Command::new(&program)
            .arg("--no-build-page")
            .env("PORT", port.to_string())
            .env("CALLGATE_LOCAL_DIR", folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let begin = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("callgate-local ended at its start: {status}");
            }
            if begin.elapsed() > Duration::from_secs(30) {
                bail!("callgate-local does not listen after 30 s");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Self {
            url: format!("http://localhost:{port}"),
            child,
            folder,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
