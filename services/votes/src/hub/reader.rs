//! Reads the tally for all watchers of an instance.

use std::{convert::Infallible, sync::Arc, time::Duration};

use callgate_database::Backoff;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{Shared, View};
use crate::{store::StoreError, vote::Tally};

/// Between two readings. People see no difference; the database does.
const PACE: Duration = Duration::from_millis(50);

/// Reads until nobody watches.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut backoff = Backoff::new();
    loop {
        let ended = tokio::select! {
            () = shared.view.closed() => None,
            Err(error) = follow(&shared, &mut backoff) => Some(error),
        };
        match ended {
            None if shared.end() => return,
            None => {}
            Some(error) => {
                tracing::warn!(%error, "watching the votes is interrupted; starting over");
                // Having missed an announcement or two makes what is known no less true than a moment ago.
                if !matches!(error, StoreError::Deaf) {
                    shared.view.send_replace(View::Away);
                }
                backoff.wait().await;
            }
        }
    }
}

/// Listens first and reads then, so that no change falls between the two.
async fn follow(shared: &Shared, backoff: &mut Backoff) -> Result<Infallible, StoreError> {
    let changed = Notify::new();
    // Neither is ever dropped half-way: a listener that is loses word of its connection's end.
    tokio::select! {
        error = shared.store.listen(&changed) => Err(error),
        Err(error) = read(shared, &changed, backoff) => Err(error),
    }
}

async fn read(
    shared: &Shared,
    changed: &Notify,
    backoff: &mut Backoff,
) -> Result<Infallible, StoreError> {
    // The first notice says that the listener listens.
    changed.notified().await;
    loop {
        let tally = shared.store.tally().await?;
        backoff.reset();
        publish(shared, tally);
        sleep(PACE).await;
        if timeout(shared.reread, changed.notified()).await.is_err() {
            let tally = shared.store.tally().await?;
            if publish(shared, tally) {
                // Something changed, and no notice came: the connection may be dead without our having been told.
                return Err(StoreError::Deaf);
            }
        }
    }
}

/// Whether the watchers learn anything by it.
fn publish(shared: &Shared, tally: Tally) -> bool {
    shared.view.send_if_modified(|view| {
        let new = !matches!(view, View::Tally(known) if **known == tally);
        if new {
            *view = View::Tally(Arc::new(tally));
        }
        new
    })
}
