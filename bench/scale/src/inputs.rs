//! What the simulation is told. Times are seconds.
//!
//! Those marked *here* were measured by `cargo xtask bench` and `cargo xtask bench growth` on a machine of two CPUs, PostgreSQL beside
//! the rest; those marked *code* are constants of this repository. Change them, run it again, and put what it prints into
//! docs/scale.md: a test compares the two.

/// How many instances of votes there are.
pub(crate) const INSTANCES: [u32; 4] = [10, 100, 1_000, 10_000];

/// Connections of one instance to the database, at most; code: `services/database/src/postgres.rs`.
pub(crate) const CONNECTIONS: u32 = 10;

/// Cores of the database.
pub(crate) const CORES: usize = 8;

/// What one core of the database takes to open a connection: a process, TLS, and the password's 4,096 rounds of SHA-256. An estimate.
pub(crate) const CONNECT: f64 = 5e-3;

/// For how long an instance that starts holds the lock of the migrations, when there is nothing to do: six statements, each a journey
/// within a region. An estimate.
pub(crate) const MIGRATION_LOCK: f64 = 4e-3;

/// Within which time a new revision's instances start. An estimate.
pub(crate) const ROLLOUT: f64 = 60.0;

/// For how long a vote holds the row of the totals that it is added to: until its commit is on the disk. Here.
pub(crate) const HOLDS_ROW: f64 = 2e-3;

/// Rows of totals; code: `services/votes/migrations/postgres/0001_votes.sql`.
pub(crate) const ROWS: usize = 16;

/// What one core takes to read the tally. Here.
pub(crate) const READ: f64 = 0.3e-3;

/// For how long an announcement keeps out all others: NOTIFY commits under one lock. An estimate: a commit that writes nothing.
pub(crate) const ANNOUNCE: f64 = 0.2e-3;

/// What one core takes to tell one listener: a process wakes up and writes to its socket. An estimate.
pub(crate) const TELL: f64 = 10e-6;

/// Between two announcements of one instance, and between two of its readings; code: `services/votes/src/hub`.
pub(crate) const PACE: f64 = 50e-3;

/// Votes that change, on all instances together, while the watchers look.
pub(crate) const VOTES_PER_S: f64 = 500.0;

/// For how long Google lets its keys be kept; and how much earlier they are fetched again; code: `interceptor/src/keys/snapshot.rs`.
pub(crate) const KEYS_LIVE: f64 = 6.0 * 3600.0;
pub(crate) const KEYS_AHEAD: f64 = 600.0;

/// Calls of one instance, on one CPU: calls a second of `callgate-serve` at half of what it can do. Here.
pub(crate) const CALLS_PER_S: f64 = 22_000.0;

/// Cloud Run's list prices in dollars, Tier 1, as of 2025: look them up. A vCPU-second, a GiB-second, a million requests.
pub(crate) const VCPU: f64 = 24e-6;
pub(crate) const GIB: f64 = 2.5e-6;
pub(crate) const MILLION_REQUESTS: f64 = 0.40;
/// Memory of an instance, in GiB.
pub(crate) const MEMORY: f64 = 0.5;
