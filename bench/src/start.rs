//! How long a service takes from its start to the answer of its first call, and what memory it takes when idle.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use callgate_count::{PROJECT, firebase};
use callgate_testkit::{KeyServer, key_server::Answer};
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::{net::TcpStream, time};

use crate::{client, material, proc};

/// How long a service is left alone before it is called idle.
const IDLE: Duration = Duration::from_millis(200);

/// Starts a service again and again.
#[derive(clap::Args)]
pub(crate) struct Start {
    /// The service's program: `callgate-bench-service`.
    program: PathBuf,
    /// The folder with keys and tokens.
    #[arg(long)]
    material: PathBuf,
    /// How often it is started with keys from a file, and with keys that are fetched; the median counts.
    #[arg(long, default_value_t = 21)]
    times: usize,
    /// On which CPU it runs. Else it runs on those of this program.
    #[arg(long)]
    cpu: Option<usize>,
}

/// What is measured.
#[derive(Default, serde::Serialize)]
struct Report {
    cold_start_ms: f64,
    cold_start_fetched_ms: f64,
    rss_idle_mb: f64,
}

/// A service, until dropped.
struct Service {
    began: Instant,
    child: Child,
    port: u16,
}

impl Start {
    pub(crate) fn run(&self) -> anyhow::Result<()> {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?
            .block_on(self.starts())
    }

    async fn starts(&self) -> anyhow::Result<()> {
        let keys = KeyServer::start(Answer::keys(firebase().jwks()).max_age(3600)).await?;
        let file = material::keys(&self.material).display().to_string();
        let from_file = ("CALLGATE_KEYS_FILE_FIREBASE", file.as_str());
        let url = keys.url().to_string();
        let fetched = ("CALLGATE_KEYS_URL_FIREBASE", url.as_str());
        let token = material::tokens(&self.material)?.swap_remove(0);
        let (mut starts, mut starts_fetched, mut idle) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.times {
            let (took, resident) = self.start(from_file, &token).await?;
            starts.push(took);
            idle.push(resident);
            starts_fetched.push(self.start(fetched, &token).await?.0);
        }
        let report = Report {
            cold_start_ms: median(starts),
            cold_start_fetched_ms: median(starts_fetched),
            rss_idle_mb: median(idle),
        };
        println!("{}", serde_json::to_string(&report)?);
        Ok(())
    }

    /// Milliseconds to the answer of the first call, and the memory after it, in MiB.
    async fn start(&self, keys: (&str, &str), token: &str) -> anyhow::Result<(f64, f64)> {
        let mut service = self.spawn(keys)?;
        let mut sender = client::over(service.listening().await?).await?;
        let request = client::request(service.port, "Echo")?;
        let request = client::with_token(&request, format!("Bearer {token}").into())?;
        let frame = client::frame(&[b'x'; 64]);
        let answer = client::call(&mut sender, request, frame.clone()).await?;
        let took = service.began.elapsed();
        if answer.status() != Some(b"0") || *answer.body != *frame {
            bail!("the first call was refused: {:?}", answer.status());
        }
        time::sleep(IDLE).await;
        #[expect(clippy::cast_precision_loss, reason = "a figure of a few digits")]
        let resident = proc::resident(service.child.id())? as f64 / 1024.0;
        Ok((took.as_secs_f64() * 1e3, resident))
    }

    /// On a thread of its own, whose CPU the service inherits: `taskset` would take its time too.
    fn spawn(&self, keys: (&str, &str)) -> anyhow::Result<Service> {
        // Free a moment ago; if it is taken meanwhile, the service says so and ends.
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("PORT", port.to_string())
            .env("CALLGATE_BIND_ADDRESS", "127.0.0.1")
            .env("CALLGATE_PROJECT_ID", PROJECT)
            .env(keys.0, keys.1)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let spawn = || -> anyhow::Result<Service> {
            if let Some(cpu) = self.cpu {
                let mut cpus = CpuSet::new();
                cpus.set(cpu);
                sched_setaffinity(None, &cpus)?;
            }
            let began = Instant::now();
            let child = command.spawn().context("the service does not start")?;
            Ok(Service { began, child, port })
        };
        let spawned = thread::scope(|scope| scope.spawn(spawn).join());
        spawned.map_err(|_| anyhow::anyhow!("starting the service panicked"))?
    }
}

impl Service {
    /// Connects as soon as it listens.
    async fn listening(&mut self) -> anyhow::Result<TcpStream> {
        loop {
            if let Ok(socket) = TcpStream::connect(("127.0.0.1", self.port)).await {
                return Ok(socket);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the service ended at its start: {status}");
            }
            if self.began.elapsed() > Duration::from_secs(10) {
                bail!("the service does not listen");
            }
            // Shorter than tokio's timers can; the server of the keys gets its turn in between.
            thread::sleep(Duration::from_micros(50));
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
