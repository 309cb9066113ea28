//! What the suite's runner and this program say to each other: each message behind its length, four bytes, big-endian.

use anyhow::{Context, ensure};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt, stdin, stdout};

/// More than the runner ever says.
const LONGEST: u32 = 1 << 20;

/// Reads one message from standard input.
pub(crate) async fn hear<M: Message + Default>() -> anyhow::Result<M> {
    let mut input = stdin();
    let length = input
        .read_u32()
        .await
        .context("the suite's runner starts this: cargo xtask conformance")?;
    ensure!(length <= LONGEST, "the runner says {length} bytes at once");
    let mut message = vec![0; usize::try_from(length)?];
    input.read_exact(&mut message).await?;
    Ok(M::decode(message.as_slice())?)
}

/// Writes one message to standard output.
pub(crate) async fn say(message: &impl Message) -> anyhow::Result<()> {
    let message = message.encode_to_vec();
    let mut output = stdout();
    output.write_u32(u32::try_from(message.len())?).await?;
    output.write_all(&message).await?;
    output.flush().await?;
    Ok(())
}
