//! What only PostgreSQL promises.

use callgate_admin::audit::{Action, Attempt};
use callgate_database::testkit::PostgresServer;
use callgate_testkit::IapIssuer;
use sqlx::{Connection, PgConnection};

use crate::{AUDIENCE, store::opened};

#[tokio::test]
async fn what_was_granted_by_default_is_taken_from_everyone() {
    let server = PostgresServer::shared();
    let url = server.database_of_plain_role().await;
    let elsewhere = server.database_of_plain_role().await;
    let role_of = |url: &str| {
        url["postgres://".len()..]
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    };
    let (owner, other) = (role_of(&url), role_of(&elsewhere));
    let mut connection = PgConnection::connect(&url).await.unwrap();
    for sql in [
        "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC".to_owned(),
        format!("ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {other} WITH GRANT OPTION"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }

    let store = opened(&url).await;
    let attempt = Attempt {
        actor: IapIssuer::new(AUDIENCE).internal_user("eve"),
        action: Action::ResetVotes,
        target: None,
        details: String::new(),
    };
    store.attempt(&attempt).await.unwrap();

    let as_other = url.replace(&format!("//{owner}@"), &format!("//{other}@"));
    let mut connection = PgConnection::connect(&as_other).await.unwrap();
    for table in ["audit_attempts", "audit_outcomes"] {
        for sql in [
            format!("UPDATE {table} SET details = ''"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone()))
                .execute(&mut connection)
                .await;
            let error = done.expect_err(&sql).to_string();
            assert!(error.contains("permission denied"), "{sql}: {error}");
        }
        // Whatever else was granted stays.
        let sql = format!("SELECT * FROM {table}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
    }
}
