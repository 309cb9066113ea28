//! The wall clock, which tests turn by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// What time it is. Everything that expires asks one of these, so that tests need not sleep.
///
/// It is a wall clock, and may be set back: code that needs an order of events must not take it from here.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use callgate::{Clock, Denial, verify::Check};
/// use callgate_testkit::FirebaseIssuer;
///
/// let clock = Clock::manual(SystemTime::now());
/// let issuer = FirebaseIssuer::new("demo-greeter").clock(clock.clone());
/// let (verifier, token) = (issuer.verifier(), issuer.token("ada").sign());
/// assert!(matches!(verifier.check(&token), Check::Verified(_)));
///
/// clock.advance(Duration::from_hours(2));
/// assert!(matches!(verifier.check(&token), Check::Refused(Denial::TokenExpired)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    /// Milliseconds since the Unix epoch.
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until it is turned. Its clones are the same clock.
    pub fn manual(at: SystemTime) -> Self {
        Self(Source::Manual(Arc::new(AtomicU64::new(millis(at)))))
    }

    /// The present time.
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System => SystemTime::now(),
            Source::Manual(at) => UNIX_EPOCH + Duration::from_millis(at.load(Ordering::SeqCst)),
        }
    }

    /// Whether both always tell the same time.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Source::System, Source::System) => true,
            (Source::Manual(this), Source::Manual(other)) => Arc::ptr_eq(this, other),
            (Source::System, Source::Manual(_)) | (Source::Manual(_), Source::System) => false,
        }
    }

    /// Turns a manual clock on.
    ///
    /// # Panics
    ///
    /// On the machine's clock.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }

    /// Sets a manual clock, to an earlier time too.
    ///
    /// # Panics
    ///
    /// On the machine's clock.
    pub fn set(&self, to: SystemTime) {
        match &self.0 {
            Source::System => panic!("the machine's clock is not ours to set"),
            Source::Manual(at) => at.store(millis(to), Ordering::SeqCst),
        }
    }
}

fn millis(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_the_same_as_its_clones_and_as_no_other() {
        let [one, other] = [(); 2].map(|()| Clock::manual(UNIX_EPOCH));
        assert!(one.is_same(&one.clone()));
        assert!(!one.is_same(&other));
        assert!(Clock::system().is_same(&Clock::default()));
        assert!(!Clock::system().is_same(&one) && !one.is_same(&Clock::system()));
    }
}
