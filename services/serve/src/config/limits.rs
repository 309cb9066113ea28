//! The bounds on what a client may do.

use std::time::Duration;

/// The bounds on what a client may do (G21). Each is a setting: the flag and the variable of the same name.
///
/// ```
/// let config = callgate_serve::Config::try_parse_from(["greeter", "--max-open-streams", "50"])?;
/// assert_eq!(config.limits.open_streams, 50);
/// assert_eq!(config.limits.message_size, 4 << 20);
/// # Ok::<(), callgate_serve::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in the headers of one request: 32 KiB.
    pub header_list_size: u32,
    /// Bytes in one message of a call: 4 MiB. tonic's generated servers have their own setting: see
    /// [`Server::service`](crate::Server::service).
    pub message_size: usize,
    /// How long an HTTP/2 connection may be silent before it is pinged: 30 s.
    pub keep_alive_interval: Duration,
    /// How long the answer to a ping may take: 20 s.
    pub keep_alive_timeout: Duration,
    /// How long the headers of an HTTP/1 request, or the first bytes of a connection, may take: 10 s.
    pub header_timeout: Duration,
    /// Calls at a time on one connection: 200.
    pub streams_per_connection: u32,
    /// Streaming responses open at a time: 1,000.
    pub open_streams: usize,
    /// Bytes of verified tokens that are remembered, of each kind of token: 32 MiB. 0 remembers none, and verifies each token at
    /// each call.
    pub token_cache: usize,
    /// How long the message of a unary call may take to arrive: 30 s.
    pub unary_body_timeout: Duration,
    /// How long calls may take to finish once the service was told to stop: 8 s.
    pub drain_timeout: Duration,
    /// How old a connection gets before the client is asked to make a new one: 1 h.
    pub connection_age: Duration,
    /// How long calls may go on after that: 30 s. Then streams are ended, and the connection is cut.
    pub connection_grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            header_list_size: 32 << 10,
            message_size: 4 << 20,
            keep_alive_interval: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(20),
            header_timeout: Duration::from_secs(10),
            streams_per_connection: 200,
            open_streams: 1000,
            token_cache: 32 << 20,
            unary_body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(8),
            connection_age: Duration::from_hours(1),
            connection_grace: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_that_are_promised() {
        let promised = Limits {
            header_list_size: 32_768,
            message_size: 4_194_304,
            keep_alive_interval: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(20),
            header_timeout: Duration::from_secs(10),
            streams_per_connection: 200,
            open_streams: 1000,
            unary_body_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(8),
            connection_age: Duration::from_hours(1),
            connection_grace: Duration::from_secs(30),
            token_cache: 33_554_432,
        };
        assert_eq!(Limits::default(), promised);
    }
}
