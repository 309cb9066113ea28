//! Someone else's project.

#![allow(
    clippy::all,
    clippy::pedantic,
    rustdoc::bare_urls,
    rustdoc::invalid_html_tags,
    unused_qualifications,
    reason = "generated"
)]

/// What has no package.
pub mod bare {
    tonic::include_proto!("_");
}

/// Greetings.
pub mod greeter {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("greeter.v1");
    }
}

/// Places.
pub mod place {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("place.v1");
    }
}

/// The compiled protos with their rules, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = tonic::include_file_descriptor_set!("file_descriptor_set");
