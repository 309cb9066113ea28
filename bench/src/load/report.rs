//! What came of a load.

use std::time::Duration;

use serde::Serialize;

/// What came of a load, in the units that the names say.
#[derive(Serialize)]
pub(super) struct Report {
    calls: usize,
    calls_per_s: f64,
    p50_us: f64,
    p99_us: f64,
    p999_us: f64,
    /// CPU time of the server for each call.
    cpu_us: f64,
    /// Resident memory of the server at the end.
    rss_mb: f64,
}

impl Report {
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    pub(super) fn new(mut times: Vec<u32>, seconds: f64, cpu: Duration, resident: u64) -> Self {
        times.sort_unstable();
        let calls = times.len();
        let at = |thousandths: usize| {
            let at = (calls * thousandths / 1000).min(calls.saturating_sub(1));
            times.get(at).map_or(0.0, |time| f64::from(*time) / 1e3)
        };
        Self {
            calls,
            calls_per_s: calls as f64 / seconds,
            p50_us: at(500),
            p99_us: at(990),
            p999_us: at(999),
            cpu_us: cpu.as_secs_f64() * 1e6 / calls as f64,
            rss_mb: resident as f64 / 1024.0,
        }
    }
}
