//! What is kept: accounts, signing keys, the key of the refresh tokens.
//!
//! It lives in memory and is written as a whole, by one thread. Changes that come in while it writes are written together next. A
//! change is acknowledged only once it is on the disk.

pub(crate) mod disk;
pub(crate) mod user;
mod users;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
};

use tokio::sync::watch;

pub(crate) use users::{ServiceAccountRecord, SignIn, State};

use crate::error::{ApiError, OpenError};

/// The state, and the thread that writes it.
pub(crate) struct Store {
    dir: Arc<disk::Dir>,
    shared: Arc<Mutex<Versioned>>,
    /// Taken out when it is dropped, which ends the thread.
    wake: Option<mpsc::SyncSender<()>>,
    written: watch::Receiver<Written>,
    writer: Option<thread::JoinHandle<()>>,
}

struct Versioned {
    state: State,
    /// Counts the changes.
    version: u64,
}

/// How far the writer has come.
#[derive(Clone, Copy, Default)]
struct Written {
    durable: u64,
    failed: u64,
}

impl Store {
    /// Reads the state, lets `prepare` complete it, and writes it back once.
    pub(crate) fn open(
        dir: disk::Dir,
        prepare: impl FnOnce(&mut State) -> Result<(), OpenError>,
    ) -> Result<Self, OpenError> {
        let dir = Arc::new(dir);
        let mut state = dir.state()?.unwrap_or_default();
        prepare(&mut state)?;
        let shared = Arc::new(Mutex::new(Versioned { state, version: 1 }));
        let (wake, woken) = mpsc::sync_channel(1);
        let (progress, mut written) = watch::channel(Written::default());
        let first = write(&dir, &shared, &progress);
        first.map_err(|source| OpenError::Io {
            path: "identity.json".into(),
            source,
        })?;
        written.mark_unchanged();

        let writer = thread::Builder::new()
            .name("identity-state".to_owned())
            .spawn({
                let (dir, shared) = (dir.clone(), shared.clone());
                move || {
                    while woken.recv().is_ok() {
                        if let Err(error) = write(&dir, &shared, &progress) {
                            tracing::error!(%error, "the identity's state cannot be written");
                        }
                    }
                }
            })
            .map_err(|source| OpenError::Io {
                path: "identity.json".into(),
                source,
            })?;
        Ok(Self {
            dir,
            shared,
            wake: Some(wake),
            written,
            writer: Some(writer),
        })
    }

    /// Puts another file into the folder, for its owner only, unless it is there with the same content. Returns its path.
    pub(crate) fn write_file(&self, name: &str, content: &[u8]) -> std::io::Result<PathBuf> {
        self.dir.ensure(name, content)
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&lock(&self.shared).state)
    }

    /// Changes the state, and returns once the change is on the disk. A closure that errs must have changed nothing.
    pub(crate) async fn change<T>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let (value, version) = {
            let mut shared = lock(&self.shared);
            let value = change(&mut shared.state)?;
            shared.version += 1;
            (value, shared.version)
        };
        if let Some(wake) = &self.wake {
            // A full channel means that the writer is about to look anyway.
            let _ = wake.try_send(());
        }
        let mut written = self.written.clone();
        let done = written
            .wait_for(|written| written.durable >= version || written.failed >= version)
            .await;
        match done {
            Ok(written) if written.durable >= version => Ok(value),
            _ => Err(ApiError::Storage),
        }
    }

    /// Changes what may be lost: it is written with the next change.
    pub(crate) fn note(&self, change: impl FnOnce(&mut State)) {
        change(&mut lock(&self.shared).state);
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        drop(self.wake.take());
        // The folder is free for the next process only when the writer is gone.
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn write(
    dir: &disk::Dir,
    shared: &Mutex<Versioned>,
    progress: &watch::Sender<Written>,
) -> std::io::Result<()> {
    let (bytes, version) = {
        let shared = lock(shared);
        (serde_json::to_vec_pretty(&shared.state), shared.version)
    };
    let result = bytes
        .map_err(std::io::Error::from)
        .and_then(|bytes| dir.write_state(&bytes));
    progress.send_modify(|written| match &result {
        Ok(()) => written.durable = version,
        Err(_) => written.failed = version,
    });
    result
}

/// A closure that panicked has changed nothing or something that stands alone.
fn lock(shared: &Mutex<Versioned>) -> MutexGuard<'_, Versioned> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
