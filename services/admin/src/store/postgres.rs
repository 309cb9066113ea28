//! The audit in PostgreSQL, shared by all instances.

use callgate_database::{DatabaseError, PoolUse, PostgresDatabase};
use sqlx::postgres::PgConnectOptions;

use super::{
    AuditStore,
    migrations::MIGRATIONS,
    row::{self, RecordRow},
};
use crate::audit::{Attempt, AttemptId, Outcome, Record, kept};

const ATTEMPT: &str = "\
    INSERT INTO audit_attempts (actor_id, actor_email, action, target_tenant, target_uid, details) \
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

const OUTCOME: &str = "\
    INSERT INTO audit_outcomes (attempt, outcome, details) \
    SELECT id, $2, $3 FROM audit_attempts WHERE id = $1 RETURNING attempt";

const RECORDS: &str = "\
    SELECT id, (extract(epoch FROM attempted_at) * 1000000)::bigint, actor_id, actor_email, action, \
    target_tenant, target_uid, audit_attempts.details, outcome, audit_outcomes.details, \
    (extract(epoch FROM ended_at) * 1000000)::bigint \
    FROM audit_attempts LEFT JOIN audit_outcomes ON attempt = id WHERE id < $1 ORDER BY id DESC LIMIT $2";

/// The audit in PostgreSQL.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    database: PostgresDatabase,
}

impl PostgresStore {
    /// Starts connecting, as [`PostgresDatabase::open`] says.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(options: PgConnectOptions) -> Self {
        Self {
            database: PostgresDatabase::open(options, &MIGRATIONS),
        }
    }
}

#[tonic::async_trait]
impl AuditStore for PostgresStore {
    async fn attempt(&self, attempt: &Attempt) -> Result<AttemptId, DatabaseError> {
        let (tenant, uid) = row::target(attempt.target.as_ref());
        let query = sqlx::query_as::<_, (i64,)>(ATTEMPT)
            .bind(attempt.actor.id())
            .bind(attempt.actor.email())
            .bind(attempt.action.number())
            .bind(tenant)
            .bind(uid)
            .bind(kept(&attempt.details));
        match self.database.fetch(query).await?.pop() {
            Some((id,)) => Ok(AttemptId(id)),
            None => Err(DatabaseError::Fault(sqlx::Error::RowNotFound)),
        }
    }

    async fn outcome(&self, attempt: AttemptId, outcome: &Outcome) -> Result<(), DatabaseError> {
        let query = sqlx::query_as::<_, (i64,)>(OUTCOME)
            .bind(attempt.0)
            .bind(outcome.kind.number())
            .bind(kept(&outcome.details));
        match self.database.fetch(query).await?.pop() {
            Some(_) => Ok(()),
            None => Err(DatabaseError::Fault(sqlx::Error::RowNotFound)),
        }
    }

    async fn records(
        &self,
        before: Option<AttemptId>,
        limit: u16,
    ) -> Result<Vec<Record>, DatabaseError> {
        let query = sqlx::query_as::<_, RecordRow>(RECORDS)
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(i64::from(limit));
        let rows = self.database.fetch(query).await?;
        rows.into_iter()
            .map(row::record)
            .collect::<Result<_, _>>()
            .map_err(PostgresDatabase::sort)
    }

    fn pool_use(&self) -> PoolUse {
        self.database.pool_use()
    }
}
