//! A SQLite file, for one instance of a service.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{
    SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::time::sleep;

use crate::{DatabaseError, Migrations, OpenError, PoolUse};

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// A SQLite file: one writer, four readers, and each change synced to the disk. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct SqliteDatabase {
    /// The one connection that writes.
    pub writer: SqlitePool,
    /// Connections that cannot write.
    pub readers: SqlitePool,
}

impl SqliteDatabase {
    /// Opens the file, makes it where there is none, and brings it up to date.
    pub async fn open(
        options: SqliteConnectOptions,
        migrations: &'static Migrations,
    ) -> Result<Self, OpenError> {
        let path = PathBuf::from(options.get_filename());
        let begin = Instant::now();
        loop {
            match Self::connect(options.clone(), migrations, &path).await {
                // A file is taken into WAL mode by one connection alone, and for that SQLite does not wait by itself.
                Err(error) if is_busy(&error) && begin.elapsed() < BUSY_TIMEOUT => {
                    sleep(BUSY_PAUSE).await;
                }
                result => {
                    return result.map_err(|source| OpenError::Sqlite {
                        path: path.display().to_string(),
                        source,
                    });
                }
            }
        }
    }

    async fn connect(
        options: SqliteConnectOptions,
        migrations: &'static Migrations,
        path: &Path,
    ) -> Result<Self, MigrateError> {
        tracing::debug!(path = %path.display(), "opening the SQLite database");
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        migrate(&writer, migrations).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writer, readers })
    }

    /// How many connections there are, and what they do: the writer and the readers together.
    pub fn pool_use(&self) -> PoolUse {
        PoolUse::of(&self.writer).and(PoolUse::of(&self.readers))
    }

    /// Sorts what the driver says.
    pub fn sort(error: sqlx::Error) -> DatabaseError {
        DatabaseError::from_driver(error, |code| {
            // <https://www.sqlite.org/rescode.html>: the low byte of an extended code is the primary one. BUSY, LOCKED,
            // READONLY, IOERR, FULL, CANTOPEN.
            code.parse()
                .is_ok_and(|code: u32| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
        })
    }
}

/// Whether another connection has the file: `SQLITE_BUSY`, with or without a reason.
fn is_busy(error: &MigrateError) -> bool {
    let MigrateError::Execute(sqlx::Error::Database(error)) = error else {
        return false;
    };
    matches!(error.code().as_deref(), Some("5" | "261" | "517"))
}

/// SQLite's migrations take no lock of their own: a transaction that writes from its start keeps a second process out.
async fn migrate(writer: &SqlitePool, migrations: &'static Migrations) -> Result<(), MigrateError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    migrations
        .for_sqlite()
        .run_direct(None, &mut *transaction, false)
        .await?;
    Ok(transaction.commit().await?)
}
