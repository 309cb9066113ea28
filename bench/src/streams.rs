//! What open streams take: memory of the server while they are idle, and CPU when all their tokens expire at once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use callgate_count::firebase;
use h2::{RecvStream, client::SendRequest};
use serde::Serialize;
use tokio::{task::JoinSet, time};

use crate::{client, proc};

/// How many streams there are on one connection: what hyper's servers allow.
const PER_CONNECTION: usize = 200;

/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_millis(300);

/// Opens streams on a server.
#[derive(clap::Args)]
pub(crate) struct Streams {
    /// On which port of loopback it listens.
    #[arg(long)]
    port: u16,
    /// The server's process, to see what it takes.
    #[arg(long)]
    pid: u32,
    /// How many streams.
    #[arg(long, default_value_t = 10_000)]
    count: usize,
    /// After how many seconds their token expires. Then their ends are measured, too.
    #[arg(long)]
    expire_in: Option<u64>,
}

#[derive(Serialize)]
struct Report {
    count: usize,
    /// Memory of the server for each stream, its share of the connection included.
    bytes_each: f64,
    #[serde(flatten)]
    ends: Option<Ends>,
}

/// How streams ended whose tokens expire at the same time.
#[derive(Serialize)]
struct Ends {
    /// CPU time of the server for each.
    end_cpu_us: f64,
    /// How late the last one ended.
    last_late_ms: f64,
}

impl Streams {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.measure())
    }

    async fn measure(&self) -> anyhow::Result<()> {
        // Tokens know whole seconds.
        let seconds = self.expire_in.map_or(3600, |seconds| seconds + 1);
        let expires_at = UNIX_EPOCH + Duration::from_secs(now().as_secs() + seconds);
        let token = firebase()
            .token("uid-of-28-characters-0000000")
            .expires_at(expires_at)
            .sign();
        let token = Bytes::from(format!("Bearer {token}"));

        // What the first connection and the first stream take is not the others'.
        let mut open = self.open(1, &token).await?;
        time::sleep(IDLE).await;
        let before = proc::anonymous(self.pid)?;
        open.extend(self.open(self.count, &token).await?);
        time::sleep(IDLE).await;
        let after = proc::anonymous(self.pid)?;
        let ends = match self.expire_in {
            Some(_) => Some(self.end(open, expires_at).await?),
            None => None,
        };
        #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
        let bytes_each = (after as f64 - before as f64) / self.count as f64;
        let report = Report {
            count: self.count,
            bytes_each,
            ends,
        };
        println!("{}", serde_json::to_string(&report)?);
        Ok(())
    }

    /// Opens so many streams, and reads what each says at first.
    async fn open(&self, count: usize, token: &Bytes) -> anyhow::Result<Vec<Open>> {
        let template = client::request(self.port, "Watch")?;
        let frame = client::frame(&[b'x'; 64]);
        let mut open = Vec::with_capacity(count);
        while open.len() < count {
            let mut sender = client::connect(self.port).await?;
            for _ in 0..PER_CONNECTION.min(count - open.len()) {
                sender = sender.ready().await?;
                let request = client::with_token(&template, token.clone())?;
                let response = client::send(&mut sender, request, frame.clone())?.await?;
                let refused = client::status(response.headers());
                ensure!(refused.is_none(), "a stream was refused: {refused:?}");
                let mut stream = response.into_body();
                let first = client::next(&mut stream).await?;
                ensure!(first.as_deref() == Some(&*frame), "a stream says nothing");
                open.push(Open {
                    stream,
                    _sender: sender.clone(),
                });
            }
        }
        Ok(open)
    }

    /// Waits until all have ended, for no other reason than their token.
    async fn end(&self, open: Vec<Open>, expires_at: SystemTime) -> anyhow::Result<Ends> {
        #[expect(clippy::cast_precision_loss, reason = "a figure of a few digits")]
        let count = open.len() as f64;
        let mut ends = JoinSet::new();
        for mut open in open {
            ends.spawn(async move {
                if client::next(&mut open.stream).await?.is_some() {
                    bail!("a stream says something");
                }
                let trailers = open.stream.trailers().await?;
                let status = trailers.as_ref().and_then(client::status);
                ensure!(
                    status.as_ref().is_some_and(|status| status == "16"),
                    "a stream ended with {status:?}"
                );
                Ok(SystemTime::now())
            });
        }
        let soon = expires_at - Duration::from_millis(300);
        let left = soon.duration_since(SystemTime::now());
        time::sleep(left.context("opening took longer than the token lives")?).await;
        ensure!(ends.try_join_next().is_none(), "a stream ended too early");
        let before = proc::cpu(self.pid)?;
        let mut last = expires_at;
        while let Some(ended) = ends.join_next().await {
            last = last.max(ended??);
        }
        let cpu = proc::cpu(self.pid)?.saturating_sub(before);
        let late = last.duration_since(expires_at).unwrap_or_default();
        Ok(Ends {
            end_cpu_us: cpu.as_secs_f64() * 1e6 / count,
            last_late_ms: late.as_secs_f64() * 1e3,
        })
    }
}

/// An open stream, and its connection.
struct Open {
    stream: RecvStream,
    _sender: SendRequest<Bytes>,
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
