//! Start, size and memory.

use std::fs;

use super::{
    built::{Built, number},
    contender::{BOTH_CPUS, Kind, SERVER_CPU, Server},
    figures::median,
};

/// What was measured besides calls.
#[derive(Default)]
pub(super) struct Footprint {
    pub(super) cold_start_ms: Option<f64>,
    pub(super) cold_start_fetched_ms: Option<f64>,
    pub(super) rss_idle_mb: Option<f64>,
    pub(super) votes_binary_mb: Option<f64>,
    pub(super) stream_bytes: Option<f64>,
    /// What a million tokens take to be remembered, and what they may.
    pub(super) tokens_cache_mb: Option<(f64, f64)>,
}

const STREAMS: u32 = 10_000;

impl Footprint {
    pub(super) fn measure(built: &Built) -> anyhow::Result<Self> {
        eprintln!("starting a service ..");
        let start = built.measure(&[
            "start",
            &built.service,
            "--material",
            &built.material(),
            "--cpu",
            SERVER_CPU,
        ])?;
        #[expect(clippy::cast_precision_loss, reason = "a figure of a few digits")]
        let size = fs::metadata(&built.votes)?.len() as f64;
        eprintln!("{STREAMS} open streams ..");
        let stream_bytes = stream_bytes(built)?;
        eprintln!("a million tokens (a minute or two) ..");
        let tokens = built.measure_on(BOTH_CPUS, &["tokens", "--seconds", "0.5"])?;
        Ok(Self {
            cold_start_ms: Some(number(&start, "cold_start_ms")?),
            cold_start_fetched_ms: Some(number(&start, "cold_start_fetched_ms")?),
            rss_idle_mb: Some(number(&start, "rss_idle_mb")?),
            votes_binary_mb: Some(size / 1e6),
            stream_bytes: Some(stream_bytes),
            tokens_cache_mb: Some((
                number(&tokens, "cache_mb")?,
                number(&tokens, "configured_mb")?,
            )),
        })
    }
}

/// What a stream takes more with the gate. Of each five are measured, in turn, since a process grows by more than it asks for.
fn stream_bytes(built: &Built) -> anyhow::Result<f64> {
    let (mut plain, mut gated) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        for (kind, bytes) in [("none", &mut plain), ("gate", &mut gated)] {
            let report = streams(built, Kind::Ours(kind), STREAMS, None)?;
            bytes.push(number(&report, "bytes_each")?);
        }
    }
    Ok(median(gated) - median(plain))
}

/// So many open streams on a new server, whose token expires after so many seconds, if that is said.
pub(super) fn streams(
    built: &Built,
    kind: Kind,
    count: u32,
    expire_in: Option<u32>,
) -> anyhow::Result<serde_json::Value> {
    let server = Server::start(kind, built, SERVER_CPU, 1)?;
    let (port, pid, count) = (server.port(), server.pid(), count.to_string());
    let mut args = vec!["streams", "--port", &port, "--pid", &pid, "--count", &count];
    let seconds = expire_in.map(|seconds| seconds.to_string());
    if let Some(seconds) = &seconds {
        args.extend(["--expire-in", seconds]);
    }
    built.measure(&args)
}
