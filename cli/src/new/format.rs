//! Templates are formatted for `hello-world`, and lines are longer or shorter with another name.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// Formats Rust files in place, where there is a rustfmt. Without one they are as good, only not as pretty.
pub(super) fn format(files: &[PathBuf]) {
    let formatted = Command::new("rustfmt")
        .args(["--edition", "2024", "--style-edition", "2024"])
        .args(files)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // Not being formatted is no reason to refuse.
    drop(formatted);
}
