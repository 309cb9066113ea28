//! What services need of a database: opened by its URL, brought up to date at the start, and asked in bounded time. PostgreSQL is
//! for production, a SQLite file the embedded default.
//!
//! A service has a trait for what it keeps, and implements it over [`PostgresDatabase`] and [`SqliteDatabase`]: their SQL differs,
//! and what they promise does not.
//!
//! ```no_run
//! use callgate_database::{DatabaseUrl, Migrations, OpenError, PostgresDatabase, SqliteDatabase};
//!
//! static MIGRATIONS: Migrations = Migrations {
//!     table: "_notes_migrations",
//!     postgres: &[(1, "notes", "CREATE TABLE notes (line text NOT NULL)")],
//!     sqlite: &[(1, "notes", "CREATE TABLE notes (line TEXT NOT NULL) STRICT")],
//! };
//!
//! # async fn open(url: &str) -> Result<(), OpenError> {
//! match url.parse()? {
//!     DatabaseUrl::Postgres(options) => {
//!         let database = PostgresDatabase::open(options, &MIGRATIONS);
//!     }
//!     DatabaseUrl::Sqlite(options) => {
//!         let database = SqliteDatabase::open(options, &MIGRATIONS).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod backoff;
mod error;
mod migrations;
mod pool;
mod postgres;
mod sqlite;
#[cfg(feature = "testkit")]
pub mod testkit;
mod time;
mod url;

pub use self::{
    backoff::Backoff,
    error::{DatabaseError, OpenError},
    migrations::{Migrations, Versions},
    pool::PoolUse,
    postgres::PostgresDatabase,
    sqlite::SqliteDatabase,
    time::{from_micros, to_micros},
    url::DatabaseUrl,
};
