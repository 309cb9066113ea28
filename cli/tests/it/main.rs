//! The command, run as people run it.

mod answers;
mod command;
mod every_kind;
mod jsonl;
mod keys;
mod kinds;
mod method;
mod new;
mod policy;
mod policy_diff;
mod status;
mod system;
mod token;
