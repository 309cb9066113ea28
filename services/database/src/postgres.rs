//! A PostgreSQL server, shared by all instances of a service.

use std::time::Duration;

use sqlx::{
    ConnectOptions, Connection, FromRow, PgPool, Postgres,
    migrate::MigrateError,
    postgres::{PgArguments, PgConnectOptions, PgListener, PgPoolOptions, PgRow},
    query::QueryAs,
};
use tokio::{sync::watch, time::timeout};

use crate::{Backoff, DatabaseError, Migrations, PoolUse};

/// Connections of one instance, one of which may listen.
const CONNECTIONS: u32 = 10;
/// How long a call waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a call waits for a statement.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);
const MIGRATION_TIMEOUT: Duration = Duration::from_mins(1);
/// A connection that was idle for longer is tried before it is used.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// A database of a PostgreSQL server. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    pool: PgPool,
    /// Whether the schema is up to date.
    ready: watch::Receiver<bool>,
}

impl PostgresDatabase {
    /// Starts connecting, and bringing the schema up to date, in the background. Until that is done, everything answers
    /// [`DatabaseError::NotReady`] after a wait of 3 s.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn open(options: PgConnectOptions, migrations: &'static Migrations) -> Self {
        let (done, ready) = watch::channel(false);
        tokio::spawn(migrate_until_done(options.clone(), migrations, done));
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

    /// All rows of a statement, to its very end: rows are sent before the commit, whose failure comes after them.
    pub async fn fetch<T>(
        &self,
        query: QueryAs<'_, Postgres, T, PgArguments>,
    ) -> Result<Vec<T>, DatabaseError>
    where
        T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        self.ready().await?;
        let mut connection = self.pool.acquire().await.map_err(Self::sort)?;
        let rows = timeout(STATEMENT_TIMEOUT, query.fetch_all(&mut *connection)).await;
        let rows = rows.map_err(|_| {
            // Whatever hangs there, the next call shall not wait for it too.
            connection.close_on_drop();
            DatabaseError::Slow(STATEMENT_TIMEOUT)
        })?;
        rows.map_err(Self::sort)
    }

    /// A connection that hears what is announced on this channel. It ends with its connection: what is announced while it connects
    /// again would be lost.
    pub async fn listen(&self, channel: &str) -> Result<PgListener, DatabaseError> {
        self.ready().await?;
        let mut listener = PgListener::connect_with(&self.pool)
            .await
            .map_err(Self::sort)?;
        listener.eager_reconnect(false);
        timeout(STATEMENT_TIMEOUT, listener.listen(channel))
            .await
            .map_err(|_| DatabaseError::Slow(STATEMENT_TIMEOUT))?
            .map_err(Self::sort)?;
        Ok(listener)
    }

    /// How many connections there are, and what they do.
    pub fn pool_use(&self) -> PoolUse {
        PoolUse::of(&self.pool)
    }

    /// Sorts what the driver says, here or of a listener.
    pub fn sort(error: sqlx::Error) -> DatabaseError {
        DatabaseError::from_driver(error, |code| {
            // <https://www.postgresql.org/docs/current/errcodes-appendix.html>: connection, authorization, no such database,
            // rollback (deadlock), resources, lock not available, operator intervention (shutdown), system; and a
            // read-only transaction, as on a server that is just giving up its role.
            ["08", "28", "3D", "40", "53", "55", "57", "58", "25006"]
                .iter()
                .any(|away| code.starts_with(away))
        })
    }

    async fn ready(&self) -> Result<(), DatabaseError> {
        if *self.ready.borrow() {
            return Ok(());
        }
        match timeout(ACQUIRE_TIMEOUT, self.ready.clone().wait_for(|ready| *ready)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(DatabaseError::NotReady),
        }
    }
}

/// Ends when the schema is up to date, or when the database is dropped.
async fn migrate_until_done(
    options: PgConnectOptions,
    migrations: &'static Migrations,
    done: watch::Sender<bool>,
) {
    let mut backoff = Backoff::new();
    let mut told = String::new();
    loop {
        let error = match timeout(MIGRATION_TIMEOUT, migrate(&options, migrations)).await {
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
async fn migrate(
    options: &PgConnectOptions,
    migrations: &'static Migrations,
) -> Result<(), MigrateError> {
    let mut connection = options.connect().await?;
    // Each start would be told that the table of migrations is there already.
    sqlx::query("SET client_min_messages = warning")
        .execute(&mut connection)
        .await?;
    migrations
        .for_postgres()
        .run_direct(None, &mut connection, false)
        .await?;
    Ok(connection.close().await?)
}
