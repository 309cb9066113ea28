//! The protos of callgate's own services, as gated Rust.
//!
//! A module is what a package of `proto/` has become: `votes.v1` is [`votes::v1`], with its messages, its client, and
//! [`vote_service_gate`](votes::v1::vote_service_gate), its server behind the gate.

#![allow(
    clippy::all,
    clippy::pedantic,
    unused_qualifications,
    reason = "generated"
)]

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// The compiled protos with their rules, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("file_descriptor_set");
