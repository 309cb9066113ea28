//! Asking about the user of an open stream again and again (G18).

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime},
};

use super::{super::deadline::Deadline, Revocation, lookups::Answer};
use crate::{accounts::AccountsError, caller::EndUser, denial::Denial, rule::EndUserRule};

/// Streams are not asked about more often, whatever the rule says.
const SHORTEST: Duration = Duration::from_secs(1);

/// Nor less often: no token lives longer.
const LONGEST: Duration = Duration::from_hours(14 * 24);

/// How long a stream goes on without an answer when it is due: a hiccup of the accounts ends no streams, an outage does.
const GRACE: Duration = Duration::from_secs(10);

/// From an attempt that failed to the next.
const AGAIN: Duration = Duration::from_secs(1);

/// The least that a watch rests, or it might keep its thread: at the very moment that an answer is as old as allowed, it may still
/// be gone by.
const TICK: Duration = Duration::from_millis(1);

/// Watches over the user of an open stream.
#[derive(Debug)]
pub(in crate::gate) struct Watch {
    revocation: Revocation,
    rule: &'static EndUserRule,
    user: EndUser,
    /// How old an answer may get.
    every: Duration,
    /// When the stream ends unless there is an answer. Only since one was due.
    give_up_at: Option<SystemTime>,
    state: State,
}

enum State {
    /// It is time to ask.
    Due,
    Asks {
        asking: Asking,
        give_up: Deadline,
    },
    Rests(Deadline),
}

type Asking = Pin<Box<dyn Future<Output = Result<Answer, Denial>> + Send>>;

// === impl Watch ===

impl Watch {
    /// Begins at once, with the answer that the call was let in by. `None`: the rule asks for nothing.
    pub(in crate::gate) fn new(
        revocation: Revocation,
        rule: &'static EndUserRule,
        user: EndUser,
    ) -> Option<Self> {
        let within = rule.revocation_checked_within?;
        Some(Self {
            revocation,
            rule,
            user,
            every: within.clamp(SHORTEST, LONGEST),
            give_up_at: None,
            state: State::Due,
        })
    }

    /// Ready when the user is one that the rule does not admit any more, or nobody could tell for too long.
    pub(in crate::gate) fn poll_over(&mut self, cx: &mut Context<'_>) -> Poll<Denial> {
        loop {
            match &mut self.state {
                State::Due => {
                    let latest = self.revocation.0.clock().now() + GRACE;
                    let give_up_at = *self.give_up_at.get_or_insert(latest);
                    self.state = State::Asks {
                        asking: self.ask(),
                        give_up: self.deadline(give_up_at),
                    };
                }
                State::Asks { asking, give_up } => match asking.as_mut().poll(cx) {
                    Poll::Ready(Ok(answer)) => {
                        self.give_up_at = None;
                        let too_old_at = answer.asked.at + self.every;
                        let soonest = self.revocation.0.clock().now() + TICK;
                        self.state = State::Rests(self.deadline(too_old_at.max(soonest)));
                    }
                    Poll::Ready(Err(Denial::AccountsUnavailable(_))) if !give_up.is_over() => {
                        let again_at = self.revocation.0.clock().now() + AGAIN;
                        self.state = State::Rests(self.deadline(again_at));
                    }
                    Poll::Ready(Err(denial)) => return Poll::Ready(denial),
                    Poll::Pending => {
                        ready!(give_up.poll_over(cx));
                        let why = "no answer in time".to_owned();
                        let error = AccountsError::Unavailable(why);
                        return Poll::Ready(Denial::AccountsUnavailable(error));
                    }
                },
                State::Rests(until) => {
                    ready!(until.poll_over(cx));
                    self.state = State::Due;
                }
            }
        }
    }

    fn ask(&self) -> Asking {
        let (revocation, rule, user) = (self.revocation.clone(), self.rule, self.user.clone());
        let every = self.every;
        Box::pin(async move { revocation.judged(rule, &user, every).await })
    }

    fn deadline(&self, at: SystemTime) -> Deadline {
        Deadline::new(at, self.revocation.0.clock().clone())
    }
}

// === impl State ===

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Due => "Due",
            Self::Asks { .. } => "Asks",
            Self::Rests(_) => "Rests",
        })
    }
}
