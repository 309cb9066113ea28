//! The present token, and the one flight that fetches the next.
//!
//! No timer runs between calls. A call that finds the token gone waits for a flight; a call that finds it near its end starts
//! one and goes on with the token it has. An instance may be frozen in the middle of a flight and find the connection dead
//! when it thaws, so a flight that is late by the wall clock is passed over and another one starts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use tokio::sync::watch;

use super::{
    CredentialsError,
    answer::Fetched,
    fetch::{Source, Wanted},
    token::Secret,
};
use crate::clock::Clock;

/// A token with less left is fetched anew, in the background. The metadata server renews its own copy 4 minutes before its end,
/// and would give the same token before that.
const AHEAD: Duration = Duration::from_secs(210);

/// A token with less left may end on its way, and is not used.
const TOO_SHORT: Duration = Duration::from_secs(5);

/// Between one failure and the next attempt.
const COOLDOWN: Duration = Duration::from_secs(1);

/// Between one attempt that nobody waits for and the next: the answer may be the token that is here already.
const PACE: Duration = Duration::from_secs(10);

type Outcome = Result<Secret, CredentialsError>;

#[derive(Debug)]
pub(super) struct Cache {
    source: Source,
    wanted: Wanted,
    clock: Clock,
    timeout: Duration,
    current: ArcSwapOption<Fetched>,
    state: Mutex<State>,
}

/// Never locked across an await.
#[derive(Debug, Default)]
struct State {
    flight: Option<Flight>,
    flights: u64,
    failed: Option<(SystemTime, CredentialsError)>,
    refreshed_at: Option<SystemTime>,
    rejected_at: Option<SystemTime>,
}

#[derive(Debug)]
struct Flight {
    number: u64,
    started_at: SystemTime,
    outcome: watch::Receiver<Option<Outcome>>,
}

// === impl Cache ===

impl Cache {
    pub(super) fn new(source: Source, wanted: Wanted, clock: Clock, timeout: Duration) -> Self {
        Self {
            source,
            wanted,
            clock,
            timeout,
            current: ArcSwapOption::empty(),
            state: Mutex::default(),
        }
    }

    /// An empty cache of the same source, with other settings.
    pub(super) fn with(&self, clock: Option<Clock>, timeout: Option<Duration>) -> Self {
        Self::new(
            self.source.clone(),
            self.wanted.clone(),
            clock.unwrap_or_else(|| self.clock.clone()),
            timeout.unwrap_or(self.timeout),
        )
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The present token, or the next where that is at its end.
    pub(super) async fn token(self: &Arc<Self>) -> Outcome {
        let now = self.clock.now();
        if let Some((token, left)) = self.usable(now) {
            if left <= AHEAD {
                self.refresh_ahead(now);
            }
            return Ok(token);
        }
        let mut outcome = {
            let mut state = self.lock();
            // A flight may have landed since.
            if let Some((token, _)) = self.usable(now) {
                return Ok(token);
            }
            match state.flight_under_way(now, self.timeout) {
                Some(outcome) => outcome,
                None => match &state.failed {
                    Some((at, error)) if elapsed(*at, now) < COOLDOWN => return Err(error.clone()),
                    _ => self.start(&mut state, now),
                },
            }
        };
        let unavailable = |words: &str| CredentialsError::Unavailable(words.to_owned());
        let landed =
            tokio::time::timeout(self.timeout + COOLDOWN, outcome.wait_for(Option::is_some));
        match landed.await {
            Ok(Ok(outcome)) => outcome
                .clone()
                .unwrap_or_else(|| Err(unavailable("the request was given up"))),
            Ok(Err(_)) => Err(unavailable("the request was given up")),
            Err(_) => Err(unavailable("no answer in time")),
        }
    }

    /// Drops a token that was refused before its time, unless that happened a moment ago: then a new one would not help.
    pub(super) fn reject(&self, token: &Secret) {
        let now = self.clock.now();
        let mut state = self.lock();
        let recently = state.rejected_at.is_some_and(|at| elapsed(at, now) < PACE);
        let present = self.current.load();
        if !recently && present.as_ref().is_some_and(|held| held.token == *token) {
            state.rejected_at = Some(now);
            self.current.store(None);
        }
    }

    fn usable(&self, now: SystemTime) -> Option<(Secret, Duration)> {
        let held = self.current.load();
        let held = held.as_ref()?;
        let left = held.expires_at.duration_since(now).unwrap_or_default();
        (left > TOO_SHORT).then(|| (held.token.clone(), left))
    }

    fn refresh_ahead(self: &Arc<Self>, now: SystemTime) {
        let mut state = self.lock();
        let recently = state.refreshed_at.is_some_and(|at| elapsed(at, now) < PACE);
        if !recently && state.flight_under_way(now, self.timeout).is_none() {
            state.refreshed_at = Some(now);
            self.start(&mut state, now);
        }
    }

    /// Starts a flight, in a task of its own: a caller that goes away does not cancel what others wait for.
    fn start(
        self: &Arc<Self>,
        state: &mut State,
        now: SystemTime,
    ) -> watch::Receiver<Option<Outcome>> {
        let (sender, outcome) = watch::channel(None);
        state.flights += 1;
        let number = state.flights;
        state.flight = Some(Flight {
            number,
            started_at: now,
            outcome: outcome.clone(),
        });
        let cache = Arc::clone(self);
        tokio::spawn(async move {
            let fetched = cache.source.fetch(&cache.wanted, now, cache.timeout).await;
            // Nobody may be waiting any more.
            let _ = sender.send(Some(cache.land(number, fetched)));
        });
        outcome
    }

    fn land(&self, number: u64, fetched: Result<Fetched, CredentialsError>) -> Outcome {
        let now = self.clock.now();
        let mut state = self.lock();
        if state.flight.as_ref().is_some_and(|it| it.number == number) {
            state.flight = None;
        }
        match fetched.and_then(|fetched| fetched.unless_over(now)) {
            Ok(fetched) => {
                let token = fetched.token.clone();
                // A flight that was passed over may land after its successor.
                let present = self.current.load();
                if present
                    .as_ref()
                    .is_none_or(|held| held.expires_at <= fetched.expires_at)
                {
                    self.current.store(Some(Arc::new(fetched)));
                }
                state.failed = None;
                Ok(token)
            }
            Err(error) => {
                tracing::warn!(%error, "{} was not renewed", self.wanted);
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code under the lock can leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Fetched ===

impl Fetched {
    /// What comes with no life left must not pass for a success, or every call would ask anew.
    fn unless_over(self, now: SystemTime) -> Result<Self, CredentialsError> {
        let left = self.expires_at.duration_since(now).unwrap_or_default();
        if left <= TOO_SHORT {
            return Err(CredentialsError::Unavailable(
                "the token that came has expired: is this machine's clock right?".to_owned(),
            ));
        }
        Ok(self)
    }
}

// === impl State ===

impl State {
    /// What the flight under way will bring, unless it is late or its task is gone.
    fn flight_under_way(
        &self,
        now: SystemTime,
        timeout: Duration,
    ) -> Option<watch::Receiver<Option<Outcome>>> {
        let flight = self.flight.as_ref()?;
        let late = elapsed(flight.started_at, now) > timeout + COOLDOWN;
        let gone = flight.outcome.has_changed().is_err();
        (!late && !gone).then(|| flight.outcome.clone())
    }
}

/// The time since, by the wall clock. Forever, where the clock was set back: then all is done anew.
fn elapsed(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::google::Metadata;

    #[test]
    fn what_comes_late_does_not_replace_what_came_since() {
        let now = SystemTime::UNIX_EPOCH;
        let source = Source::Metadata(Metadata::new());
        let clock = Clock::manual(now);
        let cache = Cache::new(source, Wanted::AccessToken, clock, Duration::from_secs(3));
        let fetched = |text: &str, lifetime| Fetched {
            token: Secret::parse(text).expect("a token"),
            expires_at: now + Duration::from_secs(lifetime),
        };
        for (number, text, lifetime) in [(2, "two", 3600), (1, "one", 3000)] {
            let landed = cache.land(number, Ok(fetched(text, lifetime)));
            assert_eq!(landed.expect("a token").text(), text);
        }
        let (token, _) = cache.usable(now).expect("a token");
        assert_eq!(token.text(), "two");
    }
}
