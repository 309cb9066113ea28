//! When a token counts.

use std::time::{Duration, UNIX_EPOCH};

use super::payload::invalid;
use crate::{clock::Clock, denial::Denial};

/// The clock that a token's times are compared with, and by how much the issuer's may differ.
#[derive(Clone)]
pub(super) struct Period {
    pub(super) clock: Clock,
    pub(super) skew: Duration,
}

impl Period {
    /// By the machine's clock.
    pub(super) fn new(skew: Duration) -> Self {
        Self {
            clock: Clock::system(),
            skew,
        }
    }

    /// The present time since 1970. A clock before it is as good as one at it: every token is for the future.
    pub(super) fn now(&self) -> Duration {
        self.clock
            .now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
    }

    /// Whether everything that has to be past is, and the end is not, give or take the skew.
    pub(super) fn judge(
        &self,
        past: &[(&'static str, Option<Duration>)],
        exp: Duration,
    ) -> Result<(), Denial> {
        let now = self.now();
        for (name, time) in past {
            if time.is_some_and(|time| time > now + self.skew) {
                return Err(Denial::TokenNotYetValid(name));
            }
        }
        if self.is_over(exp, now) {
            return Err(Denial::TokenExpired);
        }
        Ok(())
    }

    /// Whether the end is past, give or take the skew.
    pub(super) fn is_over(&self, exp: Duration, now: Duration) -> bool {
        now >= exp + self.skew
    }
}

/// Whether a token lives for `longest` at most; `words` say for the log how long that is.
pub(super) fn lifetime(
    iat: Duration,
    exp: Duration,
    longest: Duration,
    words: &str,
) -> Result<(), Denial> {
    if exp <= iat {
        return Err(invalid("exp is not after iat"));
    }
    if exp > iat + longest {
        return Err(invalid(&format!("exp is more than {words} after iat")));
    }
    Ok(())
}
