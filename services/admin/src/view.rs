//! How accounts and audit records look in the API.

use callgate::{accounts::Account, display_name};
use callgate_api::admin::v1 as api;
use prost_types::Timestamp;

use crate::audit::{Action, OutcomeKind, Record, Target};

/// The account of a user, whose roles are in this custom claim.
pub(crate) fn user(account: Account, roles_claim: &str) -> api::User {
    api::User {
        roles: account.roles(roles_claim),
        id: Some(api::UserId {
            uid: account.uid,
            tenant: account.tenant.unwrap_or_default(),
        }),
        // An app can set any name, without asking anyone.
        display_name: account
            .display_name
            .as_deref()
            .and_then(display_name)
            .unwrap_or_default(),
        email: account.email.unwrap_or_default(),
        email_verified: account.email_verified,
        providers: account.providers.into_iter().map(|it| it.id).collect(),
        disabled: account.disabled,
        created_at: account.created_at.map(Timestamp::from),
        last_sign_in_at: account.last_sign_in_at.map(Timestamp::from),
    }
}

/// An attempt and what came of it.
pub(crate) fn record(record: Record) -> api::AuditRecord {
    let (outcome, ended_at) = record.outcome.unzip();
    let (kind, outcome_details) = match outcome {
        Some(outcome) => (outcome.kind, outcome.details),
        None => (OutcomeKind::Unknown, String::new()),
    };
    api::AuditRecord {
        id: record.id.0,
        actor: Some(api::audit_record::Actor {
            id: record.actor_id,
            email: record.actor_email,
        }),
        action: action(record.action).into(),
        target: record.target.map(user_id),
        attempted_at: Some(record.attempted_at.into()),
        details: record.details,
        outcome: self::outcome(kind).into(),
        outcome_details,
        ended_at: ended_at.map(Timestamp::from),
    }
}

fn user_id(target: Target) -> api::UserId {
    api::UserId {
        uid: target.uid,
        tenant: target.tenant.unwrap_or_default(),
    }
}

fn action(action: Action) -> api::audit_record::Action {
    match action {
        Action::DisableUser => api::audit_record::Action::DisableUser,
        Action::EnableUser => api::audit_record::Action::EnableUser,
        Action::SetRoles => api::audit_record::Action::SetRoles,
        Action::ResetVotes => api::audit_record::Action::ResetVotes,
    }
}

fn outcome(kind: OutcomeKind) -> api::audit_record::Outcome {
    match kind {
        OutcomeKind::Unknown => api::audit_record::Outcome::Unknown,
        OutcomeKind::Succeeded => api::audit_record::Outcome::Succeeded,
        OutcomeKind::Failed => api::audit_record::Outcome::Failed,
    }
}
