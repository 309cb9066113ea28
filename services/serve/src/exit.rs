//! How a program ends.

use std::{fmt::Display, process::ExitCode};

/// What `main` returns: on an error one line on standard error, and status 2.
///
/// An error that `main` returned itself would come with a backtrace wherever `RUST_BACKTRACE` is set; but these are settings to
/// mend, not faults to trace.
pub fn exit_code<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
