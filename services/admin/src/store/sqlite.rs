//! The audit in a SQLite file.

use std::time::SystemTime;

use callgate_database::{DatabaseError, OpenError, PoolUse, SqliteDatabase, to_micros};
use sqlx::sqlite::SqliteConnectOptions;

use super::{
    AuditStore,
    migrations::MIGRATIONS,
    row::{self, RecordRow},
};
use crate::audit::{Attempt, AttemptId, Outcome, Record, kept};

const ATTEMPT: &str = "\
    INSERT INTO audit_attempts (attempted_at, actor_id, actor_email, action, target_tenant, target_uid, details) \
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

const OUTCOME: &str = "\
    INSERT INTO audit_outcomes (attempt, ended_at, outcome, details) \
    SELECT id, $2, $3, $4 FROM audit_attempts WHERE id = $1";

const RECORDS: &str = "\
    SELECT id, attempted_at, actor_id, actor_email, action, target_tenant, target_uid, audit_attempts.details, \
    outcome, audit_outcomes.details, ended_at \
    FROM audit_attempts LEFT JOIN audit_outcomes ON attempt = id WHERE id < $1 ORDER BY id DESC LIMIT $2";

/// The audit in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    database: SqliteDatabase,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings it up to date.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, OpenError> {
        Ok(Self {
            database: SqliteDatabase::open(options, &MIGRATIONS).await?,
        })
    }
}

#[tonic::async_trait]
impl AuditStore for SqliteStore {
    async fn attempt(&self, attempt: &Attempt) -> Result<AttemptId, DatabaseError> {
        let (tenant, uid) = row::target(attempt.target.as_ref());
        let inserted = sqlx::query(ATTEMPT)
            .bind(to_micros(SystemTime::now()))
            .bind(attempt.actor.id())
            .bind(attempt.actor.email())
            .bind(attempt.action.number())
            .bind(tenant)
            .bind(uid)
            .bind(kept(&attempt.details))
            .execute(&self.database.writer)
            .await
            .map_err(SqliteDatabase::sort)?;
        Ok(AttemptId(inserted.last_insert_rowid()))
    }

    async fn outcome(&self, attempt: AttemptId, outcome: &Outcome) -> Result<(), DatabaseError> {
        let inserted = sqlx::query(OUTCOME)
            .bind(attempt.0)
            .bind(to_micros(SystemTime::now()))
            .bind(outcome.kind.number())
            .bind(kept(&outcome.details))
            .execute(&self.database.writer)
            .await
            .map_err(SqliteDatabase::sort)?;
        match inserted.rows_affected() {
            1 => Ok(()),
            _ => Err(DatabaseError::Fault(sqlx::Error::RowNotFound)),
        }
    }

    async fn records(
        &self,
        before: Option<AttemptId>,
        limit: u16,
    ) -> Result<Vec<Record>, DatabaseError> {
        let rows = sqlx::query_as::<_, RecordRow>(RECORDS)
            .bind(before.map_or(i64::MAX, |id| id.0))
            .bind(i64::from(limit))
            .fetch_all(&self.database.readers)
            .await
            .map_err(SqliteDatabase::sort)?;
        rows.into_iter()
            .map(row::record)
            .collect::<Result<_, _>>()
            .map_err(SqliteDatabase::sort)
    }

    fn pool_use(&self) -> PoolUse {
        self.database.pool_use()
    }
}
