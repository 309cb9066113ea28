//! Times as people say them.

use std::time::{Duration, SystemTime};

/// A time span in one or two units: `40 s`, `3 min`, `2 h 5 min`, `12 days`.
pub(crate) fn ago(span: Duration) -> String {
    let seconds = span.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let odd = |count: u64, unit: &str| match count {
        0 => String::new(),
        count => format!(" {count} {unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, ..=4) => format!("{minutes} min{}", odd(seconds % 60, "s")),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h{}", odd(minutes % 60, "min")),
        (1, _, _) => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}

/// A moment, as RFC 3339 writes it.
pub(crate) fn moment(at: SystemTime) -> String {
    prost_types::Timestamp::from(at).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_its_largest_units() {
        for (seconds, said) in [
            (0, "0 s"),
            (59, "59 s"),
            (180, "3 min"),
            (185, "3 min 5 s"),
            (3599, "59 min"),
            (3600, "1 h"),
            (7500, "2 h 5 min"),
            (86_400, "1 day"),
            (12 * 86_400 + 5, "12 days"),
        ] {
            assert_eq!(ago(Duration::from_secs(seconds)), said);
        }
    }

    #[test]
    fn a_moment_is_written_by_rfc_3339() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_601);
        assert_eq!(moment(at), "2026-01-01T00:00:01Z");
        // A token may say anything.
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs());
        assert!(moment(last).ends_with('Z'));
    }
}
