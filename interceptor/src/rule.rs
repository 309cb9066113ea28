//! What one method demands of its caller.
//!
//! Rules are written in the proto, as the option `(callgate.v1.rule)`; `callgate-build` turns them into the constants below.

use std::time::Duration;

/// What one method demands of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Everyone may call. The caller is not looked at.
    Public,
    /// Any of these callers may call, and nobody else.
    Callers(Callers),
}

/// The kinds of caller that a rule admits, each with its conditions. `None` does not admit the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Callers {
    /// Someone who signed up by themselves, through Firebase Auth or Identity Platform.
    pub end_user: Option<EndUserRule>,
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
    };
}

impl Rule {
    /// The rule of a method that end users may call.
    pub const fn end_user(rule: EndUserRule) -> Self {
        Self::Callers(Callers {
            end_user: Some(rule),
        })
    }
}
