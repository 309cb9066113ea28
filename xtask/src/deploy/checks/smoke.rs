//! `deploy/smoke.sh` finds nothing wrong with the whole system, and much with one that lets everybody in.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, bail, ensure};

use crate::{
    deploy::check::{Check, Verdict},
    run::{cargo, command, run, target},
    setup,
};

pub(super) const CHECK: Check = Check {
    name: "smoke",
    about: "deploy/smoke.sh against the whole system on this machine, and against one that answers everything",
    run: check,
};

/// What the system prints before its address.
const OPEN: &str = "Open ";

fn check() -> anyhow::Result<Verdict> {
    setup::npm("")?;
    run(cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--package",
        "callgate-local",
    ]))?;
    let mut system = System::start()?;
    let (passes, said) = smoke(&system.origin()?)?;
    ensure!(passes, "deploy/smoke.sh, against the whole system:\n{said}");

    let (passes, said) = smoke(&lets_everybody_in()?)?;
    ensure!(
        !passes,
        "deploy/smoke.sh finds nothing wrong where everybody may do everything"
    );
    for refused in [
        "CastVote",
        "ResetVotes",
        "GetMyProfile",
        "Nonsense",
        "ListUsers",
    ] {
        let found = said
            .lines()
            .any(|line| line.starts_with("FAILED") && line.contains(refused));
        ensure!(
            found,
            "deploy/smoke.sh does not find that {refused} is open:\n{said}"
        );
    }
    Ok(Verdict::Passed(
        "the whole system passes; one that lets everybody in fails, five times".to_owned(),
    ))
}

/// Whether the script ends well, and what it says.
fn smoke(origin: &str) -> anyhow::Result<(bool, String)> {
    let done = command("bash", &["deploy/smoke.sh", origin], "").output()?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    Ok((
        done.status.success(),
        said + &String::from_utf8_lossy(&done.stderr),
    ))
}

/// The whole system, with a folder of its own. It ends with this.
struct System {
    child: Child,
    _folder: tempfile::TempDir,
}

impl System {
    fn start() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let child = Command::new(target()?.join("debug/callgate-local"))
            .env("PORT", "0")
            .env("CALLGATE_LOCAL_DIR", folder.path())
            .env_remove("DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("callgate-local")?;
        Ok(Self {
            child,
            _folder: folder,
        })
    }

    fn origin(&mut self) -> anyhow::Result<String> {
        let said = self.child.stdout.take().context("it was asked before")?;
        let mut lines = BufReader::new(said).lines().map_while(Result::ok);
        let Some(origin) = lines.find_map(|line| Some(line.strip_prefix(OPEN)?.to_owned())) else {
            bail!("callgate-local ended before it listened");
        };
        // Whoever writes to a pipe that nobody reads waits for ever.
        thread::spawn(move || lines.for_each(drop));
        Ok(origin)
    }
}

impl Drop for System {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The origin of a server that answers each call with success. It goes with the program.
fn lets_everybody_in() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let origin = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\ngrpc-status: 0\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            );
        }
    });
    Ok(origin)
}
