//! Votes that are added to rows of totals: how long they take, by how many rows there are.

use crate::{
    inputs::HOLDS_ROW,
    queue::{Queue, p99_and_p50},
    random::Random,
};

/// For how long it is simulated.
const SECONDS: f64 = 60.0;

/// Milliseconds that one in a hundred votes exceeds, and half of them. None where they never end.
pub(crate) fn cast(per_s: f64, rows: usize) -> Option<(f64, f64)> {
    let mut random = Random::new();
    let mut queues: Vec<Queue> = (0..rows).map(|_| Queue::new(1)).collect();
    let (mut now, mut took) = (0.0, Vec::new());
    while now < SECONDS {
        now += random.until_next(per_s);
        let row = random.index(rows);
        took.push((queues[row].serve(now, HOLDS_ROW) - now) * 1e3);
    }
    let used: f64 = queues.iter().map(|row| row.used(SECONDS)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few rows")]
    let used = used / rows as f64;
    (used < 0.98).then(|| p99_and_p50(took))
}
