//! The protos of callgate's own services, as gated Rust.

#![allow(
    clippy::all,
    clippy::pedantic,
    unused_qualifications,
    reason = "generated"
)]

/// Cats against dogs.
pub mod votes {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("votes.v1");
    }
}

/// What a signed-in user sees of themselves.
pub mod profiles {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("profiles.v1");
    }
}

/// What internal users do.
pub mod admin {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("admin.v1");
    }
}

/// The compiled protos with their rules, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("file_descriptor_set");
