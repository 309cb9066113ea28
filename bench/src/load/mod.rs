//! The load: calls in turn on each of some streams, each with the next token, each answer checked.

mod grpc;
mod report;
mod web;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::bail;
use bytes::Bytes;
use clap::ValueEnum;
use tokio::{task::JoinSet, time};

use crate::{client, material, proc};
use report::Report;

/// Calls a server.
#[derive(clap::Args)]
pub(crate) struct Load {
    /// On which port of loopback it listens.
    #[arg(long)]
    port: u16,
    /// The folder with the tokens.
    #[arg(long)]
    material: PathBuf,
    /// How it is called.
    #[arg(long, value_enum, default_value_t = Protocol::Grpc)]
    protocol: Protocol,
    /// Over how many connections. Of gRPC-Web on HTTP/1.1, there are as many as `streams` says of each.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// How many calls at once on each.
    #[arg(long, default_value_t = 16)]
    streams: usize,
    /// How many of the tokens are taken in turn; all of them by default.
    #[arg(long)]
    tokens: Option<usize>,
    /// For how long calls are made before they count, in seconds.
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// For how long they count.
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// The server's process, to see what it takes.
    #[arg(long)]
    pid: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web over HTTP/1.1.
    Web,
}

/// What all streams share.
struct Shared {
    port: u16,
    /// Values of the header `authorization`.
    tokens: Vec<Bytes>,
    calls: AtomicU64,
    counts_from: Instant,
    ends_at: Instant,
}

/// How long the calls of one stream took, of those that count, in nanoseconds.
type Times = Vec<u32>;

/// One call to be made.
struct Call {
    token: Bytes,
    /// The message in a frame of gRPC (five bytes and the message); the answer is the same.
    frame: Bytes,
    began: Instant,
}

impl Load {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.calls())
    }

    async fn calls(&self) -> anyhow::Result<()> {
        let mut tokens = material::tokens(&self.material)?;
        tokens.truncate(self.tokens.unwrap_or(usize::MAX));
        if tokens.is_empty() {
            bail!("no tokens");
        }
        let tokens = tokens
            .into_iter()
            .map(|token| format!("Bearer {token}").into());
        let begin = Instant::now();
        let counts_from = begin + Duration::from_secs_f64(self.warm_up);
        let shared = Arc::new(Shared {
            port: self.port,
            tokens: tokens.collect(),
            calls: AtomicU64::new(0),
            counts_from,
            ends_at: counts_from + Duration::from_secs_f64(self.seconds),
        });
        let mut streams = JoinSet::new();
        for _ in 0..self.connections {
            match self.protocol {
                Protocol::Grpc => grpc::connect(&shared, self.streams, &mut streams).await?,
                Protocol::Web => web::connect(&shared, self.streams, &mut streams),
            }
        }
        time::sleep_until(shared.counts_from.into()).await;
        let before = proc::cpu(self.pid)?;
        time::sleep_until(shared.ends_at.into()).await;
        let cpu = proc::cpu(self.pid)?.saturating_sub(before);
        let resident = proc::resident(self.pid)?;
        let mut times = Times::new();
        while let Some(stream) = streams.join_next().await {
            times.extend(stream??);
        }
        let report = Report::new(times, self.seconds, cpu, resident);
        println!("{}", serde_json::to_string(&report)?);
        Ok(())
    }
}

// === impl Shared ===

impl Shared {
    /// The next call, unless it is over.
    fn next(&self) -> Option<Call> {
        let began = Instant::now();
        if began >= self.ends_at {
            return None;
        }
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let mut payload = [b'x'; 64];
        // So that an answer is of this call and no other.
        payload[..8].copy_from_slice(&number.to_be_bytes());
        let at = usize::try_from(number).unwrap_or_default() % self.tokens.len();
        Some(Call {
            token: self.tokens[at].clone(),
            frame: client::frame(&payload),
            began,
        })
    }

    /// Notes how long a call took, if it counts: what ends after the end does not.
    fn note(&self, call: &Call, times: &mut Times) {
        let ended = Instant::now();
        if ended >= self.counts_from && ended < self.ends_at {
            let took = (ended - call.began).as_nanos();
            times.push(u32::try_from(took).unwrap_or(u32::MAX));
        }
    }
}

// === impl Call ===

impl Call {
    /// Checks the answer.
    fn check(&self, body: &[u8], status: Option<&[u8]>) -> anyhow::Result<()> {
        if status != Some(b"0") {
            let status = String::from_utf8_lossy(status.unwrap_or(b"none"));
            bail!("a call was refused: grpc-status {status}");
        }
        if *body != *self.frame {
            bail!("an answer is of another call, or of none");
        }
        Ok(())
    }
}
