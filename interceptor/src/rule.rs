//! What one method demands of its caller.
//!
//! Rules are written in the proto, as the option `(callgate.v1.rule)`; `callgate-build` turns them into the constants below.

use std::time::Duration;

use crate::caller::Caller;

/// What one method demands of its caller.
///
/// ```
/// use std::time::Duration;
///
/// use callgate::{EndUserRule, Rule};
///
/// /// `end_user: { roles: "editor" signed_in_within: { seconds: 300 } }`, as the proto has it.
/// const RULE: Rule = Rule::end_user(EndUserRule {
///     roles: &["editor"],
///     signed_in_within: Some(Duration::from_mins(5)),
///     ..EndUserRule::SIGNED_IN
/// });
/// assert!(RULE.callers().is_some());
/// assert!(Rule::PUBLIC.callers().is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Who may call.
    pub admits: Admits,
    /// What the calling app must prove, in addition. `None`: nothing.
    pub app_check: Option<AppCheckRule>,
}

/// Who may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "rules are constants, one a method"
)]
pub enum Admits {
    /// Everyone. The caller is not looked at.
    Everyone,
    /// Any of these callers, and nobody else.
    Callers(Callers),
}

/// The kinds of caller that a rule admits, each with its conditions. `None` does not admit the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Callers {
    /// Someone who signed up by themselves, through Firebase Auth or Identity Platform.
    pub end_user: Option<EndUserRule>,
    /// Someone of the organization, through Identity-Aware Proxy.
    pub internal_user: Option<InternalUserRule>,
    /// Another service, with a Google-signed ID token.
    pub service_account: Option<ServiceAccountRule>,
}

/// What is demanded of an end user. All conditions given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndUserRule {
    /// Without a token the call goes on with the caller unknown; a bad token is still refused.
    pub may_be_absent: bool,
    /// Accepts Firebase anonymous accounts.
    pub anonymous: bool,
    /// Demands a verified e-mail address.
    pub email_verified: bool,
    /// Demands a second factor at sign-in.
    pub second_factor: bool,
    /// Demands any of these roles. Empty: no role is needed.
    pub roles: &'static [&'static str],
    /// Demands any of these ways to sign in. Empty: any way will do.
    pub sign_in_providers: &'static [&'static str],
    /// Demands a sign-in (not a refresh) at most this long ago.
    pub signed_in_within: Option<Duration>,
    /// Demands that the account was looked up at most this long before the call, and found neither disabled, deleted nor signed
    /// out since the user signed in; roles and the verified address must be true of the record, too. Zero looks it up for every
    /// call. `None` never does.
    pub revocation_checked_within: Option<Duration>,
    /// Demands any of these tenants of Identity Platform; `-` is the project's own pool. Empty: any configured one.
    pub tenants: &'static [&'static str],
    /// Accepts a Firebase session cookie too, in place of the ID token. Only beside `revocation_checked_within` (G10).
    pub session_cookie: bool,
}

/// What is demanded of an internal user. All conditions given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InternalUserRule {
    /// Demands any of these organizations, by the claim `hd`. Empty: whomever Identity-Aware Proxy lets through.
    pub hosted_domains: &'static [&'static str],
    /// Accepts users of Identity Platform behind Identity-Aware Proxy (G8).
    pub external: bool,
    /// Accepts programs behind Identity-Aware Proxy (G8).
    pub service_accounts: bool,
}

/// What is demanded of a service account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceAccountRule {
    /// Demands any of these, by the names that the configuration gives them. Empty: nobody.
    pub names: &'static [&'static str],
    /// Demands the own token of the end user for whom it calls, of whom this is demanded (G12).
    pub on_behalf_of: Option<EndUserRule>,
}

/// What the calling app must prove with App Check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppCheckRule {
    /// Demands any of these apps, by id. Empty: any app of the project.
    pub apps: &'static [&'static str],
    /// Accepts each token once only.
    pub consume: bool,
}

impl EndUserRule {
    /// Anyone who is signed in, but no anonymous account.
    pub const SIGNED_IN: Self = Self {
        may_be_absent: false,
        anonymous: false,
        email_verified: false,
        second_factor: false,
        roles: &[],
        sign_in_providers: &[],
        signed_in_within: None,
        revocation_checked_within: None,
        tenants: &[],
        session_cookie: false,
    };
}

impl InternalUserRule {
    /// Anyone of the organization, but no program.
    pub const ANYONE: Self = Self {
        hosted_domains: &[],
        external: false,
        service_accounts: false,
    };
}

impl Callers {
    /// No caller at all, to begin with.
    pub const NOBODY: Self = Self {
        end_user: None,
        internal_user: None,
        service_account: None,
    };

    /// What is demanded of the end user who calls, or for whom the caller calls.
    pub(crate) fn end_user_rule(&self, caller: &Caller) -> Option<&EndUserRule> {
        match caller {
            Caller::EndUser(_) => self.end_user.as_ref(),
            Caller::OnBehalfOf(_) => self.service_account.as_ref()?.on_behalf_of.as_ref(),
            Caller::Unknown | Caller::InternalUser(_) | Caller::ServiceAccount(_) => None,
        }
    }

    /// Every rule for end users in here: of those who call themselves, and of those for whom a service calls.
    pub fn end_user_rules(&self) -> impl Iterator<Item = &EndUserRule> {
        let forwarded = self.service_account.as_ref();
        let forwarded = forwarded.and_then(|service| service.on_behalf_of.as_ref());
        self.end_user.iter().chain(forwarded)
    }
}

impl Rule {
    /// The rule of a method that everyone may call.
    pub const PUBLIC: Self = Self {
        admits: Admits::Everyone,
        app_check: None,
    };

    /// The rule of a method that end users may call.
    pub const fn end_user(rule: EndUserRule) -> Self {
        Self::any_of(Callers {
            end_user: Some(rule),
            ..Callers::NOBODY
        })
    }

    /// The rule of a method that any of these callers may call.
    pub const fn any_of(callers: Callers) -> Self {
        Self {
            admits: Admits::Callers(callers),
            app_check: None,
        }
    }

    /// The same rule, and what the calling app must prove.
    #[must_use]
    pub const fn with_app_check(self, rule: AppCheckRule) -> Self {
        Self {
            app_check: Some(rule),
            ..self
        }
    }

    /// The callers that the rule admits. `None`: everyone.
    pub const fn callers(&self) -> Option<&Callers> {
        match &self.admits {
            Admits::Everyone => None,
            Admits::Callers(callers) => Some(callers),
        }
    }
}
