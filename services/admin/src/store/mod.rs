//! Where the audit is kept: PostgreSQL for production, a SQLite file as the embedded default.
//!
//! Both keep the same promises. What [`AuditStore::attempt`] has returned is on disk, before anything is changed. Rows are added
//! and never changed nor removed: the database itself refuses it, PostgreSQL for want of the right to, SQLite by triggers.

mod migrations;
mod postgres;
mod row;
mod sqlite;

use std::sync::Arc;

use callgate_database::{DatabaseError, DatabaseUrl, OpenError, PoolUse};

pub use self::{postgres::PostgresStore, sqlite::SqliteStore};
use crate::audit::{Attempt, AttemptId, Outcome, Record};

/// A database of audit records.
#[tonic::async_trait]
pub trait AuditStore: Send + Sync + 'static {
    /// Records an attempt. When it returns, the record is on disk, without an outcome.
    async fn attempt(&self, attempt: &Attempt) -> Result<AttemptId, DatabaseError>;

    /// Records what came of an attempt: once, and for good.
    async fn outcome(&self, attempt: AttemptId, outcome: &Outcome) -> Result<(), DatabaseError>;

    /// The latest records first, at most `limit`; only those older than `before` where it is given.
    async fn records(
        &self,
        before: Option<AttemptId>,
        limit: u16,
    ) -> Result<Vec<Record>, DatabaseError>;

    /// How many connections to the database there are, and what they do.
    fn pool_use(&self) -> PoolUse;
}

/// Opens the database that the URL names: see [`DatabaseUrl`].
///
/// A SQLite file is made where there is none, and brought up to date. PostgreSQL need not be there yet: connecting and bringing
/// it up to date go on in the background until they succeed. Its role need not be a superuser, and should not: no grant binds one.
pub async fn open(url: &str) -> Result<Arc<dyn AuditStore>, OpenError> {
    Ok(match url.parse()? {
        DatabaseUrl::Postgres(options) => Arc::new(PostgresStore::open(options)),
        DatabaseUrl::Sqlite(options) => Arc::new(SqliteStore::open(options).await?),
    })
}
