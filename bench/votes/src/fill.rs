//! Putting votes into a database, faster than they can be cast.

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection,
    sqlite::SqliteConnectOptions,
};

use crate::VOTERS;

/// What the database says it is.
pub(crate) async fn version(url: &str, is_sqlite: bool) -> anyhow::Result<String> {
    if is_sqlite {
        let mut connection = SqliteConnection::connect(url).await?;
        let version = sqlx::query_scalar("SELECT sqlite_version()");
        return Ok(version.fetch_one(&mut connection).await?);
    }
    let mut connection = PgConnection::connect(url).await?;
    let version = sqlx::query_scalar("SHOW server_version");
    Ok(version.fetch_one(&mut connection).await?)
}

/// The votes of every voter whose number is a multiple of `apart`. The triggers would count them one by one.
pub(crate) async fn postgres(url: &str, apart: usize) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    let all = format!(
        "ALTER TABLE votes DISABLE TRIGGER USER;
         ALTER TABLE votes SET (autovacuum_enabled = false);
         INSERT INTO votes (tenant, uid, candidate, display_name, cast_at)
             SELECT '', 'uid-of-28-characters-' || lpad(n::text, 7, '0'), 1 + n / {apart} % 2, 'Ada',
                 timestamptz '2026-01-01' + n * interval '1 ms'
             FROM generate_series(0, {last}, {apart}) AS n
             ON CONFLICT DO NOTHING;
         ALTER TABLE votes ENABLE TRIGGER USER;
         UPDATE totals SET cats = 0, dogs = 0;
         UPDATE totals SET cats = counted.cats, dogs = counted.dogs FROM (
             SELECT count(*) FILTER (WHERE candidate = 1) AS cats, count(*) FILTER (WHERE candidate = 2) AS dogs FROM votes
         ) AS counted WHERE slot = 0;",
        last = VOTERS - 1,
    );
    sqlx::raw_sql(AssertSqlSafe(all))
        .execute(&mut connection)
        .await?;
    for alone in ["ANALYZE votes", "CHECKPOINT"] {
        sqlx::raw_sql(alone).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// How many voters' votes are put in at a time: the log of one transaction is as large as what it writes.
const AT_ONCE: usize = 1_000_000;

/// The same in SQLite, where triggers cannot be disabled: they are taken away and put back.
pub(crate) async fn sqlite(url: &str, apart: usize) -> anyhow::Result<()> {
    let options: SqliteConnectOptions = url.parse()?;
    let mut connection = options
        .pragma("synchronous", "OFF")
        .pragma("cache_size", "-200000")
        .connect()
        .await?;
    let triggers: Vec<(String, String)> =
        sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .fetch_all(&mut connection)
            .await?;
    for (name, _) in &triggers {
        run(&mut connection, format!("DROP TRIGGER {name}")).await?;
    }
    for first in (0..VOTERS).step_by(AT_ONCE.max(apart)) {
        let end = first + AT_ONCE.max(apart);
        let insert = format!(
            "WITH RECURSIVE numbers(n) AS (
                 SELECT {first} UNION ALL SELECT n + {apart} FROM numbers WHERE n + {apart} < {end}
             )
             INSERT OR IGNORE INTO votes (tenant, uid, candidate, display_name, cast_at)
                 SELECT '', printf('uid-of-28-characters-%07d', n), 1 + n / {apart} % 2, 'Ada', 1767225600000000 + n * 1000
                 FROM numbers"
        );
        run(&mut connection, insert).await?;
    }
    let count = "UPDATE totals SET cats = (SELECT count(*) FROM votes WHERE candidate = 1),
        dogs = (SELECT count(*) FROM votes WHERE candidate = 2)";
    run(&mut connection, count.to_owned()).await?;
    for (_, sql) in triggers {
        run(&mut connection, sql).await?;
    }
    run(
        &mut connection,
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    )
    .await?;
    connection.close().await?;
    Ok(())
}

async fn run(connection: &mut SqliteConnection, sql: String) -> anyhow::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await?;
    Ok(())
}
