//! Votes in PostgreSQL, shared by all instances.

use std::convert::Infallible;

use callgate::UserId;
use callgate_database::{DatabaseError, PoolUse, PostgresDatabase};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;

use super::{
    Cast, StoreError, VoteStore,
    migrations::MIGRATIONS,
    row::{self, TallyRow, VoteRow},
};
use crate::vote::{Candidate, Tally, Vote};

/// `clock_timestamp()` is read again once the row is locked, so a voter's later vote has the later time.
const CAST: &str = "\
    INSERT INTO votes (tenant, uid, candidate, display_name, cast_at) VALUES ($1, $2, $3, $4, clock_timestamp()) \
    ON CONFLICT (tenant, uid) DO UPDATE SET \
    candidate = excluded.candidate, display_name = excluded.display_name, cast_at = clock_timestamp() \
    WHERE votes.candidate <> excluded.candidate \
    RETURNING candidate, (extract(epoch FROM cast_at) * 1000000)::bigint, display_name";

const VOTE_OF: &str = "\
    SELECT candidate, (extract(epoch FROM cast_at) * 1000000)::bigint, display_name \
    FROM votes WHERE tenant = $1 AND uid = $2";

const TALLY: &str = "\
    SELECT total.cats, total.dogs, recent.candidate, \
    (extract(epoch FROM recent.cast_at) * 1000000)::bigint, recent.display_name \
    FROM (SELECT sum(cats)::bigint AS cats, sum(dogs)::bigint AS dogs FROM totals) AS total \
    LEFT JOIN (SELECT candidate, cast_at, display_name FROM votes ORDER BY cast_at DESC LIMIT 5) AS recent \
    ON true ORDER BY recent.cast_at DESC";

const RESET: &str = "SELECT reset_votes()";

const CHANNEL: &str = "votes";
const ANNOUNCE: &str = "SELECT pg_notify('votes', '')";

/// Votes in PostgreSQL. Which of its instances casts a vote, and which one tells of it, makes no difference.
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

    async fn try_listen(&self, changed: &Notify) -> Result<Infallible, StoreError> {
        let mut listener = self.database.listen(CHANNEL).await?;
        loop {
            changed.notify_one();
            if listener.try_recv().await.map_err(sort)?.is_none() {
                return Err(StoreError::Deaf);
            }
        }
    }
}

#[tonic::async_trait]
impl VoteStore for PostgresStore {
    async fn cast(
        &self,
        voter: UserId<'_>,
        candidate: Candidate,
        display_name: &str,
    ) -> Result<Cast, StoreError> {
        let tenant = voter.tenant.unwrap_or_default();
        let cast = sqlx::query_as::<_, VoteRow>(CAST)
            .bind(tenant)
            .bind(voter.uid)
            .bind(candidate.number())
            .bind(display_name);
        if let Some(row) = self.database.fetch(cast).await?.pop() {
            let vote = row::vote(row).map_err(sort)?;
            return Ok(Cast {
                vote,
                changed: true,
            });
        }
        match self.vote_of(voter).await? {
            Some(vote) => Ok(Cast {
                vote,
                changed: false,
            }),
            // Taken back in between; the caller may cast it again.
            None => Err(DatabaseError::Away(sqlx::Error::RowNotFound).into()),
        }
    }

    async fn vote_of(&self, voter: UserId<'_>) -> Result<Option<Vote>, StoreError> {
        let query = sqlx::query_as::<_, VoteRow>(VOTE_OF)
            .bind(voter.tenant.unwrap_or_default())
            .bind(voter.uid);
        let row = self.database.fetch(query).await?.pop();
        row.map(row::vote).transpose().map_err(sort)
    }

    async fn reset(&self) -> Result<i64, StoreError> {
        let query = sqlx::query_as::<_, (i64,)>(RESET);
        let rows = self.database.fetch(query).await?;
        Ok(rows.into_iter().map(|(removed,)| removed).sum())
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        let rows = self
            .database
            .fetch(sqlx::query_as::<_, TallyRow>(TALLY))
            .await?;
        row::tally(rows).map_err(sort)
    }

    async fn announce(&self) -> Result<(), StoreError> {
        let query = sqlx::query_as::<_, ()>(ANNOUNCE);
        self.database.fetch(query).await?;
        Ok(())
    }

    async fn listen(&self, changed: &Notify) -> StoreError {
        let Err(error) = self.try_listen(changed).await;
        error
    }

    fn pool_use(&self) -> PoolUse {
        self.database.pool_use()
    }
}

fn sort(error: sqlx::Error) -> StoreError {
    PostgresDatabase::sort(error).into()
}
