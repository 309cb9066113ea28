//! What the audit holds.

use std::time::SystemTime;

use callgate::{InternalUser, UserId};

/// Which attempt. A later one has a greater number; there may be gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptId(pub(crate) i64);

/// An attempt at a change, before it is made.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Who.
    pub actor: InternalUser,
    /// What.
    pub action: Action,
    /// Whom. `None` where it is not one user.
    pub target: Option<Target>,
    /// What the action is given, in words; at most [`DETAILS`] characters are kept.
    pub details: String,
}

/// What internal users do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Locks an account.
    DisableUser,
    /// Unlocks an account.
    EnableUser,
    /// Gives a user roles, or takes them away.
    SetRoles,
    /// Removes all votes.
    ResetVotes,
}

/// The user whom an action is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The tenant of Identity Platform; `None` is the project's own pool of users.
    pub tenant: Option<String>,
    /// The user, within the tenant.
    pub uid: String,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// More about it, in words; at most [`DETAILS`] characters are kept.
    pub details: String,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// The change may have been made or not.
    Unknown,
    /// The change is made.
    Succeeded,
    /// The change is not made.
    Failed,
}

/// An attempt and its outcome, as they were recorded.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Which attempt.
    pub id: AttemptId,
    /// Who it was: the id that Identity-Aware Proxy gives them.
    pub actor_id: String,
    /// Who it was, in a form that people know: their address at the time.
    pub actor_email: String,
    /// What they did.
    pub action: Action,
    /// Whom they did it to.
    pub target: Option<Target>,
    /// When, by the database's clock; whole microseconds.
    pub attempted_at: SystemTime,
    /// What the action was given.
    pub details: String,
    /// What came of it, and when that was known. `None`: nobody has told yet, and perhaps nobody will.
    pub outcome: Option<(Outcome, SystemTime)>,
}

/// How many characters of details are kept.
pub const DETAILS: usize = 4096;

// === impl Target ===

impl Target {
    /// Which user it is.
    pub fn id(&self) -> UserId<'_> {
        UserId {
            tenant: self.tenant.as_deref(),
            uid: &self.uid,
        }
    }
}

// === impl Outcome ===

impl Outcome {
    pub(crate) fn new(kind: OutcomeKind, details: impl Into<String>) -> Self {
        Self {
            kind,
            details: details.into(),
        }
    }
}

// === impl Record ===

/// Names nobody, so that it may stand in a log.
impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("action", &self.action)
            .field("target", &self.target)
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// As much of details as is kept.
pub(crate) fn kept(details: &str) -> &str {
    match details.char_indices().nth(DETAILS) {
        Some((end, _)) => &details[..end],
        None => details,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_cut_between_characters() {
        assert_eq!(kept("roles: editor"), "roles: editor");
        let long = "ä".repeat(DETAILS + 1);
        assert_eq!(kept(&long), "ä".repeat(DETAILS));
    }
}
