//! One suite for both databases.

use std::{sync::Arc, time::Duration};

use callgate::InternalUser;
use callgate_admin::{
    audit::{Action, Attempt, DETAILS, Outcome, OutcomeKind, Target},
    store::{self, AuditStore},
};
use callgate_database::{DatabaseError, on_both_databases, testkit::TestDatabase};
use callgate_testkit::IapIssuer;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::AUDIENCE;

on_both_databases! {
    an_attempt_is_recorded_before_its_outcome,
    an_outcome_is_recorded_once_and_for_good,
    an_outcome_needs_an_attempt,
    records_come_latest_first_and_page_by_page,
    targets_are_kept_with_their_tenant,
    details_are_bounded,
    nothing_recorded_is_changed_or_removed,
    instances_may_start_at_the_same_time,
    the_votes_may_share_the_database,
}

async fn open(database: &TestDatabase) -> Arc<dyn AuditStore> {
    opened(&database.url).await
}

/// A store whose database is up to date. A first call waits for that too, but on a busy machine not for long enough.
pub(crate) async fn opened(url: &str) -> Arc<dyn AuditStore> {
    let store = store::open(url).await.unwrap();
    let ready = async {
        while let Err(error) = store.records(None, 1).await {
            assert!(error.is_outage(), "{error}");
        }
    };
    let ready = tokio::time::timeout(Duration::from_mins(1), ready).await;
    ready.expect("it is up to date");
    store
}

fn eve() -> InternalUser {
    IapIssuer::new(AUDIENCE).internal_user("eve")
}

fn attempt(action: Action) -> Attempt {
    Attempt {
        actor: eve(),
        action,
        target: None,
        details: String::new(),
    }
}

fn outcome(kind: OutcomeKind, details: &str) -> Outcome {
    Outcome {
        kind,
        details: details.to_owned(),
    }
}

async fn an_attempt_is_recorded_before_its_outcome(database: TestDatabase) {
    let store = open(&database).await;
    assert_eq!(store.records(None, 10).await.unwrap(), []);
    let target = Target {
        tenant: None,
        uid: "ada".to_owned(),
    };
    let id = store
        .attempt(&Attempt {
            actor: eve(),
            action: Action::SetRoles,
            target: Some(target.clone()),
            details: "roles: editor".to_owned(),
        })
        .await
        .unwrap();

    let another = open(&database).await;
    let records = another.records(None, 10).await.unwrap();
    let [record] = &records[..] else {
        panic!("{records:?}");
    };
    assert_eq!(record.id, id);
    assert_eq!(record.actor_id, "eve");
    assert_eq!(record.actor_email, "eve@example.com");
    assert_eq!(record.action, Action::SetRoles);
    assert_eq!(record.target, Some(target));
    assert_eq!(record.details, "roles: editor");
    assert!(record.attempted_at.elapsed().unwrap() < Duration::from_mins(1));
    assert_eq!(record.outcome, None);
    assert!(!format!("{record:?}").contains("eve"), "{record:?}");

    let failed = outcome(OutcomeKind::Failed, "there is no such user");
    store.outcome(id, &failed).await.unwrap();

    let records = another.records(None, 10).await.unwrap();
    let (recorded, ended_at) = records[0].outcome.clone().unwrap();
    assert_eq!(recorded, failed);
    assert!(ended_at >= records[0].attempted_at);
}

async fn an_outcome_is_recorded_once_and_for_good(database: TestDatabase) {
    let store = open(&database).await;
    let id = store.attempt(&attempt(Action::EnableUser)).await.unwrap();
    let first = outcome(OutcomeKind::Failed, "");
    store.outcome(id, &first).await.unwrap();

    let second = outcome(OutcomeKind::Succeeded, "");
    let error = store.outcome(id, &second).await.unwrap_err();

    assert!(matches!(error, DatabaseError::Fault(_)), "{error}");
    let records = store.records(None, 10).await.unwrap();
    assert_eq!(records[0].outcome.as_ref().unwrap().0, first);
}

async fn an_outcome_needs_an_attempt(database: TestDatabase) {
    let store = open(&database).await;
    let other = TestDatabase::sqlite();
    let elsewhere = open(&other).await;
    for _ in 0..3 {
        elsewhere
            .attempt(&attempt(Action::ResetVotes))
            .await
            .unwrap();
    }
    let of_another = elsewhere.records(None, 1).await.unwrap()[0].id;

    let unknown = outcome(OutcomeKind::Unknown, "");
    let error = store.outcome(of_another, &unknown).await.unwrap_err();

    assert!(matches!(error, DatabaseError::Fault(_)), "{error}");
}

async fn records_come_latest_first_and_page_by_page(database: TestDatabase) {
    let store = open(&database).await;
    let mut ids = Vec::new();
    for action in [
        Action::DisableUser,
        Action::EnableUser,
        Action::SetRoles,
        Action::ResetVotes,
        Action::DisableUser,
    ] {
        ids.push(store.attempt(&attempt(action)).await.unwrap());
    }
    ids.reverse();

    let first = store.records(None, 2).await.unwrap();
    assert_eq!(first.iter().map(|it| it.id).collect::<Vec<_>>(), ids[..2]);
    // What is recorded meanwhile does not shift the pages.
    store.attempt(&attempt(Action::EnableUser)).await.unwrap();
    let second = store.records(Some(ids[1]), 2).await.unwrap();
    assert_eq!(second.iter().map(|it| it.id).collect::<Vec<_>>(), ids[2..4]);
    assert_eq!(second[0].action, Action::SetRoles);
    let last = store.records(Some(ids[3]), 2).await.unwrap();
    assert_eq!(last.iter().map(|it| it.id).collect::<Vec<_>>(), ids[4..]);
    assert_eq!(store.records(Some(ids[4]), 2).await.unwrap(), []);
}

async fn targets_are_kept_with_their_tenant(database: TestDatabase) {
    let store = open(&database).await;
    let targets = [None, Some("pupils".to_owned())].map(|tenant| {
        Some(Target {
            tenant,
            uid: "O'Hara 阿达".to_owned(),
        })
    });
    for target in &targets {
        let attempt = Attempt {
            target: target.clone(),
            ..attempt(Action::DisableUser)
        };
        store.attempt(&attempt).await.unwrap();
    }

    let records = store.records(None, 10).await.unwrap();
    let kept: Vec<_> = records.into_iter().rev().map(|it| it.target).collect();
    assert_eq!(kept, targets);
}

async fn details_are_bounded(database: TestDatabase) {
    let store = open(&database).await;
    let long = "ä".repeat(2 * DETAILS);
    let attempt = Attempt {
        details: long.clone(),
        ..attempt(Action::SetRoles)
    };
    let id = store.attempt(&attempt).await.unwrap();
    let failed = outcome(OutcomeKind::Failed, &long);
    store.outcome(id, &failed).await.unwrap();

    let record = store.records(None, 1).await.unwrap().remove(0);
    assert_eq!(record.details, "ä".repeat(DETAILS));
    assert_eq!(record.outcome.unwrap().0.details, "ä".repeat(DETAILS));
}

/// Runs it as the service itself could.
async fn run(database: &TestDatabase, sql: &str) -> Result<(), sqlx::Error> {
    let sql = AssertSqlSafe(sql.to_owned());
    if database.is_sqlite() {
        let mut connection = SqliteConnection::connect(&database.url).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
    } else {
        let mut connection = PgConnection::connect(&database.url).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
    }
    Ok(())
}

async fn nothing_recorded_is_changed_or_removed(database: TestDatabase) {
    let store = open(&database).await;
    let id = store.attempt(&attempt(Action::DisableUser)).await.unwrap();
    let succeeded = outcome(OutcomeKind::Succeeded, "");
    store.outcome(id, &succeeded).await.unwrap();
    let before = store.records(None, 10).await.unwrap();

    let (refusal, others): (_, &[_]) = if database.is_sqlite() {
        (
            "append-only",
            &[
                "INSERT OR REPLACE INTO audit_attempts SELECT id, 0, 'mallory', '', 1, NULL, NULL, '' FROM audit_attempts",
                "INSERT OR REPLACE INTO audit_outcomes SELECT attempt, 0, 3, '' FROM audit_outcomes",
            ],
        )
    } else {
        (
            "permission denied",
            &[
                "TRUNCATE audit_attempts",
                "TRUNCATE audit_outcomes",
                "INSERT INTO audit_outcomes SELECT * FROM audit_outcomes ON CONFLICT (attempt) DO UPDATE SET outcome = 3",
            ],
        )
    };
    let common = [
        "UPDATE audit_attempts SET actor_id = 'mallory'",
        "UPDATE audit_outcomes SET outcome = 3",
        "DELETE FROM audit_attempts",
        "DELETE FROM audit_outcomes",
    ];
    for sql in common.iter().chain(others) {
        let error = run(&database, sql).await.expect_err(sql).to_string();
        assert!(error.contains(refusal), "{sql}: {error}");
    }

    assert_eq!(store.records(None, 10).await.unwrap(), before);
}

async fn instances_may_start_at_the_same_time(database: TestDatabase) {
    let database = Arc::new(database);
    let starting: Vec<_> = (0..8)
        .map(|_| {
            let database = database.clone();
            tokio::spawn(async move {
                let store = open(&database).await;
                store.attempt(&attempt(Action::ResetVotes)).await.unwrap();
            })
        })
        .collect();
    for started in starting {
        started.await.unwrap();
    }

    let records = open(&database).await.records(None, 100).await.unwrap();
    assert_eq!(records.len(), 8);
}

async fn the_votes_may_share_the_database(database: TestDatabase) {
    // Both number their migrations from 1.
    let audit = open(&database).await;
    let votes = callgate_votes::store::open(&database.url).await.unwrap();

    audit.attempt(&attempt(Action::ResetVotes)).await.unwrap();
    assert_eq!(votes.reset().await.unwrap(), 0);
    assert_eq!(audit.records(None, 10).await.unwrap().len(), 1);
}
