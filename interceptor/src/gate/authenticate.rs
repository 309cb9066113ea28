//! Who makes a call, and whether the rule admits them.

use http::Request;

use super::{
    credentials::{self, END_USER_AUTHORIZATION},
    judge,
    layer::Shared,
    revocation::Revocation,
};
use crate::{
    accounts::AccountsError,
    caller::{Caller, EndUser},
    denial::Denial,
    policy::Method,
    rule::EndUserRule,
    verify::Check,
};

/// What is known of the caller before anything is waited for.
pub(super) enum Authentication {
    /// The rule is met.
    Permitted(Caller),
    /// Something has to be fetched to judge the caller by this rule.
    Waits(&'static EndUserRule, Waiting),
}

/// What a call waits for.
pub(super) enum Waiting {
    /// Keys, to verify this token.
    Keys(String),
    /// The account of this user, whose token meets the rule.
    Account(EndUser),
}

impl Shared {
    /// Reads the credentials that the rule asks for, and no others (G6), and judges them as far as that needs no waiting.
    pub(super) fn authenticate<B>(
        &self,
        method: &'static Method,
        request: &Request<B>,
    ) -> Result<Authentication, Denial> {
        let Some(callers) = method.rule.callers() else {
            return Ok(Authentication::Permitted(Caller::Unknown));
        };
        if request.headers().contains_key(END_USER_AUTHORIZATION) {
            return Err(Denial::CallerNotAllowed(
                "a user's token was forwarded to a method that does not act for users",
            ));
        }
        // `GateBuilder::build` made sure that there is a verifier wherever a rule admits end users.
        let (Some(rule), Some(verifier)) = (&callers.end_user, &self.end_users) else {
            return Err(nobody());
        };
        let Some(token) = credentials::bearer(request.headers())? else {
            return if rule.may_be_absent {
                Ok(Authentication::Permitted(Caller::Unknown))
            } else {
                Err(Denial::TokenMissing)
            };
        };
        match verifier.check(token) {
            Check::Verified(user) => self.judge(rule, user),
            Check::Refused(denial) => Err(denial),
            Check::Wait => {
                let waiting = Waiting::Keys(token.to_owned());
                Ok(Authentication::Waits(rule, waiting))
            }
        }
    }

    /// Judges a verified user by the token, and by the account where that is known already.
    fn judge(&self, rule: &'static EndUserRule, user: EndUser) -> Result<Authentication, Denial> {
        judge::end_user(rule, &user, self.clock.now())?;
        if let Some(within) = rule.revocation_checked_within {
            match self.revocation()?.check(rule, &user, within) {
                Some(verdict) => verdict?,
                None => return Ok(Authentication::Waits(rule, Waiting::Account(user))),
            }
        }
        Ok(Authentication::Permitted(Caller::EndUser(user)))
    }

    /// Fetches what [`Shared::authenticate`] had to wait for, and judges the caller.
    pub(super) async fn wait(
        &self,
        rule: &EndUserRule,
        waiting: Waiting,
    ) -> Result<Caller, Denial> {
        let user = match waiting {
            Waiting::Account(user) => user,
            Waiting::Keys(token) => {
                let verifier = self.end_users.as_ref().ok_or_else(nobody)?;
                let user = verifier.verify(&token).await?;
                judge::end_user(rule, &user, self.clock.now())?;
                user
            }
        };
        if let Some(within) = rule.revocation_checked_within {
            self.revocation()?.ask(rule, &user, within).await?;
        }
        Ok(Caller::EndUser(user))
    }

    /// `GateBuilder::build` made sure that it is there wherever a rule asks for it. If it ever is not, nobody passes.
    pub(super) fn revocation(&self) -> Result<&Revocation, Denial> {
        self.revocation.as_ref().ok_or_else(|| {
            Denial::AccountsUnavailable(AccountsError::Unavailable("none configured".to_owned()))
        })
    }
}

fn nobody() -> Denial {
    Denial::CallerNotAllowed("the rule admits nobody")
}
