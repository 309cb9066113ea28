//! One fetch, from its beginning to its end.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    fetch::FetchError,
    flights::{Outcome, Ticket},
    inner::{Inner, Origin},
    snapshot::Snapshot,
};

/// A fetch. However it ends, it says so: a task that panics, or that a runtime drops as it shuts down, is a failed fetch.
pub(super) struct Fetching {
    store: Arc<Inner>,
    ticket: Ticket,
    outcome: watch::Sender<Option<Outcome>>,
    landed: bool,
}

impl Fetching {
    pub(super) fn new(
        store: Arc<Inner>,
        ticket: Ticket,
        outcome: watch::Sender<Option<Outcome>>,
    ) -> Self {
        Self {
            store,
            ticket,
            outcome,
            landed: false,
        }
    }

    pub(super) async fn run(mut self) {
        if let Some(origin) = &self.store.origin {
            let result = origin.fetch.once(self.ticket.started_at).await;
            self.land(&result.map(Arc::new));
        }
    }

    fn land(&mut self, result: &Result<Arc<Snapshot>, FetchError>) {
        self.landed = true;
        let Some(origin) = &self.store.origin else {
            return;
        };
        let outcome = match result {
            Ok(_) => Ok(()),
            Err(error) => Err(error.reason()),
        };
        let before = self.store.snapshot.load_full();
        let mut flights = origin.flights();
        let in_time = flights.land(self.ticket, outcome, self.store.clock.now());
        if in_time && let Ok(snapshot) = result {
            // Still locked: whoever locks next sees the new keys.
            self.store.snapshot.store(Some(Arc::clone(snapshot)));
        }
        drop(flights);
        if in_time {
            report(origin, before.as_deref(), result);
            self.outcome.send_replace(Some(outcome));
        } else {
            tracing::debug!(host = origin.fetch.host(), "a fetch of keys ended too late");
            self.outcome
                .send_replace(Some(Err("the fetch took too long")));
        }
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        if !self.landed {
            self.land(&Err(FetchError::CutOff));
        }
    }
}

fn report(origin: &Origin, before: Option<&Snapshot>, result: &Result<Arc<Snapshot>, FetchError>) {
    let host = origin.fetch.host();
    match result {
        Ok(now) if before.is_some_and(|before| before.keys.is_same(&now.keys)) => {
            tracing::debug!(host, "fetched the same keys again");
        }
        Ok(now) => tracing::info!(host, keys = ?now.keys, "fetched new keys"),
        Err(error) => tracing::warn!(host, "cannot fetch keys: {error}"),
    }
}
