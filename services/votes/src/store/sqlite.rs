//! Votes in a SQLite file.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime},
};

use callgate::UserId;
use sqlx::{
    SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};

use super::{
    Cast, OpenError, StoreError, VoteStore, migrations,
    row::{self, TallyRow, VoteRow},
};
use crate::vote::{Candidate, Tally, Vote};

const CAST: &str = "\
    INSERT INTO votes (tenant, uid, candidate, display_name, cast_at) VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (tenant, uid) DO UPDATE SET \
    candidate = excluded.candidate, display_name = excluded.display_name, cast_at = excluded.cast_at \
    WHERE votes.candidate <> excluded.candidate \
    RETURNING candidate, cast_at, display_name";

const VOTE_OF: &str =
    "SELECT candidate, cast_at, display_name FROM votes WHERE tenant = $1 AND uid = $2";

const TALLY: &str = "\
    SELECT total.cats, total.dogs, recent.candidate, recent.cast_at, recent.display_name \
    FROM (SELECT sum(cats) AS cats, sum(dogs) AS dogs FROM totals) AS total \
    LEFT JOIN (SELECT candidate, cast_at, display_name FROM votes ORDER BY cast_at DESC LIMIT 5) AS recent \
    ON true ORDER BY recent.cast_at DESC";

const READERS: u32 = 4;
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Votes in a SQLite file: one writer, four readers, and each vote synced to the disk.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    /// Counts the announcements. There is one instance only, so they need not leave it.
    announced: watch::Sender<u64>,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings it up to date.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, OpenError> {
        let path = PathBuf::from(options.get_filename());
        let begin = Instant::now();
        loop {
            match Self::connect(options.clone(), &path).await {
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

    async fn connect(options: SqliteConnectOptions, path: &Path) -> Result<Self, MigrateError> {
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
        migrate(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self {
            writer,
            readers,
            announced: watch::Sender::new(0),
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
async fn migrate(writer: &SqlitePool) -> Result<(), MigrateError> {
    let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
    migrations::sqlite()
        .run_direct(None, &mut *transaction, false)
        .await?;
    Ok(transaction.commit().await?)
}

#[tonic::async_trait]
impl VoteStore for SqliteStore {
    async fn cast(
        &self,
        voter: UserId<'_>,
        candidate: Candidate,
        display_name: &str,
    ) -> Result<Cast, StoreError> {
        let mut writer = self.writer.acquire().await.map_err(sort)?;
        // The clock is read by whoever holds the one writer, so times are in the order of the votes.
        let now = row::micros(SystemTime::now());
        let cast = sqlx::query_as::<_, VoteRow>(CAST)
            .bind(voter.tenant.unwrap_or_default())
            .bind(voter.uid)
            .bind(candidate.number())
            .bind(display_name)
            .bind(now)
            // To the end: the statement commits after its last row.
            .fetch_all(&mut *writer)
            .await
            .map_err(sort)?;
        let changed = cast.into_iter().next();
        let (row, changed) = if let Some(row) = changed {
            (row, true)
        } else {
            let row = sqlx::query_as(VOTE_OF)
                .bind(voter.tenant.unwrap_or_default())
                .bind(voter.uid)
                .fetch_one(&mut *writer)
                .await
                .map_err(sort)?;
            (row, false)
        };
        let vote = row::vote(row).map_err(sort)?;
        Ok(Cast { vote, changed })
    }

    async fn vote_of(&self, voter: UserId<'_>) -> Result<Option<Vote>, StoreError> {
        let row = sqlx::query_as::<_, VoteRow>(VOTE_OF)
            .bind(voter.tenant.unwrap_or_default())
            .bind(voter.uid)
            .fetch_optional(&self.readers)
            .await
            .map_err(sort)?;
        row.map(row::vote).transpose().map_err(sort)
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        let rows = sqlx::query_as::<_, TallyRow>(TALLY)
            .fetch_all(&self.readers)
            .await
            .map_err(sort)?;
        row::tally(rows).map_err(sort)
    }

    async fn announce(&self) -> Result<(), StoreError> {
        self.announced.send_modify(|announced| *announced += 1);
        Ok(())
    }

    async fn listen(&self, changed: &Notify) -> StoreError {
        let mut announced = self.announced.subscribe();
        loop {
            changed.notify_one();
            if announced.changed().await.is_err() {
                // Not while `self` holds the sender.
                return StoreError::Deaf;
            }
        }
    }
}

fn sort(error: sqlx::Error) -> StoreError {
    StoreError::from_driver(error, |code| {
        // <https://www.sqlite.org/rescode.html>: the low byte of an extended code is the primary one. BUSY, LOCKED, READONLY,
        // IOERR, FULL, CANTOPEN.
        code.parse()
            .is_ok_and(|code: u32| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_tally_reads_totals_and_an_index_never_all_votes() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new().filename(folder.path().join("votes.db"));
        let store = SqliteStore::open(options).await.unwrap();

        let plan: Vec<(i64, i64, i64, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {TALLY}")))
                .fetch_all(&store.readers)
                .await
                .unwrap();

        let of_votes: Vec<_> = plan
            .iter()
            .map(|(.., step)| step.as_str())
            .filter(|step| step.contains("votes"))
            .collect();
        assert_eq!(of_votes, ["SCAN votes USING INDEX votes_by_time"]);
        // The index gives the order; only the five rows joined may be sorted again.
        let sorts = plan
            .iter()
            .filter(|(.., step)| step.contains("TEMP B-TREE"));
        assert!(sorts.count() <= 1, "{plan:?}");
    }
}
