//! At most one fetch at a time, and a rest after it.
//!
//! All of it is reckoned by wall clock, and looked at only when a call comes by: there are no timers.

use std::time::{Duration, SystemTime};

use tokio::sync::watch;

use super::snapshot::elapsed;

/// How a fetch ended: in keys, or in a reason why there are none.
pub(super) type Outcome = Result<(), &'static str>;

/// Resolves to a fetch's outcome.
pub(super) type Landing = watch::Receiver<Option<Outcome>>;

/// How fetches are spaced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing {
    /// From the start of one fetch to the start of the next, where only an unknown `kid` asks for it.
    pub(super) cooldown: Duration,
    /// From the end of a failed fetch to the start of the next. Doubles with each failure.
    pub(super) backoff: Duration,
    /// To so much.
    pub(super) max_backoff: Duration,
    /// After so long a fetch is given up, though it has not ended: the instance was frozen meanwhile, and it may never end.
    pub(super) takeover: Duration,
}

/// What a fetch is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// There are no keys, or they grow old.
    Keys,
    /// There are keys, but not the one that a token names.
    Kid,
}

/// The fetches of one store.
#[derive(Debug)]
pub(super) struct Flights {
    spacing: Spacing,
    under_way: Option<UnderWay>,
    last: Option<Landed>,
    started: u64,
    /// In all.
    failed: u64,
    /// In a row.
    failures: u32,
}

#[derive(Debug)]
struct UnderWay {
    ticket: Ticket,
    landing: Landing,
}

#[derive(Debug)]
struct Landed {
    since: SystemTime,
    at: SystemTime,
    outcome: Outcome,
}

/// Names one fetch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    number: u64,
    pub(super) started_at: SystemTime,
}

/// What comes of wanting a fetch.
#[derive(Debug)]
pub(super) enum Boarding {
    /// One is under way.
    Join(Landing),
    /// The caller is to begin one, and to say how it ended.
    Begin(Ticket, watch::Sender<Option<Outcome>>, Landing),
    /// The last one ended so, too short a time ago.
    Rest(Outcome),
}

impl Flights {
    pub(super) fn new(spacing: Spacing) -> Self {
        Self {
            spacing,
            under_way: None,
            last: None,
            started: 0,
            failed: 0,
            failures: 0,
        }
    }

    /// How many fetches were begun.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// How many fetches failed, of all that were begun.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    /// How many fetches failed since one succeeded.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Joins the fetch under way, or begins one, or is told to rest.
    pub(super) fn board(&mut self, need: Need, now: SystemTime) -> Boarding {
        if let Some(landing) = self.under_way(now) {
            return Boarding::Join(landing.clone());
        }
        if let Some(last) = &self.last
            && self.rests(last, need, now)
        {
            return Boarding::Rest(last.outcome);
        }
        self.started += 1;
        let ticket = Ticket {
            number: self.started,
            started_at: now,
        };
        let (outcome, landing) = watch::channel(None);
        self.under_way = Some(UnderWay {
            ticket,
            landing: landing.clone(),
        });
        Boarding::Begin(ticket, outcome, landing)
    }

    /// Takes down how a fetch ended. False where it was given up meanwhile: then what it brought must not be used, since a later
    /// one may have brought something newer.
    pub(super) fn land(&mut self, ticket: Ticket, outcome: Outcome, now: SystemTime) -> bool {
        if self
            .under_way
            .take_if(|flight| flight.ticket.number == ticket.number)
            .is_none()
        {
            return false;
        }
        self.failures = match outcome {
            Ok(()) => 0,
            Err(_) => self.failures.saturating_add(1),
        };
        self.failed += u64::from(outcome.is_err());
        self.last = Some(Landed {
            since: ticket.started_at,
            at: now,
            outcome,
        });
        true
    }

    /// The fetch under way, unless it has been for too long.
    fn under_way(&self, now: SystemTime) -> Option<&Landing> {
        let flight = self.under_way.as_ref()?;
        let alive = elapsed(now, flight.ticket.started_at)? < self.spacing.takeover;
        alive.then_some(&flight.landing)
    }

    /// A clock that was set back ends every rest: it must not become one of days.
    fn rests(&self, last: &Landed, need: Need, now: SystemTime) -> bool {
        let within = |then, rest| elapsed(now, then).is_some_and(|time| time < rest);
        let backs_off = last.outcome.is_err() && within(last.at, self.backoff());
        let cools_down = need == Need::Kid && within(last.since, self.spacing.cooldown);
        backs_off || cools_down
    }

    fn backoff(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(31);
        self.spacing
            .backoff
            .saturating_mul(1 << doublings)
            .min(self.spacing.max_backoff)
    }
}

/// Waits for the end of a fetch.
pub(super) async fn landed(mut landing: Landing) -> Outcome {
    match landing.wait_for(Option::is_some).await {
        Ok(outcome) => outcome.unwrap_or(Ok(())),
        Err(_) => Err("the fetch was cut off"),
    }
}
