//! The gate over the wire: an echo service with every rule and every kind of streaming, and what its tests share.
#![allow(
    clippy::missing_panics_doc,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "all of this crate is a test"
)]

pub mod accounts;
mod callers;
pub mod callers_server;
mod echo;
pub mod server;
pub mod web;

/// The generated code.
#[allow(missing_docs, clippy::pedantic)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/echo.v1.rs"));
}

pub use callers::Callers;
pub use echo::Echo;
