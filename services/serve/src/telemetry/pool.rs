//! What a service tells of its database, which this crate knows nothing of.

use std::{fmt, sync::Arc};

/// How a pool of connections is used at a moment.
///
/// See [`Server::database_pool`](crate::Server::database_pool).
///
/// ```
/// # fn told(server: callgate_serve::Server) -> callgate_serve::Server {
/// # struct Pool; impl Pool { fn size(&self) -> u32 { 4 } fn num_idle(&self) -> u32 { 3 } }
/// # let pool = Pool;
/// // With sqlx's pool, say.
/// server.database_pool("greetings", move || callgate_serve::PoolUse {
///     used: pool.size() - pool.num_idle(),
///     idle: pool.num_idle(),
///     most: 10,
/// })
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections that serve somebody.
    pub used: u32,
    /// Connections that are open, and wait.
    pub idle: u32,
    /// Connections that there may be.
    pub most: u32,
}

/// A pool that can be asked.
#[derive(Clone)]
pub(crate) struct Pool {
    pub(crate) name: &'static str,
    pub(crate) ask: Arc<dyn Fn() -> PoolUse + Send + Sync>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
