//! Votes in a SQLite file.

use std::time::SystemTime;

use callgate::UserId;
use callgate_database::{OpenError, PoolUse, SqliteDatabase, to_micros};
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{Notify, watch};

use super::{
    Cast, StoreError, VoteStore,
    migrations::MIGRATIONS,
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

/// The triggers see each of them, so the totals follow.
const RESET: &str = "DELETE FROM votes";

const TALLY: &str = "\
    SELECT total.cats, total.dogs, recent.candidate, recent.cast_at, recent.display_name \
    FROM (SELECT sum(cats) AS cats, sum(dogs) AS dogs FROM totals) AS total \
    LEFT JOIN (SELECT candidate, cast_at, display_name FROM votes ORDER BY cast_at DESC LIMIT 5) AS recent \
    ON true ORDER BY recent.cast_at DESC";

/// Votes in a SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    database: SqliteDatabase,
    /// Counts the announcements. There is one instance only, so they need not leave it.
    announced: watch::Sender<u64>,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none, and brings it up to date.
    pub async fn open(options: SqliteConnectOptions) -> Result<Self, OpenError> {
        Ok(Self {
            database: SqliteDatabase::open(options, &MIGRATIONS).await?,
            announced: watch::Sender::new(0),
        })
    }
}

#[tonic::async_trait]
impl VoteStore for SqliteStore {
    async fn cast(
        &self,
        voter: UserId<'_>,
        candidate: Candidate,
        display_name: &str,
    ) -> Result<Cast, StoreError> {
        let mut writer = self.database.writer.acquire().await.map_err(sort)?;
        // The clock is read by whoever holds the one writer, so times are in the order of the votes.
        let now = to_micros(SystemTime::now());
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
            .fetch_optional(&self.database.readers)
            .await
            .map_err(sort)?;
        row.map(row::vote).transpose().map_err(sort)
    }

    async fn reset(&self) -> Result<i64, StoreError> {
        let removed = sqlx::query(RESET)
            .execute(&self.database.writer)
            .await
            .map_err(sort)?;
        Ok(i64::try_from(removed.rows_affected()).unwrap_or(i64::MAX))
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        let rows = sqlx::query_as::<_, TallyRow>(TALLY)
            .fetch_all(&self.database.readers)
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

    fn pool_use(&self) -> PoolUse {
        self.database.pool_use()
    }
}

fn sort(error: sqlx::Error) -> StoreError {
    SqliteDatabase::sort(error).into()
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
                .fetch_all(&store.database.readers)
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
