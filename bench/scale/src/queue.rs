//! Queues: who comes first is served first.

use std::{cmp::Reverse, collections::BinaryHeap};

/// A time that can be put in order.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct At(pub(crate) f64);

impl Eq for At {}

impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// Some servers of one queue. Whoever comes has to come in the order of time.
pub(crate) struct Queue {
    /// When each is free.
    free: BinaryHeap<Reverse<At>>,
    busy: f64,
}

impl Queue {
    pub(crate) fn new(servers: usize) -> Self {
        Self {
            free: (0..servers).map(|_| Reverse(At(0.0))).collect(),
            busy: 0.0,
        }
    }

    /// Comes at this time with so much work, and says when it is done.
    pub(crate) fn serve(&mut self, at: f64, work: f64) -> f64 {
        let free = self.free.pop().map_or(0.0, |Reverse(At(free))| free);
        let done = free.max(at) + work;
        self.free.push(Reverse(At(done)));
        self.busy += work;
        done
    }

    /// Which part of its time each server worked, until then.
    #[expect(clippy::cast_precision_loss, reason = "a few servers")]
    pub(crate) fn used(&self, until: f64) -> f64 {
        self.busy / until / self.free.len() as f64
    }
}

/// What only one in a hundred exceeds, and what half of them do.
pub(crate) fn p99_and_p50(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let at = |hundredths: usize| {
        let at = (values.len() * hundredths / 100).min(values.len().saturating_sub(1));
        values.get(at).copied().unwrap_or(f64::NAN)
    };
    (at(99), at(50))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_is_served_first_by_whoever_is_free() {
        let mut queue = Queue::new(2);
        let done: Vec<f64> = [0.0, 0.0, 1.0, 9.0].map(|at| queue.serve(at, 2.0)).to_vec();
        assert_eq!(done, [2.0, 2.0, 4.0, 11.0]);
        assert!((queue.used(16.0) - 0.25).abs() < 1e-9);
    }
}
