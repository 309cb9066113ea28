//! A tonic service before and after it got a gate.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod by_hand;
mod calls;
mod gated;
mod guide;
mod lines;
