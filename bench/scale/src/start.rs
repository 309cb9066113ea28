//! A rollout: all instances connect to the database and look whether its schema is up to date, one after the other.

use crate::{
    inputs::{CONNECT, CORES, MIGRATION_LOCK, ROLLOUT},
    queue::{Queue, p99_and_p50},
    random::Random,
};

/// What a rollout came to. Times are seconds from an instance's own start.
pub(crate) struct Storm {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    /// How many stood before the lock at a time, each with a connection.
    pub(crate) waiting: usize,
}

pub(crate) fn storm(instances: u32) -> Storm {
    let mut random = Random::new();
    let mut starts: Vec<f64> = (0..instances).map(|_| random.unit() * ROLLOUT).collect();
    starts.sort_by(f64::total_cmp);
    let (mut cores, mut lock) = (Queue::new(CORES), Queue::new(1));
    let mut passed: Vec<(f64, f64)> = Vec::new();
    for start in &starts {
        let connected = cores.serve(*start, CONNECT);
        passed.push((connected, lock.serve(connected, MIGRATION_LOCK)));
    }
    // Both times grow from one instance to the next.
    let waiting = passed
        .iter()
        .enumerate()
        .map(|(n, (at, _))| n + 1 - passed.partition_point(|(_, done)| done <= at))
        .max();
    let took = passed.iter().zip(&starts).map(|((_, done), s)| done - s);
    let (p99, p50) = p99_and_p50(took.collect());
    Storm {
        p50,
        p99,
        waiting: waiting.unwrap_or_default(),
    }
}
