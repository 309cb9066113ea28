//! The schema's versions, embedded: one list for each dialect.

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// Number, name and SQL of each version.
///
/// Never edit one that is out: the database holds its checksum. Add the next.
pub type Versions = &'static [(i64, &'static str, &'static str)];

/// How a service's schema came to be what it is.
#[derive(Debug)]
pub struct Migrations {
    /// The table that tells which versions a database has. Services that may share a database have each a table of their own.
    pub table: &'static str,
    /// For PostgreSQL.
    pub postgres: Versions,
    /// For SQLite.
    pub sqlite: Versions,
}

impl Migrations {
    pub(crate) fn for_postgres(&self) -> Migrator {
        self.migrator(self.postgres)
    }

    pub(crate) fn for_sqlite(&self) -> Migrator {
        self.migrator(self.sqlite)
    }

    fn migrator(&self, versions: Versions) -> Migrator {
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
        migrator.dangerous_set_table_name(self.table);
        // While a release rolls out, or is rolled back, older instances run beside a newer schema.
        migrator.set_ignore_missing(true);
        migrator
    }
}
