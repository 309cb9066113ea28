//! Greets, and counts. Made by `callgate new`, to be changed.
//!
//! Who may call what is said in `proto/hello_world/v1/hello_world.proto`; the gate sees to it before a handler is called.

mod handlers;

pub use callgate_api::{FILE_DESCRIPTOR_SET, hello_world::v1};
pub use handlers::Handlers;

use v1::{
    hello_world_service_gate::{self, Gated},
    hello_world_service_server::HelloWorldServiceServer,
};

/// The service, for a server behind the gate.
pub fn service() -> HelloWorldServiceServer<Gated<Handlers>> {
    hello_world_service_gate::server(Handlers::default())
}
