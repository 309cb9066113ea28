//! The echo service that all servers of the benchmarks serve.

pub mod echo;

/// The generated code.
#[allow(missing_docs, unreachable_pub, clippy::pedantic)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/bench.v1.rs"));
}
