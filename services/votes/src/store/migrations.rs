//! The schema's versions, embedded: one folder for each dialect.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// Never edit one that is out: the database holds its checksum. Add the next.
type Versions = &'static [(i64, &'static str, &'static str)];

const POSTGRES: Versions = &[(
    1,
    "votes",
    include_str!("../../migrations/postgres/0001_votes.sql"),
)];

const SQLITE: Versions = &[(
    1,
    "votes",
    include_str!("../../migrations/sqlite/0001_votes.sql"),
)];

pub(super) fn postgres() -> Migrator {
    migrator(POSTGRES)
}

pub(super) fn sqlite() -> Migrator {
    migrator(SQLITE)
}

fn migrator(versions: Versions) -> Migrator {
    let mut migrator = Migrator::with_migrations(
        versions
            .iter()
            .map(|&(version, name, sql)| {
                Migration::new(
                    version,
                    name.into(),
                    MigrationType::Simple,
                    sql.into_sql_str(),
                    false,
                )
            })
            .collect(),
    );
    // While a release rolls out, or is rolled back, older instances run beside a newer schema.
    migrator.set_ignore_missing(true);
    migrator
}
