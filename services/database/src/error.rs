//! Why a database cannot be opened, or has not answered.

use std::time::Duration;

/// Why the database did not answer. Its texts are for logs, not for callers.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The database cannot be reached or is not able to work now. It may be, a moment later.
    #[error("the database is away: {0}")]
    Away(#[source] sqlx::Error),
    /// The database has not answered in time. What it was asked to do may be done all the same.
    #[error("the database has not answered within {0:?}")]
    Slow(Duration),
    /// The database could not be reached, or not be brought up to date, since the start.
    #[error("the database's schema is not up to date yet")]
    NotReady,
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

impl DatabaseError {
    /// Whether trying again later may help.
    pub fn is_outage(&self) -> bool {
        !matches!(self, Self::Fault(_))
    }

    /// Sorts what the driver says; `code_means_away` judges the database's own error codes.
    pub(crate) fn from_driver(error: sqlx::Error, code_means_away: impl Fn(&str) -> bool) -> Self {
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
