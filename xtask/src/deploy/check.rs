//! What a check is.

/// One check of `cargo xtask deploy-check`.
pub(crate) struct Check {
    /// What it is called by, on the command line too.
    pub(crate) name: &'static str,
    /// What it checks, in one line.
    pub(crate) about: &'static str,
    /// Checks it. An error is what was found wrong: the file, and the reason.
    pub(crate) run: fn() -> anyhow::Result<Verdict>,
}

/// What came of a check that found nothing wrong.
pub(crate) enum Verdict {
    /// All is well, with what was looked at.
    Passed(String),
    /// It cannot be tried on this machine, and why not. What can be installed is installed instead.
    #[allow(
        dead_code,
        reason = "not every set of checks has one that cannot be tried"
    )]
    NotTried(String),
}
