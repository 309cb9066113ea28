//! Accepting connections, and the bounded end of them all.

use std::{future::Future, pin::pin, time::Duration};

use tokio::{
    net::TcpListener,
    task::JoinSet,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::connection::{Connections, LINGER};

/// How long accepting rests when it fails, as it does without end while the process is out of file descriptors.
const REST: Duration = Duration::from_millis(100);

/// Serves all connections until `shutdown`, then drains them: stops to accept, runs `stopping`, ends streams, waits for the calls
/// under way, and cuts what is left, shortly after the last call or after `bound` at the latest.
pub(crate) async fn serve(
    listener: TcpListener,
    connections: Connections,
    calls: TaskTracker,
    shutdown: impl Future<Output = ()>,
    stopping: impl Future<Output = ()>,
    bound: Duration,
) {
    let stop = CancellationToken::new();
    let mut open = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    open.spawn(connections.clone().serve(stream, stop.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections");
                    sleep(REST).await;
                }
            },
            Some(_) = open.join_next(), if !open.is_empty() => {}
            () = shutdown.as_mut() => break,
        }
    }
    drop(listener);
    let began = Instant::now();
    tracing::info!(connections = open.len(), calls = calls.len(), "stopping");
    stopping.await;
    stop.cancel();
    calls.close();
    let in_time = timeout_at(began + bound, drained(&mut open, &calls)).await;
    let cut = open.len();
    let unfinished = calls.len();
    open.shutdown().await;
    let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    if in_time.is_ok() {
        tracing::info!(milliseconds, cut, "stopped");
    } else {
        tracing::warn!(
            milliseconds,
            cut,
            unfinished,
            "stopped, though calls were still under way"
        );
    }
}

/// Returns when all connections have ended, or when no call was under way for a while: whoever is connected then is silent.
async fn drained(open: &mut JoinSet<()>, calls: &TaskTracker) {
    loop {
        tokio::select! {
            last = open.join_next() => {
                if last.is_none() {
                    return;
                }
            }
            () = quiet(calls) => return,
        }
    }
}

async fn quiet(calls: &TaskTracker) {
    loop {
        calls.wait().await;
        sleep(LINGER).await;
        // A call may have come on a connection that had not yet learnt of the end.
        if calls.is_empty() {
            return;
        }
    }
}
