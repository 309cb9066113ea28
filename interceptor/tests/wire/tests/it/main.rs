//! What a caller sees of the gate, over the wire.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod by_hand;
mod caller;
mod callers;
mod keys;
mod not_grpc;
mod outgoing;
mod permit;
mod revocation;
mod rules;
mod start;
mod streams;
mod testing;
mod web;

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Status code and reason of a refusal.
fn refusal(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let info = details.error_info().expect("a refusal has an ErrorInfo");
    assert_eq!(info.domain, "callgate");
    (status.code(), info.reason.clone())
}

/// What would not come at all where the check that a test is about is gone. The gate's timers run in real time.
async fn in_time<T>(end: impl Future<Output = T>) -> T {
    let end = tokio::time::timeout(Duration::from_secs(30), end).await;
    end.expect("it ends in time")
}
