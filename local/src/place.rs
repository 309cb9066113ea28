//! Where the system is found.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context;

use crate::args::Args;

/// Where the system is found, by those who use it and by itself.
pub(crate) struct Place {
    pub(crate) port: u16,
    /// As a person opens it.
    pub(crate) origin: String,
    /// By address, for what this process asks of itself: a name might resolve to IPv6 first.
    pub(crate) itself: String,
    /// Firebase's own emulator, in place of the embedded identity.
    pub(crate) auth_emulator_host: Option<String>,
}

impl Place {
    pub(crate) fn of(args: &Args) -> anyhow::Result<Self> {
        let port = match args.port {
            0 => free_port().context("there is no free port")?,
            port => port,
        };
        Ok(Self {
            port,
            origin: format!("http://localhost:{port}"),
            itself: format!("http://127.0.0.1:{port}"),
            auth_emulator_host: args.auth_emulator_host.clone(),
        })
    }
}

/// A port that is free now. The parts have to know it before the server listens.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}
