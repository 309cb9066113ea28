//! The system that `cargo run` has started on this machine.

use std::{
    fs::File,
    io::{ErrorKind, Read as _},
    path::Path,
    time::Duration,
};

use anyhow::{Context, anyhow, bail};
use reqwest::{Client, Response, StatusCode, redirect};
use serde::Deserialize;

use super::wish::Wish;

/// The longest that a token may take: it is made on this machine, but a first key may have to be made for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most bytes of an answer. A token has at most 8 KiB.
const MOST: usize = 64 * 1024;

/// The most bytes of the secret. It has some dozens.
const MAX_SECRET: u64 = 1024;

/// A running system, and the secret of its folder.
pub(super) struct Local {
    dir: String,
    port: u16,
    secret: String,
    client: Client,
}

/// A token, and when it ends, in seconds since the Unix epoch.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Minted {
    pub(super) token: String,
    pub(super) expires_at: u64,
}

/// A refusal, as Google's APIs word it.
#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    message: String,
}

// === impl Local ===

impl Local {
    /// The system on this port, which works in this folder.
    pub(super) fn open(dir: &Path, port: u16) -> anyhow::Result<Self> {
        let secret = read_secret(dir)?;
        let client = Client::builder()
            // The secret goes to this machine and nowhere else.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .tls_certs_only([])
            .timeout(PATIENCE)
            .build()
            .context("an HTTP client")?;
        Ok(Self {
            dir: dir.display().to_string(),
            port,
            secret,
            client,
        })
    }

    pub(super) async fn mint(&self, wish: &Wish) -> anyhow::Result<Minted> {
        let Self { dir, port, .. } = self;
        // By address: a name might resolve to IPv6 first, where somebody else may listen.
        let answer = self
            .client
            .post(format!("http://127.0.0.1:{port}/local/v1/tokens"))
            .bearer_auth(&self.secret)
            .json(&wish.body)
            .send()
            .await;
        let answer = answer.map_err(|error| match error {
            error if error.is_connect() => anyhow!(
                "nothing listens on port {port}: start the system with `cargo run`, or name its port (--port, PORT)"
            ),
            error if error.is_timeout() => {
                anyhow!("what listens on port {port} does not answer")
            }
            error => anyhow!(error.without_url()),
        })?;
        let status = answer.status();
        let body = body(answer).await?;
        match status {
            StatusCode::OK => serde_json::from_slice(&body)
                .ok()
                .with_context(|| stranger(*port)),
            StatusCode::UNAUTHORIZED => bail!(
                "the system on port {port} does not take the secret of {dir}: name the folder that it works in (--dir, \
                 CALLGATE_LOCAL_DIR), or the port of the one that works in this folder (--port, PORT)"
            ),
            _ => match serde_json::from_slice::<Refusal>(&body) {
                Ok(refusal) if status.is_client_error() && status != StatusCode::NOT_FOUND => {
                    bail!("refused: {}", shown(&refusal.error.message))
                }
                _ => bail!("{} (it answers {status})", stranger(*port)),
            },
        }
    }
}

fn read_secret(dir: &Path) -> anyhow::Result<String> {
    let path = dir.join("secret");
    let mut secret = String::new();
    match File::open(&path) {
        Ok(file) => file.take(MAX_SECRET).read_to_string(&mut secret),
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "there is no {}: start the system with `cargo run`, or name the folder that it works in (--dir, \
             CALLGATE_LOCAL_DIR)",
            path.display()
        ),
        Err(error) => Err(error),
    }
    .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(secret.trim().to_owned())
}

async fn body(mut answer: Response) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|error| anyhow!(error.without_url()))?
    {
        if body.len() + chunk.len() > MOST {
            bail!("the answer is longer than {MOST} bytes");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn stranger(port: u16) -> String {
    format!(
        "what listens on port {port} is not callgate's local system: name the right port (--port, PORT)"
    )
}

/// Another program's words, short and without what could steer a terminal.
fn shown(words: &str) -> String {
    let mut shown = String::new();
    for c in words.chars().take(300) {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}
