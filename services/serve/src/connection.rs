//! One connection, from its first byte to its end.

use std::{future::pending, pin::pin, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{Limits, front::Front, opening::Opening};

/// How long the ends of streams may take to reach a client before its connection is cut.
pub(crate) const LINGER: Duration = Duration::from_millis(500);

/// What all connections are served with.
#[derive(Clone)]
pub(crate) struct Connections {
    front: Front,
    http: auto::Builder<TokioExecutor>,
    limits: Limits,
}

/// How far the end of a connection has come.
#[derive(Clone, Copy, PartialEq)]
enum Age {
    Young,
    /// The client was asked to make a new connection.
    Old,
    /// Its streams were ended.
    Over,
}

impl Connections {
    pub(crate) fn new(front: Front, limits: Limits) -> Self {
        let mut http = auto::Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_timeout)
            .max_buf_size(usize::try_from(limits.header_list_size).unwrap_or(usize::MAX));
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(limits.header_list_size)
            .max_concurrent_streams(limits.streams_per_connection)
            .keep_alive_interval(limits.keep_alive_interval)
            .keep_alive_timeout(limits.keep_alive_timeout)
            // Rapid resets (CVE-2023-44487), and streams that we refuse one after the other.
            .max_pending_accept_reset_streams(20)
            .max_local_error_reset_streams(1024);
        Self {
            front,
            http,
            limits,
        }
    }

    /// Serves a connection until it ends. When `stopping` is cancelled it takes no more calls and ends its streams.
    pub(crate) async fn serve(self, stream: TcpStream, stopping: CancellationToken) {
        // Answers are small and must not wait for one another; without it they are only slower.
        let _ = stream.set_nodelay(true);
        let io = TokioIo::new(Opening::new(stream, self.limits.header_timeout));
        let ending = stopping.child_token();
        let service = self.front.service(ending.clone());
        let mut connection = pin!(self.http.serve_connection(io, service));
        let mut age = Age::Young;
        let mut timer = pin!(sleep_until(Instant::now() + self.limits.connection_age));
        let mut stop = false;
        loop {
            let stopped = async {
                match stop {
                    false => stopping.cancelled().await,
                    true => pending().await,
                }
            };
            tokio::select! {
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(error, "a connection broke off");
                    }
                    return;
                }
                () = stopped => {
                    stop = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = timer.as_mut() => {
                    let next = match age {
                        Age::Young => {
                            age = Age::Old;
                            connection.as_mut().graceful_shutdown();
                            self.limits.connection_grace
                        }
                        Age::Old => {
                            age = Age::Over;
                            ending.cancel();
                            LINGER
                        }
                        Age::Over => return,
                    };
                    timer.as_mut().reset(Instant::now() + next);
                }
            }
        }
    }
}
