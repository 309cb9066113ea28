//! Whether a verified user's account still stands (G18): it is there, not disabled, and no sign-out everywhere came after the
//! sign-in. Only for rules with `revocation_checked_within`.
//!
//! A call asks [`Revocation::check`] first, which knows the answers of earlier look-ups and never waits; only where none is
//! young enough it waits for [`Revocation::ask`]. A stream is asked about again and again by its [`Watch`].

mod answers;
mod lookups;
mod standing;
mod watch;

use std::{sync::Arc, time::Duration};

use self::lookups::{Answer, Lookups};
pub(super) use self::watch::Watch;
use crate::{accounts::Accounts, caller::EndUser, clock::Clock, denial::Denial, rule::EndUserRule};

/// Asks the accounts about users, for all methods behind one gate. Cloning is cheap.
#[derive(Clone, Debug)]
pub(super) struct Revocation(Arc<Lookups>);

impl Revocation {
    /// Asks these accounts, and keeps the answers about so many users. Their roles are in the custom attribute `roles_claim`.
    pub(super) fn new(accounts: Accounts, roles_claim: &str, clock: Clock, most: usize) -> Self {
        Self(Arc::new(Lookups::new(accounts, roles_claim, clock, most)))
    }

    /// Judges a user by an answer that is there and young enough for this rule. `None`: there is none, so ask.
    pub(super) fn check(
        &self,
        rule: &EndUserRule,
        user: &EndUser,
        within: Duration,
    ) -> Option<Result<(), Denial>> {
        let answer = self.0.known(user, within)?;
        Some(answer.standing.judge(rule, user))
    }

    /// Judges a user by an answer that was asked for at most `within` before this call, or after it.
    pub(super) async fn ask(
        &self,
        rule: &EndUserRule,
        user: &EndUser,
        within: Duration,
    ) -> Result<(), Denial> {
        self.judged(rule, user, within).await.map(drop)
    }

    /// The same, and what it was judged by.
    async fn judged(
        &self,
        rule: &EndUserRule,
        user: &EndUser,
        within: Duration,
    ) -> Result<Answer, Denial> {
        let answer = self.0.ask(user, within).await;
        let answer = answer.map_err(Denial::AccountsUnavailable)?;
        answer.standing.judge(rule, user)?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests;
