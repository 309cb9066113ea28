//! Where the votes are kept: PostgreSQL for production, a SQLite file as the embedded default.
//!
//! Both keep the same promises. A user, that is (tenant, uid), has one vote; a second one changes it; the same again changes
//! nothing. What [`VoteStore::cast`] has returned is on disk. The totals are kept by triggers in the vote's own transaction,
//! so reading them costs the same at any number of votes.

mod migrations;
mod postgres;
mod row;
mod sqlite;
mod url;

use std::sync::Arc;

use callgate::UserId;
use tokio::sync::Notify;

pub use self::{postgres::PostgresStore, sqlite::SqliteStore, url::DatabaseUrl};
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

    /// How the vote stands, all of it at one moment.
    async fn tally(&self) -> Result<Tally, StoreError>;

    /// Tells every [`VoteStore::listen`] on this database, of any instance, that votes have changed.
    async fn announce(&self) -> Result<(), StoreError>;

    /// Notifies `changed` once it listens, and then after each announcement: reading the votes after each notice misses none.
    ///
    /// Returns only when announcements may have been missed. Then start over.
    async fn listen(&self, changed: &Notify) -> StoreError;
}

/// What came of casting a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The voter's vote now.
    pub vote: Vote,
    /// Whether it is another than before.
    pub changed: bool,
}

/// Why the database did not answer. Its texts are for logs, not for callers.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached or is not able to work now. It may be, a moment later.
    #[error("the database is away: {0}")]
    Away(#[source] sqlx::Error),
    /// The database has not answered in time.
    #[error("the database has not answered within {0:?}")]
    Slow(std::time::Duration),
    /// The database could not be reached, or not be brought up to date, since the start.
    #[error("the database's schema is not up to date yet")]
    NotReady,
    /// The connection that hears of changes is gone, or is no longer told of them.
    #[error("changes of other instances are no longer heard of")]
    Deaf,
    /// Something is wrong with the data or with this program.
    #[error("the database refused: {0}")]
    Fault(#[source] sqlx::Error),
}

/// Why a database cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is none that this crate understands.
    #[error("{0}")]
    Url(String),
    /// The SQLite file cannot be opened, or not be brought up to date.
    #[error("the SQLite database {path}: {source}")]
    Sqlite {
        /// The file.
        path: String,
        /// What SQLite says.
        source: sqlx::migrate::MigrateError,
    },
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
        !matches!(self, Self::Fault(_))
    }

    /// Sorts what the driver says; `code_means_away` judges the database's own error codes.
    fn from_driver(error: sqlx::Error, code_means_away: impl Fn(&str) -> bool) -> Self {
        use sqlx::Error;
        let away = match &error {
            Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(_)
            | Error::PoolTimedOut
            | Error::PoolClosed
            | Error::WorkerCrashed => true,
            Error::Database(error) => error.code().is_some_and(|code| code_means_away(&code)),
            _ => false,
        };
        if away {
            Self::Away(error)
        } else {
            Self::Fault(error)
        }
    }
}
