//! The audit on both databases, the handlers, and the service as a process.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod accounts_server;
mod audit;
mod flawed;
mod page;
mod postgres_store;
mod process;
mod rules;
mod store;
mod system;
mod users;
mod votes;

/// Of the service, behind Identity-Aware Proxy.
pub(crate) const AUDIENCE: &str = "/projects/123456789012/locations/europe-west1/services/admin";
