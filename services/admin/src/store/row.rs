//! Rows as both databases give them: actions and outcomes as numbers, times in microseconds since the Unix epoch.

use callgate_database::from_micros;

use crate::audit::{Action, AttemptId, Outcome, OutcomeKind, Record, Target};

/// A record, column by column. The last three are those of the outcome.
pub(super) type RecordRow = (
    i64,
    i64,
    String,
    String,
    i16,
    Option<String>,
    Option<String>,
    String,
    Option<i16>,
    Option<String>,
    Option<i64>,
);

pub(super) fn record(row: RecordRow) -> Result<Record, sqlx::Error> {
    let (id, attempted_at, actor_id, actor_email, action, tenant, uid, details, kind, more, ended) =
        row;
    let outcome = match (kind, more, ended) {
        (Some(kind), Some(details), Some(ended)) => {
            let kind = OutcomeKind::from_number(kind)?;
            Some((Outcome { kind, details }, from_micros(ended)))
        }
        _ => None,
    };
    Ok(Record {
        id: AttemptId(id),
        actor_id,
        actor_email,
        action: Action::from_number(action)?,
        target: uid.map(|uid| Target {
            tenant: tenant.filter(|tenant| !tenant.is_empty()),
            uid,
        }),
        attempted_at: from_micros(attempted_at),
        details,
        outcome,
    })
}

/// Tenant and uid as they are kept.
pub(super) fn target(target: Option<&Target>) -> (Option<&str>, Option<&str>) {
    (
        target.map(|it| it.tenant.as_deref().unwrap_or_default()),
        target.map(|it| it.uid.as_str()),
    )
}

impl Action {
    pub(super) fn number(self) -> i16 {
        match self {
            Self::DisableUser => 1,
            Self::EnableUser => 2,
            Self::SetRoles => 3,
            Self::ResetVotes => 4,
        }
    }

    fn from_number(number: i16) -> Result<Self, sqlx::Error> {
        match number {
            1 => Ok(Self::DisableUser),
            2 => Ok(Self::EnableUser),
            3 => Ok(Self::SetRoles),
            4 => Ok(Self::ResetVotes),
            _ => Err(sqlx::Error::Decode(
                format!("action {number} in the database").into(),
            )),
        }
    }
}

impl OutcomeKind {
    pub(super) fn number(self) -> i16 {
        match self {
            Self::Unknown => 1,
            Self::Succeeded => 2,
            Self::Failed => 3,
        }
    }

    fn from_number(number: i16) -> Result<Self, sqlx::Error> {
        match number {
            1 => Ok(Self::Unknown),
            2 => Ok(Self::Succeeded),
            3 => Ok(Self::Failed),
            _ => Err(sqlx::Error::Decode(
                format!("outcome {number} in the database").into(),
            )),
        }
    }
}
