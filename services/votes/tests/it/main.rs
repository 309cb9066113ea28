//! The store on both databases, the handlers, and the service as a process.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod cloud_run;
mod instance;
mod operator;
mod outage;
mod postgres_store;
mod process;
mod service;
mod store;
