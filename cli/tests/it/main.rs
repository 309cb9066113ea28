//! The command, run as people run it.

mod answers;
mod command;
mod jsonl;
mod keys;
mod kinds;
mod method;
mod policy;
mod status;
