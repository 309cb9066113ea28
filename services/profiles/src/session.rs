//! How long a session may last.

use std::time::Duration;

use callgate::accounts::SessionLifetime;

/// Where the request says nothing: as in Firebase's own examples.
const USUAL: Duration = Duration::from_hours(5 * 24);

/// Reads the lifetime that the user asked for.
///
/// # Errors
///
/// Says to the user what is wrong with it.
pub(crate) fn lifetime(asked: Option<prost_types::Duration>) -> Result<SessionLifetime, String> {
    let lifetime = match asked {
        None => USUAL,
        Some(asked) => duration(asked).unwrap_or_default(),
    };
    SessionLifetime::new(lifetime).map_err(|error| error.to_string())
}

/// By hand: prost's own conversion overflows on the most negative seconds. `None` for a negative duration.
fn duration(asked: prost_types::Duration) -> Option<Duration> {
    let seconds = u64::try_from(asked.seconds).ok()?;
    let nanos = u32::try_from(asked.nanos).ok()?;
    Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanos.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64, nanos: i32) -> Result<SessionLifetime, String> {
        lifetime(Some(prost_types::Duration { seconds, nanos }))
    }

    #[test]
    fn a_session_lasts_from_five_minutes_to_fourteen_days_and_mostly_five() {
        assert_eq!(lifetime(None), seconds(5 * 86_400, 0));
        assert!(seconds(300, 0).is_ok() && seconds(14 * 86_400, 0).is_ok());
        for (of_seconds, nanos) in [
            (0, 0),
            (299, 999_999_999),
            (14 * 86_400 + 1, 0),
            (14 * 86_400, 1),
            (-300, 0),
            (300, -1),
            (i64::MIN, i32::MIN),
            (i64::MAX, i32::MAX),
        ] {
            let words = seconds(of_seconds, nanos).expect_err("refused");
            assert!(words.contains("5 minutes"), "{words}");
        }
    }
}
