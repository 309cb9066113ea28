//! The official firebase-admin, in node, judges a token of the embedded identity.

use crate::{
    count::Count,
    run::{command, counted, target},
    setup,
    system::System,
};

/// Where firebase-admin is installed. The differential test of the verifier takes it from there too.
pub(crate) const FOLDER: &str = "local/identity/tests/firebase-admin";

/// Runs firebase-admin's production path against a server that is started for it.
pub(crate) fn check() -> anyhow::Result<Count> {
    setup::npm(FOLDER)?;
    let mut system = System::start(
        &target()?.join("debug/callgate-local"),
        &["--no-build-page"],
    )?;
    let origin = system.origin()?;
    let mut check = command("node", &["check.mjs", &origin], FOLDER);
    check.env("CALLGATE_LOCAL_DIR", system.folder());
    let mut count = counted(check)?;
    if count == Count::default() {
        count.passed = 1;
    }
    Ok(count)
}
