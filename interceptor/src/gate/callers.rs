//! A caller of each kind: verified by its token, and judged by its rule.

use super::{
    authenticate::nobody,
    judge,
    layer::Shared,
    patience::{Patience, Refusal, verified},
    revocation::Revocation,
};
use crate::{
    accounts::AccountsError,
    caller::{EndUser, InternalUser, ServiceAccount},
    denial::Denial,
    rule::{EndUserRule, InternalUserRule, ServiceAccountRule},
};

// === impl Shared ===

impl Shared {
    /// An end user by an ID token.
    pub(super) async fn end_user(
        &self,
        rule: &EndUserRule,
        token: &[u8],
        patience: Patience,
    ) -> Result<EndUser, Refusal> {
        let verifier = self.end_users.as_ref().ok_or_else(nobody)?;
        let user = verified(verifier.check(token), || verifier.verify(token), patience).await?;
        self.stands(rule, &user, patience).await?;
        Ok(user)
    }

    /// An end user by a session cookie.
    pub(super) async fn session(
        &self,
        rule: &EndUserRule,
        cookie: &[u8],
        patience: Patience,
    ) -> Result<EndUser, Refusal> {
        let verifier = self.session_cookies.as_ref().ok_or_else(nobody)?;
        let user = verified(verifier.check(cookie), || verifier.verify(cookie), patience).await?;
        self.stands(rule, &user, patience).await?;
        Ok(user)
    }

    /// Whether a verified user meets the rule, by the token and, where the rule asks for it, by the account.
    async fn stands(
        &self,
        rule: &EndUserRule,
        user: &EndUser,
        patience: Patience,
    ) -> Result<(), Refusal> {
        judge::end_user(rule, user, || self.clock.now())?;
        let Some(within) = rule.revocation_checked_within else {
            return Ok(());
        };
        let revocation = self.revocation()?;
        if let Some(verdict) = revocation.check(rule, user, within) {
            return Ok(verdict?);
        }
        patience.wait()?;
        Ok(revocation.ask(rule, user, within).await?)
    }

    pub(super) async fn internal_user(
        &self,
        rule: &InternalUserRule,
        assertion: &[u8],
        patience: Patience,
    ) -> Result<InternalUser, Refusal> {
        let verifier = self.internal_users.as_ref().ok_or_else(nobody)?;
        let user = verified(
            verifier.check(assertion),
            || verifier.verify(assertion),
            patience,
        )
        .await?;
        judge::internal_user(rule, &user)?;
        Ok(user)
    }

    pub(super) async fn service_account(
        &self,
        rule: &ServiceAccountRule,
        token: &[u8],
        patience: Patience,
    ) -> Result<ServiceAccount, Refusal> {
        let verifier = self.service_accounts.as_ref().ok_or_else(nobody)?;
        let service = verified(verifier.check(token), || verifier.verify(token), patience).await?;
        judge::service_account(rule, &service)?;
        Ok(service)
    }

    /// `GateBuilder::build` made sure that it is there wherever a rule asks for it. If it ever is not, nobody passes.
    pub(super) fn revocation(&self) -> Result<&Revocation, Denial> {
        self.revocation.as_ref().ok_or_else(|| {
            Denial::AccountsUnavailable(AccountsError::Unavailable("none configured".to_owned()))
        })
    }
}
