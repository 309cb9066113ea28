//! Watching the tally: the watchers of an instance share one reader, which works only while there is one of them.

mod announcer;
mod reader;

#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;
use tokio_stream::{Stream, StreamExt, wrappers::WatchStream};

use self::announcer::Announcer;
use crate::{store::VoteStore, vote::Tally};

/// Where changes come in and watchers find them. Cloning is cheap.
#[derive(Clone)]
pub(crate) struct Hub {
    shared: Arc<Shared>,
    announcer: Announcer,
}

struct Shared {
    store: Arc<dyn VoteStore>,
    view: watch::Sender<View>,
    /// Whether the reader works. Held while a watcher comes and while the reader goes.
    reading: Mutex<bool>,
    reread: Duration,
}

/// What the reader knows.
#[derive(Clone)]
enum View {
    /// Nothing yet.
    Unread,
    /// The database did not answer, and is being asked again.
    Away,
    Tally(Arc<Tally>),
}

/// Between readings that nothing asked for, lest an announcement was lost with the instance that should have made it.
const REREAD: Duration = Duration::from_secs(15);

/// The database is away, and with it the tally to begin with.
#[derive(Debug)]
pub(crate) struct Away;

// === impl Hub ===

impl Hub {
    pub(crate) fn new(store: Arc<dyn VoteStore>) -> Self {
        Self::rereading(store, REREAD)
    }

    fn rereading(store: Arc<dyn VoteStore>, reread: Duration) -> Self {
        Self {
            announcer: Announcer::new(store.clone()),
            shared: Arc::new(Shared {
                store,
                view: watch::Sender::new(View::Unread),
                reading: Mutex::new(false),
                reread,
            }),
        }
    }

    /// A vote has changed: the watchers of all instances shall see it.
    pub(crate) fn changed(&self) {
        self.announcer.changed();
    }

    /// The tally as it stands, then as it changes. A slow watcher skips to the latest.
    ///
    /// While the database is away the stream waits, and goes on when it is back.
    pub(crate) async fn watch(
        &self,
    ) -> Result<impl Stream<Item = Arc<Tally>> + Send + use<>, Away> {
        let mut views = self.shared.clone().subscribe();
        // The sender lives on in `self`.
        let first = views
            .wait_for(|view| !matches!(view, View::Unread))
            .await
            .map_err(|_| Away)?
            .clone();
        if matches!(first, View::Away) {
            return Err(Away);
        }
        let mut last = None;
        Ok(WatchStream::new(views).filter_map(move |view| match view {
            View::Tally(tally) if last.as_ref() != Some(&tally) => {
                last = Some(tally.clone());
                Some(tally)
            }
            _ => None,
        }))
    }
}

// === impl Shared ===

impl Shared {
    fn subscribe(self: Arc<Self>) -> watch::Receiver<View> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let views = self.view.subscribe();
        if !*reading {
            *reading = true;
            tokio::spawn(reader::run(self.clone()));
        }
        drop(reading);
        views
    }

    /// Whether the reader may go: nobody watches.
    fn end(&self) -> bool {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        if self.view.receiver_count() == 0 {
            *reading = false;
            // The next watcher shall not see how it stood when the last one left.
            self.view.send_replace(View::Unread);
        }
        !*reading
    }
}
