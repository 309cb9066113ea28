//! What a build makes of protos: Rust, descriptors, errors.

mod build;
mod callers;
mod errors;
mod output;
mod rule_errors;
