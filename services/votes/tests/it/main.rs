//! The store on both databases, the handlers, and the service as a process.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod operator;
mod outage;
mod postgres_store;
mod process;
mod service;
mod store;
