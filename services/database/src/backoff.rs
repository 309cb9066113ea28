//! How long to wait before trying again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
/// Shorter than the three seconds that a call waits, so that a call always sees one attempt through.
const LONGEST: Duration = Duration::from_secs(2);

/// Twice as long each time, from 100 ms up to 2 s.
#[derive(Debug)]
pub struct Backoff(Duration);

impl Backoff {
    /// The next wait is a short one.
    pub fn new() -> Self {
        Self(FIRST)
    }

    /// It worked: the next wait is a short one again.
    pub fn reset(&mut self) {
        self.0 = FIRST;
    }

    /// Waits, and longer the next time.
    pub async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(LONGEST);
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new()
    }
}
