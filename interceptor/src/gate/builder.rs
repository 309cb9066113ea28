//! Putting a gate together, and what is wrong with it before the first call.

use std::{sync::Arc, time::Duration};

use super::{
    layer::{GateLayer, Shared},
    revocation::Revocation,
    service::Gate,
    streams::Streams,
};
use crate::{accounts::Accounts, clock::Clock, policy::Policy, verify::FirebaseVerifier};

/// A gate in the making: see [`Gate::builder`].
#[derive(Debug)]
pub struct GateBuilder {
    policy: Policy,
    end_users: Option<FirebaseVerifier>,
    accounts: Option<Accounts>,
    max_kept_accounts: usize,
    clock: Clock,
    max_open_streams: usize,
    unary_body_timeout: Duration,
}

/// Why a gate cannot be built: the configuration lacks what a rule needs (G20).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateError {
    /// A rule admits end users, whom nothing can verify.
    #[error("{method} admits end users: give the gate a verifier for them with `.end_users(..)`")]
    NoEndUserVerifier {
        /// The path of the method.
        method: &'static str,
    },
    /// A rule names a tenant whose tokens the verifier refuses.
    #[error(
        "{method} names the tenant {tenant:?}, whose tokens are refused: configure it as one of the tenants"
    )]
    UnknownTenant {
        /// The path of the method.
        method: &'static str,
        /// The tenant.
        tenant: &'static str,
    },
    /// A rule asks for revocation, of which nothing is known.
    #[error(
        "{method} has revocation_checked_within: give the gate the accounts to ask with `.accounts(..)`"
    )]
    NoAccounts {
        /// The path of the method.
        method: &'static str,
    },
}

impl Gate<()> {
    /// Begins a gate that applies this policy.
    pub fn builder(policy: Policy) -> GateBuilder {
        GateBuilder {
            policy,
            end_users: None,
            accounts: None,
            max_kept_accounts: 10_000,
            clock: Clock::system(),
            max_open_streams: 1000,
            unary_body_timeout: Duration::from_secs(30),
        }
    }
}

impl GateBuilder {
    /// Verifies end users with this verifier.
    #[must_use]
    pub fn end_users(mut self, verifier: FirebaseVerifier) -> Self {
        self.end_users = Some(verifier);
        self
    }

    /// Asks these accounts about the users of methods whose rule has `revocation_checked_within`.
    #[must_use]
    pub fn accounts(mut self, accounts: Accounts) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Keeps what the accounts said about at most this many users, for the calls that may go by it. 10,000 by default.
    #[must_use]
    pub fn max_kept_accounts(mut self, most: usize) -> Self {
        self.max_kept_accounts = most;
        self
    }

    /// Holds at most this many server streams open at a time, and refuses more with `TOO_MANY_STREAMS`. 1,000 by default.
    #[must_use]
    pub fn max_open_streams(mut self, most: usize) -> Self {
        self.max_open_streams = most;
        self
    }

    /// Cuts off a unary request whose message has not arrived after this long. 30 s by default.
    #[must_use]
    pub fn unary_body_timeout(mut self, timeout: Duration) -> Self {
        self.unary_body_timeout = timeout;
        self
    }

    /// Takes the time from this clock, which should be the verifiers' clock too.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// The gate, as a layer.
    ///
    /// # Errors
    ///
    /// Where a rule of the policy needs what the gate was not given.
    pub fn build(self) -> Result<GateLayer, GateError> {
        for method in self.policy.methods() {
            let Some(rule) = method
                .rule
                .callers()
                .and_then(|it| it.end_user_rules().next())
            else {
                continue;
            };
            let Some(verifier) = &self.end_users else {
                return Err(GateError::NoEndUserVerifier {
                    method: method.path,
                });
            };
            if let Some(tenant) = rule.tenants.iter().find(|t| !verifier.accepts_tenant(t)) {
                return Err(GateError::UnknownTenant {
                    method: method.path,
                    tenant,
                });
            }
            if rule.revocation_checked_within.is_some() && self.accounts.is_none() {
                return Err(GateError::NoAccounts {
                    method: method.path,
                });
            }
        }
        let revocation = self.accounts.zip(self.end_users.as_ref());
        let revocation = revocation.map(|(accounts, verifier)| {
            Revocation::new(
                accounts,
                verifier.claim_of_roles(),
                self.clock.clone(),
                self.max_kept_accounts,
            )
        });
        Ok(GateLayer {
            shared: Arc::new(Shared {
                policy: self.policy,
                end_users: self.end_users,
                revocation,
                clock: self.clock,
                streams: Streams::at_most(self.max_open_streams),
                unary_body_timeout: self.unary_body_timeout,
            }),
        })
    }
}
