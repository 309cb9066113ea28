//! How many server streams this instance holds open (G21).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::denial::Denial;

/// The places for open server streams.
#[derive(Debug)]
pub(super) struct Streams {
    open: Arc<AtomicUsize>,
    most: usize,
}

/// The place of one open stream; dropping it makes it free.
#[derive(Debug)]
pub(super) struct Place(Arc<AtomicUsize>);

impl Streams {
    pub(super) fn at_most(most: usize) -> Self {
        Self {
            open: Arc::default(),
            most,
        }
    }

    pub(super) fn open(&self) -> Result<Place, Denial> {
        self.open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < self.most).then_some(open + 1)
            })
            .map_err(|_| Denial::TooManyStreams)?;
        Ok(Place(self.open.clone()))
    }

    /// How many are open.
    pub(super) fn count(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
