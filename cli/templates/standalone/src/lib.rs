//! Greets, and counts. Made by `callgate new`, to be changed.
//!
//! Who may call what is said in `proto/hello_world/v1/hello_world.proto`; the gate sees to it before a handler is called.

mod handlers;

/// What `proto/hello_world/v1` has become.
#[allow(
    clippy::all,
    clippy::pedantic,
    unused_qualifications,
    reason = "generated"
)]
pub mod v1 {
    tonic::include_proto!("hello_world.v1");
}

/// The compiled protos with their rules, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("file_descriptor_set");

pub use handlers::Handlers;

use v1::{
    hello_world_service_gate::{self, Gated},
    hello_world_service_server::HelloWorldServiceServer,
};

/// The service, for a server behind the gate.
pub fn service() -> HelloWorldServiceServer<Gated<Handlers>> {
    hello_world_service_gate::server(Handlers::default())
}
