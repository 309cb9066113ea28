//! One token, and how it is to be judged.

use std::fmt;

use crate::Kind;

/// A token that both judge.
#[derive(Clone, Debug)]
pub struct Case {
    /// The kind of token that it is offered as.
    pub kind: Kind,
    /// The part of the token that is special.
    pub subject: String,
    /// What is special about it.
    pub variant: String,
    /// The settings of both verifiers.
    pub settings: Settings,
    /// The token.
    pub token: String,
}

/// The settings of both verifiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Settings {
    /// As they are by default: the project's own users, and callgate's clock skew of 10 s.
    #[default]
    Usual,
    /// The users of this tenant only.
    Tenant(&'static str),
    /// callgate's clock skew is 5 minutes. firebase-admin has no such setting.
    WideSkew,
}

/// The tokens of one kind.
#[derive(Debug)]
pub(crate) struct Cases {
    kind: Kind,
    pub(crate) all: Vec<Case>,
}

// === impl Case ===

impl Case {
    /// The case's name among those of its kind, as `DIFFERENCES.md` has it.
    pub fn name(&self) -> String {
        format!("{}: {}", self.subject, self.variant)
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.kind, self.name())
    }
}

// === impl Cases ===

impl Cases {
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            all: Vec::new(),
        }
    }

    /// A token under the usual settings.
    pub(crate) fn add(&mut self, subject: &str, variant: impl Into<String>, token: String) {
        self.add_with(Settings::Usual, subject, variant, token);
    }

    /// A token under these settings.
    pub(crate) fn add_with(
        &mut self,
        settings: Settings,
        subject: &str,
        variant: impl Into<String>,
        token: String,
    ) {
        self.all.push(Case {
            kind: self.kind,
            subject: subject.to_owned(),
            variant: variant.into(),
            settings,
            token,
        });
    }
}
