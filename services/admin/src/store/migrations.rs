//! The schema's versions, embedded.

use callgate_database::Migrations;

/// In a table of its own: the audit may share its database with the votes.
pub(super) static MIGRATIONS: Migrations = Migrations {
    table: "_admin_migrations",
    postgres: &[(
        1,
        "audit",
        include_str!("../../migrations/postgres/0001_audit.sql"),
    )],
    sqlite: &[(
        1,
        "audit",
        include_str!("../../migrations/sqlite/0001_audit.sql"),
    )],
};
