//! Where the votes are kept: PostgreSQL for production, a SQLite file as the embedded default.
//!
//! Both keep the same promises. A user, that is (tenant, uid), has one vote; a second one changes it; the same again changes
//! nothing. What [`VoteStore::cast`] has returned is on disk. The totals are kept by triggers in the vote's own transaction,
//! so reading them costs the same at any number of votes.

mod migrations;
mod postgres;
mod row;
mod sqlite;

use std::sync::Arc;

use callgate::UserId;
use callgate_database::{DatabaseError, DatabaseUrl, OpenError, PoolUse};
use tokio::sync::Notify;

pub use self::{postgres::PostgresStore, sqlite::SqliteStore};
use crate::vote::{Candidate, Tally, Vote};

/// How many votes [`Tally::recent`] holds.
pub const RECENT: usize = 5;

/// A database of votes.
#[tonic::async_trait]
pub trait VoteStore: Send + Sync + 'static {
    /// Makes this the voter's one vote. When it returns, the vote is on disk and counted.
    ///
    /// Casting the same vote again changes nothing: neither its time nor the name.
    async fn cast(
        &self,
        voter: UserId<'_>,
        candidate: Candidate,
        display_name: &str,
    ) -> Result<Cast, StoreError>;

    /// The voter's vote.
    async fn vote_of(&self, voter: UserId<'_>) -> Result<Option<Vote>, StoreError>;

    /// Removes all votes, and says how many there were. Votes being cast meanwhile are removed and counted, or cast after it.
    async fn reset(&self) -> Result<i64, StoreError>;

    /// How the vote stands, all of it at one moment.
    async fn tally(&self) -> Result<Tally, StoreError>;

    /// Tells every [`VoteStore::listen`] on this database, of any instance, that votes have changed.
    async fn announce(&self) -> Result<(), StoreError>;

    /// Notifies `changed` once it listens, and then after each announcement: reading the votes after each notice misses none.
    ///
    /// Returns only when announcements may have been missed. Then start over.
    async fn listen(&self, changed: &Notify) -> StoreError;

    /// How many connections to the database there are, and what they do.
    fn pool_use(&self) -> PoolUse;
}

/// What came of casting a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The voter's vote now.
    pub vote: Vote,
    /// Whether it is another than before.
    pub changed: bool,
}

/// Why the votes were not read or written. Its texts are for logs, not for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database has not answered.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The connection that hears of changes is gone, or is no longer told of them.
    #[error("changes of other instances are no longer heard of")]
    Deaf,
}

/// Opens the database that the URL names: see [`DatabaseUrl`].
///
/// A SQLite file is made where there is none, and brought up to date. PostgreSQL need not be there yet: connecting and bringing
/// it up to date go on in the background until they succeed.
pub async fn open(url: &str) -> Result<Arc<dyn VoteStore>, OpenError> {
    Ok(match url.parse()? {
        DatabaseUrl::Postgres(options) => Arc::new(PostgresStore::open(options)),
        DatabaseUrl::Sqlite(options) => Arc::new(SqliteStore::open(options).await?),
    })
}

impl StoreError {
    /// Whether trying again later may help.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Database(error) => error.is_outage(),
            Self::Deaf => true,
        }
    }
}
