//! A moment of the wall clock after which a stream may not go on.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, Sleep, sleep};

use crate::clock::Clock;

/// The longest sleep between two looks at the wall clock, which may jump while timers do not.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// A moment of the wall clock, and a timer that wakes the task then.
#[derive(Debug)]
pub(super) struct Deadline {
    at: SystemTime,
    clock: Clock,
    sleep: Pin<Box<Sleep>>,
}

impl Deadline {
    pub(super) fn new(at: SystemTime, clock: Clock) -> Self {
        let sleep = Box::pin(sleep(left(at, &clock)));
        Self { at, clock, sleep }
    }

    /// Whether it is over, by the wall clock.
    pub(super) fn is_over(&self) -> bool {
        self.clock.now() >= self.at
    }

    /// Ready when it is over. Reads the wall clock at each call, and again when the timer fires.
    pub(super) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.is_over() {
            ready!(self.sleep.as_mut().poll(cx));
            let next = Instant::now() + left(self.at, &self.clock);
            self.sleep.as_mut().reset(next);
        }
        Poll::Ready(())
    }
}

/// How long to sleep until `at`, never so short that a clock that stands still would keep the task busy.
fn left(at: SystemTime, clock: &Clock) -> Duration {
    let left = at.duration_since(clock.now()).unwrap_or_default();
    left.clamp(Duration::from_millis(1), LOOK_AGAIN)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_wall_clock_is_looked_at_again_each_minute() {
        let clock = Clock::manual(SystemTime::now());
        let hour = Duration::from_hours(1);
        let mut deadline = Deadline::new(clock.now() + hour, clock.clone());
        let began = Instant::now();
        // It jumps, as that of an instance does which was frozen meanwhile. Timers do not.
        clock.advance(hour);
        // The first look is the caller's own; this one is the timer's.
        deadline.sleep.as_mut().await;
        poll_fn(|cx| deadline.poll_over(cx)).await;
        assert!(began.elapsed() <= LOOK_AGAIN + Duration::from_secs(1));
    }
}
