//! What the protos of this repository have become.

mod compile_fail;
mod policy;
mod without_gate;
