//! Votes in PostgreSQL, shared by all instances.

use std::{convert::Infallible, time::Duration};

use callgate::UserId;
use sqlx::{
    ConnectOptions, Connection, FromRow, PgPool, Postgres,
    migrate::MigrateError,
    postgres::{PgArguments, PgConnectOptions, PgListener, PgPoolOptions, PgRow},
    query::QueryAs,
};
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::{
    Cast, StoreError, VoteStore, migrations,
    row::{self, TallyRow, VoteRow},
};
use crate::{
    backoff::Backoff,
    vote::{Candidate, Tally, Vote},
};

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

const CHANNEL: &str = "votes";
const ANNOUNCE: &str = "SELECT pg_notify('votes', '')";

/// Connections of one instance, one of which listens while someone watches.
const CONNECTIONS: u32 = 10;
/// How long a call waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a call waits for a statement.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(1);
/// A connection that was idle for longer is tried before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// Votes in PostgreSQL. Which of its instances casts a vote, and which one tells of it, makes no difference.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: PgPool,
    /// Whether the schema is up to date.
    ready: watch::Receiver<bool>,
}

impl PostgresStore {
    /// Starts connecting, and bringing the schema up to date, in the background. Until that is done, everything answers
    /// [`StoreError::NotReady`] after a wait of 3 s.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(options: PgConnectOptions) -> Self {
        let (done, ready) = watch::channel(false);
        tokio::spawn(migrate_until_done(options.clone(), done));
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    if meta.idle_for > TRUSTED_IDLE {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_lazy_with(options);
        Self { pool, ready }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        if *self.ready.borrow() {
            return Ok(());
        }
        match timeout(ACQUIRE_TIMEOUT, self.ready.clone().wait_for(|ready| *ready)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(StoreError::NotReady),
        }
    }

    /// All rows of a statement, to its very end: rows are sent before the commit, whose failure comes after them.
    async fn fetch<T>(
        &self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.ready().await?;
        let mut connection = self.pool.acquire().await.map_err(sort)?;
        let rows = timeout(STATEMENT_TIMEOUT, query.fetch_all(&mut *connection)).await;
        let rows = rows.map_err(|_| {
            // Whatever hangs there, the next call shall not wait for it too.
            connection.close_on_drop();
            StoreError::Slow(STATEMENT_TIMEOUT)
        })?;
        rows.map_err(sort)
    }

    async fn try_listen(&self, changed: &Notify) -> Result<Infallible, StoreError> {
        self.ready().await?;
        let mut listener = PgListener::connect_with(&self.pool).await.map_err(sort)?;
        // Else it would be connected again behind our back, and what was announced in between be lost.
        listener.eager_reconnect(false);
        timeout(STATEMENT_TIMEOUT, listener.listen(CHANNEL))
            .await
            .map_err(|_| StoreError::Slow(STATEMENT_TIMEOUT))?
            .map_err(sort)?;
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
        if let Some(row) = self.fetch(cast).await?.pop() {
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
            None => Err(StoreError::Away(sqlx::Error::RowNotFound)),
        }
    }

    async fn vote_of(&self, voter: UserId<'_>) -> Result<Option<Vote>, StoreError> {
        let query = sqlx::query_as::<_, VoteRow>(VOTE_OF)
            .bind(voter.tenant.unwrap_or_default())
            .bind(voter.uid);
        let row = self.fetch(query).await?.pop();
        row.map(row::vote).transpose().map_err(sort)
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        let rows = self.fetch(sqlx::query_as::<_, TallyRow>(TALLY)).await?;
        row::tally(rows).map_err(sort)
    }

    async fn announce(&self) -> Result<(), StoreError> {
        let query = sqlx::query_as::<_, ()>(ANNOUNCE);
        self.fetch(query).await.map(drop)
    }

    async fn listen(&self, changed: &Notify) -> StoreError {
        let Err(error) = self.try_listen(changed).await;
        error
    }
}

/// Ends when the schema is up to date, or when the store is dropped.
async fn migrate_until_done(options: PgConnectOptions, done: watch::Sender<bool>) {
    let mut backoff = Backoff::new();
    let mut told = String::new();
    loop {
        let error = match timeout(MIGRATION_TIMEOUT, migrate(&options)).await {
            Ok(Ok(())) => break,
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("not done within {MIGRATION_TIMEOUT:?}"),
        };
        if error != told {
            tracing::error!(error, "the database is not ready; trying on");
            told = error;
        }
        tokio::select! {
            () = done.closed() => return,
            () = backoff.wait() => {}
        }
    }
    tracing::info!("the database is ready");
    done.send_replace(true);
}

/// On a connection of its own: if this is cut short, closing it releases the lock that migrations hold.
async fn migrate(options: &PgConnectOptions) -> Result<(), MigrateError> {
    let mut connection = options.connect().await?;
    // Each start would be told that the table of migrations is there already.
    sqlx::query("SET client_min_messages = warning")
        .execute(&mut connection)
        .await?;
    migrations::postgres()
        .run_direct(None, &mut connection, false)
        .await?;
    Ok(connection.close().await?)
}

fn sort(error: sqlx::Error) -> StoreError {
    StoreError::from_driver(error, |code| {
        // <https://www.postgresql.org/docs/current/errcodes-appendix.html>: connection, authorization, no such database,
        // rollback (deadlock), resources, lock not available, operator intervention (shutdown), system; and a read-only
        // transaction, as on a server that is just giving up its role.
        ["08", "28", "3D", "40", "53", "55", "57", "58", "25006"]
            .iter()
            .any(|away| code.starts_with(away))
    })
}
