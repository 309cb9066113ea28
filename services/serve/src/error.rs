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
    Gate(GateError),
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

/// What the configuration lacks is told by the variable that would mend it.
impl From<GateError> for ServeError {
    fn from(error: GateError) -> Self {
        let (variable, problem) = match &error {
            GateError::UnknownTenant { method, tenant } => (
                "CALLGATE_TENANTS",
                format!("{method} names the tenant {tenant:?}, which is not listed"),
            ),
            GateError::UnknownService { method, name } => (
                "CALLGATE_SERVICE_ACCOUNTS",
                format!(
                    "{method} names the service {name:?}: map it to its account, as {name}=EMAIL"
                ),
            ),
            GateError::NoOrigins { method } => (
                "CALLGATE_PUBLIC_ORIGIN",
                format!(
                    "{method} admits callers by what a browser sends by itself: set it to the origin of this service, such as \
                     https://admin.example.com, or CALLGATE_ALLOWED_ORIGINS to those of the pages that may call"
                ),
            ),
            _ => return Self::Gate(error),
        };
        ConfigError::new(variable, problem).into()
    }
}

impl fmt::Debug for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
