//! Databases for tests: one suite runs on both, each test on a database of its own.
//!
//! ```ignore
//! callgate_database::on_both_databases! {
//!     what_is_written_is_read,
//! }
//!
//! async fn what_is_written_is_read(database: TestDatabase) {
//!     let store = store::open(&database.url).await.unwrap();
//!     ..
//! }
//! ```

mod server;

pub use server::PostgresServer;

/// A database of a test's own.
#[derive(Debug)]
pub struct TestDatabase {
    /// Its URL.
    pub url: String,
    /// How many stores may use it at once: the instances of a service share PostgreSQL; a SQLite file is for one.
    pub instances: usize,
    folder: Option<tempfile::TempDir>,
}

impl TestDatabase {
    /// A new SQLite file, removed with this.
    ///
    /// # Panics
    ///
    /// Where there is no folder for temporary files.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        Self {
            url: format!("sqlite:{}", folder.path().join("test.db").display()),
            instances: 1,
            folder: Some(folder),
        }
    }

    /// A new database of the server that tests share, owned by a role without privileges of its own.
    pub async fn postgres() -> Self {
        Self {
            url: PostgresServer::shared().database_of_plain_role().await,
            instances: 3,
            folder: None,
        }
    }

    /// Whether it is the SQLite file.
    pub fn is_sqlite(&self) -> bool {
        self.folder.is_some()
    }
}

/// Runs each of these functions as a test on a [`TestDatabase`] of its own, once on SQLite and once on PostgreSQL. They are in the
/// modules `on_sqlite` and `on_postgres`.
#[macro_export]
macro_rules! on_both_databases {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::testkit::TestDatabase::sqlite()).await;
            })*
        }

        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test($crate::testkit::TestDatabase::postgres().await).await;
            })*
        }
    };
}
