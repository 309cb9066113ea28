//! What is wrong with the configuration, in one line.

use std::fmt;

/// A setting that is missing, wrong, or contradicts another one. Its text is one line: the variable, what is wrong, what to do.
///
/// `Debug` writes the same line, for that is what a `main` that returns the error prints.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    variable: &'static str,
    problem: String,
}

impl ConfigError {
    pub(crate) fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        Self {
            variable,
            problem: problem.into(),
        }
    }

    /// The environment variable that the complaint is about.
    pub fn variable(&self) -> &'static str {
        self.variable
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
