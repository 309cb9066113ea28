//! `deploy/smoke.sh` finds nothing wrong with the whole system, and much with one that lets everybody in.

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use anyhow::ensure;

use crate::{
    deploy::check::{Check, Verdict},
    run::{cargo, command, run, target},
    setup,
    system::System,
};

pub(super) const CHECK: Check = Check {
    name: "smoke",
    about: "deploy/smoke.sh against the whole system on this machine, and against one that answers everything",
    run: check,
};

fn check() -> anyhow::Result<Verdict> {
    setup::npm("")?;
    run(cargo(&[
        "build",
        "--locked",
        "--quiet",
        "--package",
        "callgate-local",
    ]))?;
    let mut system = System::start(&target()?.join("debug/callgate-local"), &[])?;
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
