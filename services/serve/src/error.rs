//! Why a server does not start.

use std::{fmt, io, net::SocketAddr};

use callgate::GateError;

use crate::ConfigError;

/// Why a server does not start, in one line.
///
/// `Debug` writes the same line, for that is what a `main` that returns the error prints.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The rules need what the configuration lacks.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// A descriptor set for reflection is not one.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The port cannot be listened on.
    #[error("PORT: cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system gives no notice of signals.
    #[error("cannot listen for signals: {0}")]
    Signals(io::Error),
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
