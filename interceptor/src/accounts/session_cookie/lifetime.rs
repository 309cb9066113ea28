//! How long a session lasts.

use std::time::Duration;

/// Identity Platform's own bounds.
const MIN_LIFETIME: Duration = Duration::from_mins(5);
const MAX_LIFETIME: Duration = Duration::from_hours(14 * 24);

/// How long a session lasts: from 5 minutes to 14 days, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionLifetime(Duration);

/// That is no lifetime of a session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a session lasts from 5 minutes to 14 days")]
pub struct InvalidSessionLifetime(());

// === impl SessionLifetime ===

impl SessionLifetime {
    /// A session of this length. Parts of a second are left out.
    ///
    /// # Errors
    ///
    /// Where it is shorter than 5 minutes or longer than 14 days.
    pub fn new(lifetime: Duration) -> Result<Self, InvalidSessionLifetime> {
        if !(MIN_LIFETIME..=MAX_LIFETIME).contains(&lifetime) {
            return Err(InvalidSessionLifetime(()));
        }
        Ok(Self(Duration::from_secs(lifetime.as_secs())))
    }

    pub(super) fn duration(self) -> Duration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_lasts_from_five_minutes_to_fourteen_days() {
        for seconds in [300, 86_400, 14 * 86_400] {
            assert!(SessionLifetime::new(Duration::from_secs(seconds)).is_ok());
        }
        for lifetime in [
            Duration::ZERO,
            Duration::from_millis(299_999),
            Duration::from_millis(14 * 86_400_000 + 1),
            Duration::MAX,
        ] {
            assert!(SessionLifetime::new(lifetime).is_err(), "{lifetime:?}");
        }
    }
}
