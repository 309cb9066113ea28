//! How many connections a database has, and what they do.

use sqlx::{Database, Pool};

/// How a database's connections are used at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolUse {
    /// Connections that serve somebody.
    pub used: u32,
    /// Connections that are open, and wait.
    pub idle: u32,
    /// Connections that there may be.
    pub most: u32,
}

// === impl PoolUse ===

impl PoolUse {
    pub(crate) fn of<D: Database>(pool: &Pool<D>) -> Self {
        let open = pool.size();
        // The two are read one after the other, and may have changed meanwhile.
        let idle = u32::try_from(pool.num_idle()).unwrap_or(open).min(open);
        Self {
            used: open - idle,
            idle,
            most: pool.options().get_max_connections(),
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            used: self.used + other.used,
            idle: self.idle + other.idle,
            most: self.most + other.most,
        }
    }
}
