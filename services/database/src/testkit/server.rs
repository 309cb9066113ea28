//! A private PostgreSQL server for tests: in a temporary folder, on a unix socket in it.
//!
//! It needs `initdb`, `postgres` and `pg_ctl`, as in Debian's package `postgresql`, and no running server. It is stopped and its
//! folder removed when the test process ends, in whatever way.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

const MISSING: &str = "PostgreSQL's programs `initdb`, `postgres` and `pg_ctl` are missing: on Debian `apt-get install \
    postgresql`; elsewhere install PostgreSQL 13 or later and have them in the PATH";

/// A test that ends has no use for what is on the disk.
const NOT_DURABLE: &str = "-c fsync=off -c full_page_writes=off";

/// PostgreSQL's own.
const PORT: u16 = 5432;

/// A server of one's own.
pub struct PostgresServer {
    programs: PathBuf,
    folder: PathBuf,
    /// Where its socket is.
    socket: PathBuf,
    port: u16,
    /// Settings of its own, as flags.
    settings: &'static str,
    /// Whether it listens on loopback too.
    by_tcp: bool,
    watchdog: Child,
    /// Closed, by us or by the end of this process, it lets the watchdog go to work.
    leash: Option<ChildStdin>,
}

impl PostgresServer {
    /// The server that tests share. Each takes a [`Self::database`] of its own. It is the one that listens on loopback too.
    ///
    /// # Panics
    ///
    /// Where PostgreSQL's programs are missing, or do not work.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<PostgresServer> = OnceLock::new();
        SHARED.get_or_init(|| Self::with(NOT_DURABLE, None, true))
    }

    /// Starts a server.
    ///
    /// # Panics
    ///
    /// Where PostgreSQL's programs are missing, or do not work.
    pub fn start() -> Self {
        Self::with(NOT_DURABLE, None, false)
    }

    /// Starts a server that writes to the disk before it says so, as in production: to measure it.
    ///
    /// # Panics
    ///
    /// Where PostgreSQL's programs are missing, or do not work.
    pub fn durable() -> Self {
        Self::with("", None, false)
    }

    /// Starts a server as Cloud SQL shows it to an instance of Cloud Run: at `cloudsql/PROJECT:REGION:NAME/.s.PGSQL.5432`, and
    /// nowhere else. [`Self::sockets`] is what is mounted at `/cloudsql`.
    ///
    /// # Panics
    ///
    /// Where PostgreSQL's programs are missing, or do not work.
    pub fn cloud_sql(connection_name: &str) -> Self {
        Self::with(NOT_DURABLE, Some(connection_name), false)
    }

    fn with(settings: &'static str, connection_name: Option<&str>, by_tcp: bool) -> Self {
        let programs = programs();
        let template = std::env::temp_dir().join("callgate-postgres.XXXXXX");
        let folder = run(unprivileged("mktemp").arg("-d").arg(template));
        let folder = PathBuf::from(folder.trim_end());
        let socket = connection_name.map_or(folder.clone(), |it| folder.join("cloudsql").join(it));
        // A socket's path has at most 107 bytes.
        assert!(
            socket.as_os_str().len() < 85,
            "TMPDIR is too long for a unix socket in it: {}",
            socket.display()
        );
        let mut watchdog = unprivileged("sh")
            .arg("-c")
            .arg("trap '' INT TERM HUP; cat > /dev/null; \"$1\" stop -D \"$2/data\" -m immediate -s; rm -rf \"$2\"")
            .arg("watchdog")
            .arg(programs.join("pg_ctl"))
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh");
        let leash = watchdog.stdin.take();
        run(unprivileged(programs.join("initdb"))
            .arg("-D")
            .arg(folder.join("data"))
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ]));
        run(unprivileged("mkdir").arg("-p").arg(&socket));
        if connection_name.is_some() {
            // Containers run as another user.
            run(unprivileged("chmod").arg("711").arg(&folder));
        }
        let server = Self {
            programs,
            // Without TCP it is but a part of the socket's name, and nobody can take it while the server is stopped.
            port: if by_tcp { free_port() } else { PORT },
            settings,
            by_tcp,
            socket,
            folder,
            watchdog,
            leash,
        };
        server.resume();
        server
    }

    /// Stops it, as a crash would. Its data stay.
    pub fn stop(&self) {
        self.pg_ctl(&["stop", "-m", "immediate", "-s"]);
    }

    /// Starts it again, at the same place, and waits until it takes connections.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub fn resume(&self) {
        let options = format!(
            "-k {socket} -p {port} -c listen_addresses={addresses} -c max_connections=200 {settings}",
            socket = self.socket.display(),
            port = self.port,
            addresses = if self.by_tcp { "127.0.0.1" } else { "" },
            settings = self.settings,
        );
        let log = self.folder.join("log");
        let log = log.to_str().expect("a path in UTF-8");
        self.pg_ctl(&["start", "-w", "-s", "-t", "60", "-l", log, "-o", &options]);
    }

    /// The URL of a new, empty database, through the unix socket.
    pub async fn database(&self) -> String {
        self.socket_url(&self.create_database().await)
    }

    /// The folder that holds the folders of [`Self::cloud_sql`]'s sockets.
    pub fn sockets(&self) -> PathBuf {
        self.folder.join("cloudsql")
    }

    /// The URL of a new, empty database of [`Self::shared`], through TCP.
    ///
    /// # Panics
    ///
    /// Where it is another server, which is reached by its unix socket alone.
    pub async fn database_by_tcp(&self) -> String {
        assert!(self.by_tcp, "only the shared server listens on loopback");
        let database = self.create_database().await;
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of a new, empty database of a role without privileges of its own, as in production. What [`Self::database`] gives
    /// belongs to a superuser, whom no grant binds.
    pub async fn database_of_plain_role(&self) -> String {
        let database = self.create_database().await;
        self.run_sql(&format!(
            "CREATE ROLE {database} LOGIN; ALTER DATABASE {database} OWNER TO {database}"
        ))
        .await;
        self.socket_url(&database)
            .replace("//postgres@", &format!("//{database}@"))
    }

    async fn create_database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let database = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.run_sql(&format!("CREATE DATABASE {database}")).await;
        database
    }

    async fn run_sql(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.socket_url("postgres"))
            .await
            .expect("the server takes connections");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut connection)
            .await
            .expect("the statement succeeds");
    }

    fn socket_url(&self, database: &str) -> String {
        format!(
            "postgres://postgres@localhost/{database}?host={}&port={}",
            self.socket.display(),
            self.port
        )
    }

    fn pg_ctl(&self, arguments: &[&str]) {
        run(unprivileged(self.programs.join("pg_ctl"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(arguments));
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.leash.take());
        let _ = self.watchdog.wait();
    }
}

/// Debian keeps them out of the PATH, in a folder for each version.
fn programs() -> PathBuf {
    let debian = Path::new("/usr/lib/postgresql");
    let versions = std::fs::read_dir(debian).into_iter().flatten().flatten();
    let in_path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .map(|version| version.path().join("bin"))
        .chain(std::env::split_paths(&in_path))
        .find(|folder| {
            ["initdb", "postgres", "pg_ctl"]
                .iter()
                .all(|program| folder.join(program).is_file())
        })
        .expect(MISSING)
}

/// PostgreSQL refuses to be run by root: then it runs as its own user.
fn unprivileged(program: impl AsRef<Path>) -> Command {
    let program = program.as_ref();
    let mut command = if run(Command::new("id").arg("-u")).trim_end() == "0" {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    // A folder that this user may not enter would not do.
    command.current_dir("/");
    command
}

/// What it prints. Where it fails, so does the test.
fn run(command: &mut Command) -> String {
    // What is started in the background must not hold the pipes: hence no `output()` for standard error.
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    listener.local_addr().expect("its address").port()
}
