//! Look-ups of accounts: at most one at a time for each user, its answer kept for the calls that may go by it.
//!
//! A call may go by a look-up that began after the call came in, or at most `within` before (G18): what was asked for earlier
//! may not know of what happened since.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::sync::watch;

use super::{answers::Answers, standing::Standing};
use crate::{
    accounts::{Accounts, AccountsError},
    caller::{EndUser, UserId},
    clock::Clock,
};

/// The most look-ups under way at a time. Calls beyond are refused: the accounts are too slow to be of use.
pub(super) const MOST_FLIGHTS: usize = 1000;

/// After so long a look-up is given up, though it has not ended: the instance was frozen meanwhile. The client's own time-out
/// is shorter.
const TAKEOVER: Duration = Duration::from_secs(30);

/// The look-ups of one gate.
#[derive(Debug)]
pub(super) struct Lookups {
    accounts: Accounts,
    roles_claim: Box<str>,
    clock: Clock,
    /// Held for a few instructions only, never across an await.
    table: Mutex<Table>,
}

#[derive(Debug)]
struct Table {
    /// How many look-ups began.
    begun: u64,
    answers: Answers,
    flights: HashMap<Key, Flight>,
}

/// Which user, within the project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(Box<str>);

/// What a look-up brought, and when it began.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) standing: Arc<Standing>,
    pub(super) asked: Asked,
}

/// When a look-up began. The order is told by the number, since the wall clock may be set back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) number: u64,
    pub(super) at: SystemTime,
}

/// When a call came in, and how much older its answer may be.
#[derive(Clone, Copy, Debug)]
struct Arrival {
    /// How many look-ups had begun.
    after: u64,
    at: SystemTime,
    within: Duration,
}

type Outcome = Result<Answer, AccountsError>;

/// A look-up under way.
#[derive(Clone, Debug)]
struct Flight {
    asked: Asked,
    landing: watch::Receiver<Option<Outcome>>,
}

enum Boarding {
    Known(Answer),
    Flight(Flight),
}

// === impl Key ===

impl Key {
    pub(super) fn of(user: UserId<'_>) -> Self {
        // A tenant's name holds no slash, and is not empty.
        let tenant = user.tenant.unwrap_or_default();
        Self(format!("{tenant}/{}", user.uid).into())
    }
}

// === impl Arrival ===

impl Arrival {
    /// Whether a look-up that began then says enough. After the clock was set back, nobody knows how old it is.
    fn may_go_by(&self, asked: Asked) -> bool {
        let age = self.at.duration_since(asked.at);
        asked.number > self.after
            || (!self.within.is_zero() && age.is_ok_and(|age| age <= self.within))
    }
}

// === impl Flight ===

impl Flight {
    fn is_alive(&self, now: SystemTime) -> bool {
        let age = now.duration_since(self.asked.at);
        age.is_ok_and(|age| age < TAKEOVER)
    }

    async fn landed(mut self) -> Outcome {
        match self.landing.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Err(cut_off()),
        }
    }
}

// === impl Lookups ===

impl Lookups {
    pub(super) fn new(accounts: Accounts, roles_claim: &str, clock: Clock, most: usize) -> Self {
        Self {
            accounts,
            roles_claim: roles_claim.into(),
            clock,
            table: Mutex::new(Table {
                begun: 0,
                answers: Answers::at_most(most),
                flights: HashMap::new(),
            }),
        }
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// An answer that a call that comes in now may go by, if there is one.
    pub(super) fn known(&self, user: &EndUser, within: Duration) -> Option<Answer> {
        let key = Key::of(user.id());
        let mut table = self.table();
        let arrival = self.arrival(&table, within);
        let answer = table.answers.get(&key)?;
        arrival.may_go_by(answer.asked).then_some(answer)
    }

    /// An answer that a call that comes in now may go by. Waits for a look-up, and before it for one that began too early.
    pub(super) async fn ask(self: &Arc<Self>, user: &EndUser, within: Duration) -> Outcome {
        let key = Key::of(user.id());
        let arrival = self.arrival(&self.table(), within);
        loop {
            let flight = match self.board(&key, user, arrival)? {
                Boarding::Known(answer) => return Ok(answer),
                Boarding::Flight(flight) => flight,
            };
            let asked = flight.asked;
            let outcome = flight.landed().await;
            if arrival.may_go_by(asked) {
                return outcome;
            }
        }
    }

    fn arrival(&self, table: &Table, within: Duration) -> Arrival {
        Arrival {
            after: table.begun,
            at: self.clock.now(),
            within,
        }
    }

    /// What is known, or the look-up under way, or a new one.
    fn board(
        self: &Arc<Self>,
        key: &Key,
        user: &EndUser,
        arrival: Arrival,
    ) -> Result<Boarding, AccountsError> {
        let now = self.clock.now();
        let mut table = self.table();
        if let Some(answer) = table.answers.get(key)
            && arrival.may_go_by(answer.asked)
        {
            return Ok(Boarding::Known(answer));
        }
        if let Some(flight) = table.flights.get(key)
            && flight.is_alive(now)
        {
            return Ok(Boarding::Flight(flight.clone()));
        }
        if table.flights.len() >= MOST_FLIGHTS {
            let why = "too many look-ups are under way".to_owned();
            return Err(AccountsError::Unavailable(why));
        }
        table.begun += 1;
        let asked = Asked {
            number: table.begun,
            at: now,
        };
        let (outcome, landing) = watch::channel(None);
        let flight = Flight { asked, landing };
        table.flights.insert(key.clone(), flight.clone());
        drop(table);

        let lookup = Lookup {
            lookups: Arc::clone(self),
            key: key.clone(),
            user: user.clone(),
            asked,
            outcome,
            landed: false,
        };
        // In a task of its own: a caller that goes away takes nobody's answer along.
        tokio::spawn(lookup.run());
        Ok(Boarding::Flight(flight))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One look-up. However it ends, it says so: a task that panics, or that a runtime drops as it shuts down, has failed.
struct Lookup {
    lookups: Arc<Lookups>,
    key: Key,
    user: EndUser,
    asked: Asked,
    outcome: watch::Sender<Option<Outcome>>,
    landed: bool,
}

impl Lookup {
    async fn run(mut self) {
        // The tenant is that of the verified token, and nobody else's word.
        let account = self.lookups.accounts.lookup(self.user.id()).await;
        let outcome = account.map(|account| Answer {
            standing: Arc::new(Standing::of(account.as_ref(), &self.lookups.roles_claim)),
            asked: self.asked,
        });
        self.land(outcome);
    }

    fn land(&mut self, outcome: Outcome) {
        self.landed = true;
        let mut table = self.lookups.table();
        // It may have been given up, and another taken its place.
        let is_this = |flight: &Flight| flight.asked.number == self.asked.number;
        if table.flights.get(&self.key).is_some_and(is_this) {
            table.flights.remove(&self.key);
        }
        if let Ok(answer) = &outcome {
            table.answers.keep(self.key.clone(), answer.clone());
        }
        drop(table);
        self.outcome.send_replace(Some(outcome));
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        if !self.landed {
            self.land(Err(cut_off()));
        }
    }
}

fn cut_off() -> AccountsError {
    AccountsError::Unavailable("the look-up was cut off".to_owned())
}
