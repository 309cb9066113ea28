//! What build.rs made of the suite's protos.

/// The messages, and the service with the gate open.
#[allow(
    clippy::all,
    clippy::pedantic,
    unused_qualifications,
    unreachable_pub,
    dead_code,
    reason = "generated"
)]
pub(crate) mod open {
    include!(concat!(
        env!("OUT_DIR"),
        "/open/connectrpc.conformance.v1.rs"
    ));
}

/// The service with the gate closed.
#[allow(
    clippy::all,
    clippy::pedantic,
    unused_qualifications,
    unreachable_pub,
    dead_code,
    reason = "generated"
)]
pub(crate) mod closed {
    include!(concat!(
        env!("OUT_DIR"),
        "/closed/connectrpc.conformance.v1.rs"
    ));
}
