//! gRPC over HTTP/2 on some connections, of so many calls at once.

use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use h2::client::SendRequest;
use tokio::task::JoinSet;

use super::{Shared, Times};
use crate::client;

/// Connects, and calls on so many streams at once.
pub(super) async fn connect(
    shared: &Arc<Shared>,
    count: usize,
    streams: &mut JoinSet<anyhow::Result<Times>>,
) -> anyhow::Result<()> {
    let sender = client::connect(shared.port).await?;
    for _ in 0..count {
        streams.spawn(stream(Arc::clone(shared), sender.clone()));
    }
    Ok(())
}

async fn stream(shared: Arc<Shared>, sender: SendRequest<Bytes>) -> anyhow::Result<Times> {
    let template = client::request(shared.port, "Echo")?;
    let mut sender = Some(sender);
    let mut times = Times::new();
    while let Some(call) = shared.next() {
        let mut ready = sender
            .take()
            .context("the sender is put back below")?
            .ready()
            .await?;
        let request = client::with_token(&template, call.token.clone())?;
        let answer = client::call(&mut ready, request, call.frame.clone()).await?;
        call.check(&answer.body, answer.status())?;
        shared.note(&call, &mut times);
        sender = Some(ready);
    }
    Ok(times)
}
