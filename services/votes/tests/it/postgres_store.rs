//! What only PostgreSQL promises.

use std::{collections::HashSet, time::Duration};

use callgate_database::testkit::PostgresServer;
use callgate_votes::Candidate::{Cats, Dogs};
use sqlx::{Connection, PgConnection};
use tokio::time::timeout;

use crate::{
    instance::PATIENCE,
    store::{opened, totals, user},
};

#[tokio::test]
async fn tcp_will_do_too() {
    let url = PostgresServer::shared().database_by_tcp().await;
    let store = opened(&url).await;
    store.cast(user("ada"), Cats, "Ada").await.unwrap();
    assert_eq!(totals(&*store).await, (1, 0));
}

#[tokio::test]
async fn the_tally_reads_no_more_for_many_votes_than_for_few() {
    const READINGS: i64 = 50;
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO votes SELECT '', n, 1 + n % 2, '', now() - n * interval '1 second' FROM generate_series(1, 20000) n; \
         ANALYZE votes; ANALYZE totals",
    )
    .execute(&mut connection)
    .await
    .unwrap();

    for _ in 0..READINGS {
        assert_eq!(totals(&*store).await, (10_000, 10_000));
    }

    // A connection's counts are there once it is closed.
    drop(store);
    let counted = async {
        loop {
            let (scans, sequential, by_index, slots): (i64, i64, i64, i64) = sqlx::query_as(
                "SELECT (SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'totals'), \
                 seq_tup_read, idx_tup_fetch, (SELECT count(*) FROM totals) \
                 FROM pg_stat_user_tables WHERE relname = 'votes'",
            )
            .fetch_one(&mut connection)
            .await
            .unwrap();
            if scans >= READINGS {
                return (sequential, by_index, slots);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let (sequential, by_index, slots) = timeout(PATIENCE, counted).await.expect("the statistics");
    assert_eq!(sequential, 0, "votes read one after the other");
    assert!(by_index <= 5 * READINGS, "{by_index} votes read");
    assert_eq!(slots, 16);
}

#[tokio::test]
async fn voters_do_not_queue_up_on_one_row() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    for voter in 0..100 {
        let uid = format!("voter{voter}");
        store.cast(user(&uid), Cats, "").await.unwrap();
    }

    let mut connection = PgConnection::connect(&url).await.unwrap();
    let slots: Vec<(i16, i64)> = sqlx::query_as("SELECT slot, cats FROM totals WHERE cats > 0")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let used: HashSet<i16> = slots.iter().map(|(slot, _)| *slot).collect();
    assert!(used.len() >= 8, "{slots:?}");
    assert!(slots.iter().all(|(_, cats)| *cats < 40), "{slots:?}");
}

#[tokio::test]
async fn a_vote_whose_commit_fails_is_not_acknowledged() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    store.cast(user("ada"), Cats, "Ada").await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$; \
         CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE ON votes DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    .execute(&mut connection)
    .await
    .unwrap();

    for voter in ["ada", "bob"] {
        store.cast(user(voter), Dogs, "").await.unwrap_err();
    }

    assert_eq!(totals(&*store).await, (1, 0));
}

#[tokio::test]
async fn whoever_truncates_the_votes_the_totals_follow() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    store.cast(user("ada"), Cats, "Ada").await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();

    sqlx::raw_sql("TRUNCATE votes")
        .execute(&mut connection)
        .await
        .unwrap();

    assert_eq!(totals(&*store).await, (0, 0));
}

#[tokio::test]
async fn a_vote_that_a_reset_waits_for_is_removed_and_counted() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("INSERT INTO votes VALUES ('', 'ada', 1, 'Ada', now())")
        .execute(&mut *transaction)
        .await
        .unwrap();

    let resetting = tokio::spawn({
        let store = store.clone();
        async move { store.reset().await }
    });
    let waits =
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'votes'::regclass AND NOT granted)";
    let until_it_waits = async {
        loop {
            let waiting: (bool,) = sqlx::query_as(waits)
                .fetch_one(&mut *transaction)
                .await
                .unwrap();
            if waiting.0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, until_it_waits).await.expect("it waits");
    transaction.commit().await.unwrap();

    assert_eq!(resetting.await.unwrap().unwrap(), 1);
    assert_eq!(totals(&*store).await, (0, 0));
}

#[tokio::test]
async fn a_reset_that_has_to_wait_for_long_gives_up_for_good() {
    let url = PostgresServer::shared().database().await;
    let store = opened(&url).await;
    store.cast(user("ada"), Cats, "Ada").await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("UPDATE votes SET display_name = 'Ada L.'")
        .execute(&mut *transaction)
        .await
        .unwrap();

    let error = store.reset().await.unwrap_err();

    assert!(error.is_outage(), "{error}");
    transaction.commit().await.unwrap();
    // A reset that still waited would come now, before this.
    store.cast(user("bob"), Dogs, "Bob").await.unwrap();
    assert_eq!(totals(&*store).await, (1, 1));
}
