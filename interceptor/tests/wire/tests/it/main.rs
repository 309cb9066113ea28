//! What a caller sees of the gate, over the wire.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod callers;
mod keys;
mod not_grpc;
mod outgoing;
mod permit;
mod revocation;
mod rules;
mod streams;
mod web;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Status code and reason of a refusal.
fn refusal(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let info = details.error_info().expect("a refusal has an ErrorInfo");
    assert_eq!(info.domain, "callgate");
    (status.code(), info.reason.clone())
}
