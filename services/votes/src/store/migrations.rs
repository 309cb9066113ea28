//! The schema's versions, embedded.

use callgate_database::Migrations;

pub(super) static MIGRATIONS: Migrations = Migrations {
    table: "_sqlx_migrations",
    postgres: &[
        (
            1,
            "votes",
            include_str!("../../migrations/postgres/0001_votes.sql"),
        ),
        (
            2,
            "reset",
            include_str!("../../migrations/postgres/0002_reset.sql"),
        ),
    ],
    sqlite: &[(
        1,
        "votes",
        include_str!("../../migrations/sqlite/0001_votes.sql"),
    )],
};
