//! The connection to the service that is called.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use http::Uri;
use tonic::transport::{Channel, Endpoint};

use crate::clock::Clock;

/// A connection that no call has asked for, for so long, is not used any more. An instance may have been frozen meanwhile, and
/// the connection have died without a word: then the first call would wait for nothing, and fail.
const MAX_IDLE: Duration = Duration::from_mins(1);

/// A connection to one endpoint, and another one after a pause.
#[derive(Debug)]
pub(super) struct Connection {
    endpoint: Endpoint,
    clock: Clock,
    /// Never locked across an await.
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    channel: Channel,
    used_at: SystemTime,
}

// === impl Connection ===

impl Connection {
    pub(super) fn new(endpoint: Endpoint, clock: Clock) -> Self {
        Self {
            endpoint,
            clock,
            current: Mutex::default(),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        self.endpoint.uri()
    }

    /// The channel for a call that is made now. Calls that are under way on another one go on.
    pub(super) fn channel(&self) -> Channel {
        let used_at = self.clock.now();
        // No code under the lock can leave it half changed.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = current.take().filter(|it| {
            // A clock that was set back tells nothing.
            let idle = used_at.duration_since(it.used_at);
            idle.is_ok_and(|idle| idle < MAX_IDLE)
        });
        let channel = match fresh {
            Some(it) => it.channel,
            None => self.endpoint.connect_lazy(),
        };
        *current = Some(Current {
            channel: channel.clone(),
            used_at,
        });
        channel
    }
}
