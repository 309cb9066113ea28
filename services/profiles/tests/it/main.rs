//! The handlers, before accounts that are served over HTTP.

mod accounts_server;
mod delete;
mod get;
mod rules;
mod service;
mod session;
mod sign_out;
mod update;
mod watch;
