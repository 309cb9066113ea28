//! The handlers, before accounts that are served over HTTP.

mod accounts_server;
mod args;
mod get;
mod rules;
mod update;
